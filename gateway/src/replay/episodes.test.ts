import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Alert } from "@gatehouse/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { EpisodeBook } from "./episodes.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-episodes-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const alert = (id: string, space: string, more: Partial<Alert> = {}): Alert => ({
  id,
  kind: "group-rental",
  level: "red",
  space,
  state: "raised",
  offence: 1,
  episode: 1,
  raisedAt: "2026-03-01T06:00:00.000+08:00",
  since: "2026-03-01T03:00:00.000+08:00",
  clearedAt: null,
  trigger: null,
  probability: 0.9,
  evidence: [{ source: "counter", says: "夜间多于上限", weight: 1 }],
  sla: { acknowledgeBy: "", resolveBy: "" },
  address: { grid: "MQ-053" },
  history: [],
  ...more,
});
const CLEARED = "2026-03-09T06:00:00.000+08:00";

it("writes each episode once, as it was last, in the order of raising", () => {
  const book = new EpisodeBook(join(folder, "alerts.ndjson"));
  book.record(alert("alr_r1", "a"));
  book.record(alert("alr_r2", "b"));
  book.record(alert("alr_r1", "a", { clearedAt: CLEARED }));
  book.record(alert("alr_r1", "a", { episode: 2, offence: 2 }));
  // Another alert of the same place: the window for a recurrence had passed.
  book.record(alert("alr_r3", "b"));
  book.record(alert("alr_r3", "b", { state: "acknowledged" }));
  book.close();
  const lines = readFileSync(join(folder, "alerts.ndjson"), "utf8").trim().split("\n");
  const told = lines.map((line) => JSON.parse(line) as Alert);
  expect(told.map(({ id, episode, clearedAt, state }) => [id, episode, clearedAt, state])).toEqual([
    ["alr_r1", 1, CLEARED, "raised"],
    ["alr_r2", 1, null, "raised"],
    ["alr_r1", 2, null, "raised"],
    ["alr_r3", 1, null, "acknowledged"],
  ]);
  expect(told[0]?.evidence).toEqual(alert("x", "x").evidence);
  expect(book.count).toBe(4);
  expect(Object.fromEntries(book.byKind)).toEqual({ "group-rental": 4 });
  expect(readdirSync(folder)).toEqual(["alerts.ndjson"]);
});

it("keeps for the report what is about residents, however much else happened", () => {
  const book = new EpisodeBook(join(folder, "alerts.ndjson"));
  book.record(alert("alr_first", "a"));
  for (let n = 0; n < 500; n++) book.record(alert(`alr_${n}`, "a", { kind: "overcrowded-now" }));
  book.close();
  const { shown = [], byKind } = book.spaces.get("a") ?? {};
  expect(shown.length).toBeLessThan(20);
  expect(shown.map(({ id }) => id)).toEqual(expect.arrayContaining(["alr_first", "alr_499"]));
  expect(byKind?.get("overcrowded-now")).toBe(500);
  expect(readFileSync(join(folder, "alerts.ndjson"), "utf8").trim().split("\n")).toHaveLength(501);
});
