import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@gatehouse/protocol/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { MemoryLog } from "../../testing/log.ts";
import type { JobRow } from "../table/jobs.ts";
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
  const clock = new FakeClock();
  return { book, clock, jobs: new Jobs(clock, log, run, book) };
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

it("an interrupted job is forgotten once the same was done, and not by another one", async () => {
  const first = await opened("a-");
  for (const about of ["lock-1", "lock-2"]) first.jobs.begin("device-test", "wang", says, forever, { about });
  await first.book.keep(first.book.rows);
  const second = await opened("b-");
  const again = (about: string, failed: boolean) =>
    second.jobs.begin("device-test", "li", says, async () => ({ says, failed }), { about });
  const interrupted = (jobs: Jobs) => jobs.rows.flatMap((row) => (row.state === "interrupted" ? [row.about] : []));
  again("lock-1", true);
  second.jobs.begin("scan", "li", says, async () => ({ says }), { about: "lock-1" });
  await new Promise((resolve) => setImmediate(resolve));
  expect(interrupted(second.jobs)).toEqual(["lock-2", "lock-1"]);
  again("lock-1", false);
  await new Promise((resolve) => setImmediate(resolve));
  expect(interrupted(second.jobs)).toEqual(["lock-2"]);
  await second.book.keep(second.book.rows);
  expect(interrupted((await opened("c-")).jobs)).toEqual(["lock-2"]);
});

it("a job that outlives its gateway writes nothing over what the next one noted", async () => {
  const first = await opened("a-");
  const work = Promise.withResolvers<JobEnd>();
  first.jobs.begin("scan", "wang", says, () => work.promise, { about: "serial:/dev/ttyUSB0" });
  const stop = new AbortController();
  stop.abort();
  const ended = first.jobs.run(stop.signal);
  await first.clock.advance(3_000);
  await ended;
  const second = await opened("b-");
  const running = second.jobs.begin("backup", "wang", says, forever);
  await second.book.keep(second.book.rows);
  work.resolve({ says });
  await new Promise((resolve) => setImmediate(resolve));
  // As it was when the gateway ended: what it did later is not noted.
  expect(first.book.rows).toMatchObject([{ state: "running" }]);
  expect((await JobsBook.open(file)).rows.map(({ id }) => id)).toContain(running.id);
});

it("a book of an earlier release, which knew of no files, is read", async () => {
  const first = await opened("a-");
  first.jobs.begin("flash", "wang", says, forever, { about: "board-1" });
  await first.book.keep(first.book.rows.map(({ file: _, ...row }) => row as JobRow));
  const second = await opened("b-");
  expect(second.jobs.rows).toMatchObject([{ kind: "flash", about: "board-1", state: "interrupted", file: null }]);
});
