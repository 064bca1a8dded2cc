import { RejectedError } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { MemoryLog } from "../../testing/log.ts";
import { Refusal } from "../refusal.ts";
import type { JobRow } from "../table/jobs.ts";
import { type JobDesk, type JobEnd, Jobs } from "./jobs.ts";

const says = { en: "at it", zh: "进行中" };
const over = { en: "over", zh: "完成" };

describe("jobs", () => {
  let jobs: Jobs;
  let log: MemoryLog;
  let told: JobRow[];
  beforeEach(() => {
    log = new MemoryLog();
    jobs = new Jobs(new FakeClock(), log, "r-");
    told = [];
    jobs.onChange((job) => told.push(job));
  });

  const begin = (work: (desk: JobDesk) => Promise<JobEnd>) => jobs.begin("scan", "wang", says, work);
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it("tell how far they are, and keep what came of them", async () => {
    const { id } = begin(async (desk) => {
      desk.at(7, { en: "half", zh: "一半" });
      desk.show({ so: "far" });
      return { says: over, result: { all: true }, file: { type: "text/plain", name: "x.txt", open: () => "x" } };
    });
    expect(id).toBe("job-r-1");
    await settled();
    expect(told.map(({ state, progress }) => [state, progress])).toEqual([
      ["running", 1],
      ["running", 1],
      ["running", 1],
      ["done", 1],
    ]);
    expect(jobs.find(id)).toMatchObject({ job: { by: "wang", state: "done", says: over }, result: { all: true } });
    expect(jobs.file(id)).toEqual({ type: "text/plain", name: "x.txt", body: "x" });
    expect(told.map(({ file }) => file)).toEqual([null, null, null, "x.txt"]);
  });

  it("end when they are cancelled, and at the latest with the gateway", async () => {
    const waits = ({ signal }: JobDesk) =>
      new Promise<JobEnd>((_, reject) =>
        signal.addEventListener("abort", () => reject(new RejectedError("gone")), { once: true }),
      );
    const first = begin(waits);
    const second = begin(waits);
    await jobs.cancel(first.id);
    expect(jobs.find(first.id).job.state).toBe("cancelled");
    const stop = new AbortController();
    const running = jobs.run(stop.signal);
    stop.abort();
    await running;
    expect(jobs.find(second.id).job).toMatchObject({ state: "interrupted", cancellable: false });
  });

  it("are not cancelled where an end would do harm, and again when it would not", async () => {
    const held = Promise.withResolvers<JobDesk>();
    const { id } = begin((desk) => {
      desk.hold(true);
      held.resolve(desk);
      return new Promise((resolve) => desk.signal.addEventListener("abort", () => resolve({ says: over })));
    });
    const desk = await held.promise;
    expect(jobs.find(id).job.cancellable).toBe(false);
    await expect(jobs.cancel(id)).rejects.toMatchObject({ code: "not-cancellable" });
    desk.hold(false);
    await jobs.cancel(id);
    expect(jobs.find(id).job).toMatchObject({ state: "cancelled", cancellable: false });
  });

  it("do not hold up the gateway's end when they do not end by themselves", async () => {
    const clock = new FakeClock();
    jobs = new Jobs(clock, log);
    begin(() => new Promise(() => {}));
    const stop = new AbortController();
    stop.abort();
    const ended = jobs.run(stop.signal);
    await clock.advance(2_999);
    expect(await Promise.race([ended, settled().then(() => "waiting")])).toBe("waiting");
    await clock.advance(1);
    expect(await ended).toBeUndefined();
  });

  it("that fail say why; a bug is for the log", async () => {
    const refused = begin(() => Promise.reject(new RejectedError("the line is taken")));
    const bug = begin(() => Promise.reject(new TypeError("x of undefined")));
    await settled();
    expect(jobs.find(refused.id).job).toMatchObject({ state: "failed", says: { en: "the line is taken" } });
    expect(jobs.find(bug.id).job.says.en).not.toContain("undefined");
    expect(log.lines).toHaveLength(1);
  });

  it("are not begun while too many run, and the oldest ended ones are forgotten with their files", async () => {
    const hold = Promise.withResolvers<JobEnd>();
    for (let n = 0; n < 4; n++) begin(() => hold.promise);
    expect(() => begin(() => hold.promise)).toThrow(Refusal);
    hold.resolve({ says: over });
    await settled();
    let discarded = 0;
    const file = {
      type: "a/b",
      name: "f",
      open: () => "",
      discard: () => {
        discarded += 1;
      },
    };
    for (let n = 0; n < 40; n++) {
      begin(async () => ({ says: over, file }));
      await settled();
    }
    expect(jobs.rows.length).toBeLessThanOrEqual(31);
    expect(discarded).toBeGreaterThanOrEqual(9);
    expect(() => jobs.find("job-r-1")).toThrow(Refusal);
  });
});
