import { formatTime } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import type { OutboxRow, Store } from "../../core/ports.ts";
import type { Asking } from "../table/index.ts";
import { type UplinkParts, uplinkAnswers } from "./uplinks.ts";

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
