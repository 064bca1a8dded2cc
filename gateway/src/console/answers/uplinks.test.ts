import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatTime, LANES, LinkError } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { OutboxRow, Store, StoreStats } from "../../core/ports.ts";
import { modelOf } from "../../core/state.ts";
import { openConsoleRig } from "../../testing/console-rig.ts";
import { CoreRun } from "../../testing/core-run.ts";
import { MemoryLog } from "../../testing/log.ts";
import { MemoryStore } from "../../testing/memory-store.ts";
import { testConfig } from "../../testing/site.ts";
import type { Asking } from "../table/index.ts";
import type { TestResult } from "../table/jobs.ts";
import { Jobs } from "./jobs.ts";
import { TestsBook } from "./tests-book.ts";
import { type UplinkFacts, type UplinkParts, uplinkAnswers } from "./uplinks.ts";

const tally = Object.fromEntries(LANES.map((lane) => [lane, { sent: 0, rejected: 0, dropped: 0 }]));
const PLAIN = { en: "Press Change.", zh: "请点“修改”。" };

async function open(
  tried: UplinkFacts["try"],
  backlog: StoreStats["backlog"] = [],
  inGrace: StoreStats["inGrace"] = [],
) {
  const run = new CoreRun(testConfig(), "2026-03-02T12:00");
  const clock = new FakeClock(run.nowMs);
  const store = new MemoryStore();
  const jobs = new Jobs(clock, new MemoryLog());
  const city: UplinkFacts = {
    id: "city",
    type: "https",
    address: "https://city.example/",
    readings: false,
    credentials: "strip",
    try: tried,
    inWords: () => PLAIN,
  };
  const parts: UplinkParts = {
    core: { model: modelOf(run.state) },
    store: {
      stats: async () => ({ ...(await store.stats()), backlog, inGrace }),
      waiting: async () => [],
      setAside: async () => [],
      write: (write) => store.write(write),
    },
    targets: [{ id: "city", outbox: { tally } }] as unknown as UplinkParts["targets"],
    health: { entries: [] },
    uplinks: [city],
    sent: { sent: () => [], answeredMs: () => null },
    jobs,
    tests: await TestsBook.open(join(dir, "tests.json")),
    clock,
    resolve: async () => ["10.0.0.1"],
  };
  return { rig: await openConsoleRig({ answers: uplinkAnswers(parts) }), jobs };
}

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-uplinks-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const refused: UplinkFacts["try"] = () => Promise.reject(new LinkError("refused", "POST https://h: SELF_SIGNED"));

it("names uplinks that are no longer on the site, with what still waits for them or may be sent again", async () => {
  const { rig } = await open(
    refused,
    [
      { uplink: "city", lane: "alert", count: 1, oldestSeq: 1 },
      { uplink: "old", lane: "alert", count: 1, oldestSeq: 1 },
      { uplink: "old", lane: "presence", count: 2, oldestSeq: 2 },
      { uplink: "gone", lane: "presence", count: 0, oldestSeq: 2 },
    ],
    [
      { uplink: "city", count: 9 },
      { uplink: "old", count: 4 },
      { uplink: "town", count: 5 },
      { uplink: "town", count: 1 },
    ],
  );
  const answer = await rig.app.inject({ url: "/api/1/uplinks", headers: rig.signed("auditor").headers });
  expect(answer.json()).toMatchObject({
    uplinks: [{ id: "city", lanes: { alert: { waiting: 1 } } }],
    removed: [
      { id: "old", waiting: 3, inGrace: 4 },
      { id: "town", waiting: 0, inGrace: 6 },
    ],
  });
});

it("a test that does not reach the platform says why once, in plain words, and the job only where", async () => {
  const { rig, jobs } = await open(refused);
  const { headers } = rig.signed("technician");
  const begun = await rig.app.inject({
    method: "POST",
    url: "/api/1/uplinks/city/test",
    headers: { ...headers, origin: "https://127.0.0.1" },
  });
  const { id } = begun.json() as { readonly id: string };
  await expect.poll(() => jobs.rows[0]?.state).toBe("failed");
  const { job, result } = jobs.find(id);
  expect((result as TestResult).steps.map(({ state, says }) => [state, says.zh])).toEqual([
    ["passed", "city.example的地址是10.0.0.1。"],
    ["failed", PLAIN.zh],
    ["skipped", "未测试。"],
  ]);
  expect(job.says).toEqual({
    en: "Failed at “The platform is reached, its certificate is right”.",
    zh: "未通过：“可连接平台，证书有效”",
  });
});

const ZONE = "Asia/Shanghai";
const MINUTE_MS = 60_000;

it("an uplink is late once its oldest event has waited for five minutes, in whatever lane", async () => {
  const clock = new FakeClock(Date.parse("2026-11-26T12:00:00Z"));
  const recordedtime = formatTime(clock.nowMs(), ZONE);
  let count = 1;
  const store: Pick<Store, "stats" | "waiting"> = {
    stats: async () => ({
      usedBytes: 0,
      budgetBytes: 1,
      backlog: count === 0 ? [] : [{ uplink: "city", lane: "telemetry", count, oldestSeq: 1 }],
      inGrace: [],
      quarantined: 0,
      journalRows: 0,
    }),
    waiting: async () => [{ text: JSON.stringify({ recordedtime }) } as OutboxRow],
  };
  const tally = { sent: 0, rejected: 0, dropped: 0 };
  const outbox = { tally: { emergency: tally, alert: tally, presence: tally, telemetry: tally } };
  const parts = {
    core: { model: { zone: ZONE } },
    store,
    targets: [{ id: "city", outbox }],
    health: { entries: [] },
    uplinks: [{ id: "city", type: "https", address: null, readings: true, credentials: "strip" }],
    sent: { answeredMs: () => null },
    clock,
  } as unknown as UplinkParts;
  const late = async () => {
    const ask = uplinkAnswers(parts)["GET /api/1/uplinks"];
    const { uplinks } = await ask({} as Parameters<typeof ask>[0], { language: "zh" } as Asking);
    return uplinks[0]?.late;
  };
  expect(await late()).toBe(false);
  await clock.advance(5 * MINUTE_MS);
  expect(await late()).toBe(false);
  await clock.advance(1);
  expect(await late()).toBe(true);
  count = 0;
  expect(await late()).toBe(false);
});
