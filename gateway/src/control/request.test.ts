import fc from "fast-check";
import { expect, it } from "vitest";
import { z } from "zod";
import { MemoryLog } from "../testing/log.ts";
import { answerLine, controlRequest } from "./request.ts";
import { ControlAnswer } from "./wire.ts";

const requests = [
  controlRequest({
    name: "echo",
    params: z.strictObject({ text: z.string().optional() }),
    deadlineMs: 1_000,
    run: async (params) => params,
  }),
];
const answer = async (line: string) => {
  const log = new MemoryLog();
  const given = await answerLine(line, requests, log, (task) => task(new AbortController().signal));
  return { given, bugs: log.lines };
};

it("whatever a line holds, there is an answer of the documented form, and it is never a bug", async () => {
  const nearly = fc.record(
    { v: fc.constantFrom(1, 2, "1"), request: fc.constantFrom("echo", "", 7), params: fc.jsonValue() },
    { requiredKeys: [] },
  );
  const line = fc.oneof(
    fc.string(),
    fc.json(),
    nearly.map((value) => JSON.stringify(value)),
  );
  await fc.assert(
    fc.asyncProperty(line, async (text) => {
      const { given, bugs } = await answer(text);
      expect(ControlAnswer.safeParse(given).success).toBe(true);
      expect(bugs).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

it("params that are missing are empty ones", async () => {
  expect((await answer('{"v":1,"request":"echo"}')).given).toEqual({ v: 1, ok: true, result: {} });
});
