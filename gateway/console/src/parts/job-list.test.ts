import { expect, test } from "vitest";
import type { JobRow } from "../../../src/console/table/jobs.ts";
import { latestOf, mergeJobs } from "./job-list.ts";

const job = (id: string, part: Partial<JobRow> = {}): JobRow => ({
  id,
  kind: "flash",
  about: "door-1",
  by: "wang",
  startedAt: `2026-11-26T10:00:0${id}.000Z`,
  state: "running",
  cancellable: true,
  progress: null,
  says: { en: "x", zh: "x" },
  endedAt: null,
  file: null,
  ...part,
});

test("news of a job take its place; new jobs come before those that are known", () => {
  const merged = mergeJobs([job("2"), job("1")], [job("1", { state: "done" }), job("3"), job("4")]);
  expect(merged.map(({ id, state }) => [id, state])).toEqual([
    ["4", "running"],
    ["3", "running"],
    ["2", "running"],
    ["1", "done"],
  ]);
});

test("the newest that fits is found again, whoever began it", () => {
  const fits = ({ about }: JobRow) => about === "door-1";
  const listed = [job("3", { about: "door-2" }), job("2", { by: "li" }), job("1")];
  expect(latestOf(listed, undefined, fits)?.id).toBe("2");
  expect(latestOf([], undefined, fits)).toBeUndefined();
});

test("what was just begun counts until the box lists it, and not against a later one", () => {
  const fits = () => true;
  expect(latestOf([job("1")], job("2"), fits)?.id).toBe("2");
  expect(latestOf([job("2", { state: "done" }), job("1")], job("2"), fits)?.state).toBe("done");
  expect(latestOf([job("3"), job("1")], job("2"), fits)?.id).toBe("3");
  expect(latestOf([], job("2"), fits)?.id).toBe("2");
  expect(latestOf([], job("2"), () => false)).toBeUndefined();
});
