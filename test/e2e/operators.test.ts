import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { expect, it } from "vitest";
import { gatehouse } from "../support/gatehouse.ts";
import { openRig } from "../support/rig.ts";

it("an operator handles prompts, hands over item by item, and writes the month", async () => {
  await using rig = await openRig({ devices: 2, uplinks: () => [] });
  const at = ["--state", rig.stateDir];
  const open = async () =>
    JSON.parse((await gatehouse("prompts", "--json", ...at)).out) as {
      id: string;
      kind: string;
      text: { zh: string };
    }[];

  const [missing] = await open();
  expect(missing).toMatchObject({ kind: "fields-missing", text: { zh: expect.stringContaining("登记人数") } });
  const id = missing?.id ?? "";

  expect((await gatehouse("handover", "start", "--by", "wang", "--to", "li", "--lang", "en", ...at)).out).toMatch(
    new RegExp(`^handed to li\nhnd_\\w+  wang -> li  .*  open\n\\[ \\] prompt:${id}  fields are missing`),
  );
  expect(await gatehouse("handover", "accept", `prompt:${id}`, "--by", "wang", ...at)).toMatchObject({
    code: 1,
    err: expect.stringContaining("only li can accept items"),
  });
  expect(await gatehouse("handover", "accept", `prompt:${id}`, "--by", "li", ...at)).toMatchObject({ code: 0 });
  expect((await gatehouse("handover", ...at)).out).toMatch(/complete\n\[x\] prompt:/);
  expect(await gatehouse("handover", "accept", `prompt:${id}`, "--by", "li", ...at)).toMatchObject({
    code: 78,
    err: expect.stringContaining("gatehouse handover start"),
  });

  expect(await gatehouse("prompts", "handle", id, "--by", "li", ...at)).toEqual({
    code: 0,
    out: `${id}: handled\n`,
    err: "",
  });
  expect(await gatehouse("prompts", "handle", id, "--by", "li", ...at)).toMatchObject({
    code: 1,
    err: expect.stringContaining("was handled by local:li"),
  });
  expect(await gatehouse("prompts", "handle", "7", ...at)).toMatchObject({ code: 78 });
  expect(await open()).toEqual([]);

  const month = new Date(systemClock.nowMs() + 8 * 3_600_000).toISOString().slice(0, 7);
  const file = join(rig.stateDir, "..", "month.html");
  expect(await gatehouse("report", "month", month, "--out", file, ...at)).toMatchObject({ code: 0 });
  expect(readFileSync(file, "utf8")).toContain("count-0001");
  expect(await gatehouse("report", "month", "2031-13", ...at)).toMatchObject({
    code: 78,
    err: expect.stringContaining("2026-11"),
  });
});
