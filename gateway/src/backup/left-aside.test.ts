import { expect, it } from "vitest";
import { restoreDone } from "../audit/done-of.ts";
import type { JournalEntry } from "../core/ports.ts";
import { inLanguage } from "../words/said.ts";
import { asideText, readingsBehind } from "./left-aside.ts";

const entries = Array.from({ length: 2_501 }, (_, n): JournalEntry => {
  return { seq: n + 1, nowMs: Date.UTC(2026, 10, 1) + n * 1_000, type: n % 2 === 0 ? "reading" : "tick", body: "{}" };
});
const store = {
  journal: async (after: number, limit: number) => entries.filter(({ seq }) => seq > after).slice(0, limit),
};

it("counts the readings behind a number, and says when the first and the last of them came", async () => {
  const left = await readingsBehind(store, 1);
  expect(left).toEqual({ readings: 1_250, fromMs: entries[2]?.nowMs, toMs: entries[2_500]?.nowMs });
  expect(await readingsBehind(store, 2_501)).toBeUndefined();
});

it("the audit log says where they lie, in both languages", () => {
  const left = { readings: 3, fromMs: Date.UTC(2026, 10, 1), toMs: Date.UTC(2026, 10, 1, 0, 5) };
  const said = "3 readings received from 2026-11-01T00:00:00.000Z to 2026-11-01T00:05:00.000Z lie in /state/replaced/1";
  expect(asideText(left, "/state/replaced/1")).toBe(said);
  expect(inLanguage(said, "zh")).toBe(
    "/state/replaced/1中有3个读数，接收时间为2026-11-01T00:00:00.000Z至2026-11-01T00:05:00.000Z",
  );
  const done = restoreDone({ madeAt: "2026-10-31", replaced: "/state/replaced/1" }, { left });
  expect(done.detail).toBe(
    `undone: the gateway did not start with the backup; what was here before stands in /state/replaced/1; ${said}`,
  );
});
