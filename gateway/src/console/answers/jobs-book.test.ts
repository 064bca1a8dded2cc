import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@gatehouse/protocol/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { MemoryLog } from "../../testing/log.ts";
import { type JobDesk, type JobEnd, Jobs } from "./jobs.ts";
import { JobsBook } from "./jobs-book.ts";

const says = { en: "at it", zh: "进行中" };

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "jobs-book-"));
  file = join(dir, "console", "jobs.json");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const opened = async (run: string, log = new MemoryLog()) => {
  const book = await JobsBook.open(file);
  return { book, jobs: new Jobs(new FakeClock(), log, run, book) };
};
const forever = () => new Promise<JobEnd>(() => {});
const untilAborted = ({ signal }: JobDesk) =>
  new Promise<JobEnd>((resolve) => signal.addEventListener("abort", () => resolve({ says })));

it("a job that was under way when the gateway was cut off is interrupted, one that had ended is gone", async () => {
  const first = await opened("a-");
  const cut = first.jobs.begin("backup", "wang", says, forever, { about: "all" });
  first.jobs.begin("scan", "wang", says, async () => ({ says }));
  await new Promise((resolve) => setImmediate(resolve));
  await first.book.keep(first.book.rows);
  const second = await opened("b-");
  expect(second.jobs.rows).toMatchObject([
    { id: cut.id, kind: "backup", about: "all", by: "wang", state: "interrupted", cancellable: false },
  ]);
  expect(second.jobs.find(cut.id).job.says.en).toContain("Begin it again");
  expect(second.jobs.find(cut.id).job.endedAt).not.toBeNull();
  await second.book.keep(second.book.rows);
  const third = await opened("c-");
  await third.book.keep(third.book.rows);
  expect(third.jobs.rows).toMatchObject([{ id: cut.id, state: "interrupted" }]);
});

it("a gateway that is stopped says it of what it ended, and not of what somebody cancelled", async () => {
  const { jobs } = await opened("a-");
  const cancelled = jobs.begin("scan", "wang", says, untilAborted);
  const stopped = jobs.begin("flash", "wang", says, untilAborted);
  await jobs.cancel(cancelled.id);
  const stop = new AbortController();
  stop.abort();
  await jobs.run(stop.signal);
  const next = await opened("b-");
  await next.book.keep(next.book.rows);
  expect(next.jobs.rows).toMatchObject([{ id: stopped.id, state: "interrupted" }]);
  expect(next.jobs.rows[0]?.says.en).toContain("look at its version");
});

it("keeps a bounded number, and takes a damaged file for an empty one", async () => {
  const { book, jobs } = await opened("a-");
  for (let n = 0; n < 30; n++) jobs.begin("device-test", "wang", says, forever, { atOnce: 99 });
  await book.keep(book.rows);
  expect((await JobsBook.open(file)).rows).toHaveLength(20);
  writeFileSync(file, "{");
  expect((await JobsBook.open(file)).rows).toEqual([]);
});
