import { type DeviceCommand, LinkError, type RawReading, SiteBoard } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { shareWire } from "./board-wire.ts";
import { DoorSession } from "./door-session.ts";
import type { Logger } from "./log.ts";
import { Peer } from "./testing/peer.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const board = SiteBoard.parse({ id: "node", link: "tcp:h:1", counter: "count", door: "contact", locks: ["lock"] });

function open(ring?: number, before: (peer: Peer) => void = () => {}) {
  const clock = new FakeClock();
  const peer = new Peer(() => 5_000 + clock.monoMs(), ring);
  before(peer);
  const warnings: { readonly fields: object; readonly message: string }[] = [];
  const warn = (fields: object, message: string) => warnings.push({ fields, message });
  const readings: RawReading[] = [];
  const onDisk: (() => void)[] = [];
  const gateway = { isSlow: false };
  const session = new DoorSession({
    board,
    wire: shareWire(peer.wire, { owned: [], pulledUp: [] }),
    clock,
    log: { ...silent, warn },
    deliver: (reading) => {
      readings.push(reading);
      return gateway.isSlow ? new Promise((resolve) => onDisk.push(resolve)) : Promise.resolve();
    },
    onOpen: () => {},
  });
  const stop = new AbortController();
  let ended: unknown;
  const run = session.run(stop.signal).catch((error: unknown) => {
    ended = error;
  });
  const end = async () => {
    stop.abort();
    await clock.advance(0);
    await run;
  };
  return { clock, peer, readings, onDisk, gateway, warnings, session, end, ended: () => ended };
}

const unlock = (clock: FakeClock, id: string, ms: number, args: object = {}): DeviceCommand => ({
  id,
  action: "unlock",
  args: { ...args },
  notAfter: new Date(clock.nowMs() + ms).toISOString(),
});

test("an event is acknowledged once it is on disk, and never one behind it that is not", async () => {
  const { clock, peer, readings, onDisk, gateway, end } = open();
  gateway.isSlow = true;
  await clock.advance(100);
  for (const name of ["passed-in", "passed-in", "door-opened"] as const) peer.happen(name);
  await clock.advance(100);
  expect(readings.map(({ device, epoch, seq, kind }) => [device, epoch, seq, kind])).toEqual([
    ["count", 7, 1, "count.in"],
    ["count", 7, 2, "count.in"],
    ["contact", 7, 3, "door.opened"],
  ]);
  onDisk[1]?.();
  onDisk[2]?.();
  await clock.advance(100);
  expect(peer.acked).toBe(0);
  onDisk[0]?.();
  await clock.advance(100);
  expect(peer.acked).toBe(3);
  await end();
});

test("a missing event is asked for again, and each is told once and in order", async () => {
  const { clock, peer, readings, end } = open();
  await clock.advance(100);
  peer.losing = 1;
  for (let i = 0; i < 20; i++) peer.happen("passed-out");
  await clock.advance(1_000);
  expect(readings.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(peer.acked).toBe(20);
  expect(peer.heard.some(({ kind }) => kind === "resend")).toBe(true);
  await end();
});

test("an event has the time at which it happened, on the board's clock against ours", async () => {
  const { clock, peer, readings, gateway, end } = open();
  gateway.isSlow = false;
  peer.happen("passed-in");
  const happenedMs = clock.nowMs();
  await clock.advance(7_000);
  expect(Math.abs(Date.parse(readings[0]?.at ?? "") - happenedMs)).toBeLessThan(50);
  await end();
});

test("what a full ring lost is made up for out of the totals, under numbers no event has", async () => {
  const { clock, peer, readings, onDisk, gateway, end } = open(10);
  await clock.advance(3_000);
  gateway.isSlow = true;
  for (let i = 0; i < 30; i++) peer.happen(i % 3 === 0 ? "passed-out" : "passed-in");
  await clock.advance(100);
  gateway.isSlow = false;
  for (const kept of onDisk) kept();
  await clock.advance(5_000);
  const sum = (kind: string) =>
    readings.filter((reading) => reading.kind === kind).reduce((total, { value }) => total + Number(value), 0);
  expect([sum("count.in"), sum("count.out")]).toEqual([20, 10]);
  expect(new Set(readings.map(({ seq }) => seq)).size).toBe(readings.length);
  expect(readings.length).toBeLessThan(30);
  await end();
});

test("events that ran over while nobody listened are told with their number, once, whichever process comes next", async () => {
  const acknowledged = (peer: Peer) => {
    peer.acked = 3;
    for (let i = 0; i < 30; i++) peer.happen("passed-in");
  };
  const { clock, readings, warnings, end } = open(10, acknowledged);
  await clock.advance(3_000);
  expect(warnings).toEqual([
    {
      fields: { journal: 7, from: 4, to: 20, missing: 17 },
      message: "the board's ring was full while nobody listened, events are lost",
    },
  ]);
  expect(readings.map(({ seq }) => seq)).toEqual([21, 22, 23, 24, 25, 26, 27, 28, 29, 30]);
  await end();
});

test("a board in another's place begins an epoch of its own, and a firmware without an identity is known by its journal", async () => {
  const epochs = async (identity: number | undefined) => {
    const { clock, peer, readings, end } = open(10, (one) => {
      one.identity = identity;
    });
    await clock.advance(100);
    peer.happen("passed-in");
    await clock.advance(100);
    await end();
    return readings.map(({ epoch, seq }) => [epoch, seq]);
  };
  expect(await epochs(undefined)).toEqual([[7, 1]]);
  expect(await epochs(1)).toEqual([[0x10007, 1]]);
  expect(await epochs(0xffff)).toEqual([[0xffff0007, 1]]);
});

test("another boot number ends the session, and so does silence", async () => {
  const restarted = open();
  await restarted.clock.advance(2_500);
  restarted.peer.boot = 8;
  await restarted.clock.advance(1_100);
  expect(restarted.ended()).toEqual(new LinkError("closed", "board node has restarted: boot 8"));
  const silent = open();
  await silent.clock.advance(2_500);
  silent.peer.mute = true;
  await silent.clock.advance(4_000);
  expect(silent.ended()).toBeUndefined();
  await silent.clock.advance(3_000);
  expect(silent.ended()).toMatchObject({ code: "timeout" });
});

test("it beats once a second", async () => {
  const { clock, peer, end } = open();
  await clock.advance(10_500);
  expect(peer.heard.filter(({ kind }) => kind === "heartbeat")).toHaveLength(10);
  await end();
});

test("a lock command goes with a deadline in board time, and again under the same id until it is answered", async () => {
  const { clock, peer, session, end } = open();
  await clock.advance(1_500);
  const result = session.locks.carryOut(0, unlock(clock, "c-1", 10_000, { seconds: 3 }));
  await clock.advance(900);
  const sent = peer.heard.flatMap((message) => (message.kind === "lock" ? [message] : []));
  expect(sent).toHaveLength(3);
  expect(new Set(sent.map(({ command }) => command)).size).toBe(1);
  expect(sent[0]).toMatchObject({ boot: 7, lock: 0, action: 1, pulseMs: 3_000, notAfterMs: 5_000 + 1_500 + 10_000 });
  const answer = {
    kind: "lock-result",
    boot: 7,
    command: sent[0]?.command ?? 0,
    lock: 0,
    released: 1,
    timeMs: 0,
  } as const;
  peer.say({ ...answer, status: 0 });
  expect(await result).toEqual({ ok: true });
  await clock.advance(2_000);
  expect(peer.heard.filter(({ kind }) => kind === "lock")).toHaveLength(3);
  await end();
});

test("a command that is too late, too long or no lock's never reaches the board", async () => {
  const { clock, peer, session, end } = open();
  await clock.advance(1_500);
  const refused = [
    await session.locks.carryOut(0, unlock(clock, "late", -1)),
    await session.locks.carryOut(0, unlock(clock, "long", 5_000, { seconds: 61 })),
    await session.locks.carryOut(0, { ...unlock(clock, "text", 5_000), action: "text" }),
  ];
  expect(refused.map((result) => result?.ok)).toEqual([false, false, false]);
  expect(peer.heard.filter(({ kind }) => kind === "lock")).toEqual([]);
  await end();
});

test("a board that never answers a command leaves it open, and it is not sent past its time", async () => {
  const { clock, peer, session, end } = open();
  await clock.advance(1_500);
  const result = session.locks.carryOut(0, unlock(clock, "c-2", 1_000));
  await clock.advance(1_500);
  expect(await result).toBeUndefined();
  const before = peer.heard.filter(({ kind }) => kind === "lock").length;
  expect(before).toBe(3);
  await clock.advance(1_000);
  expect(peer.heard.filter(({ kind }) => kind === "lock")).toHaveLength(before);
  await end();
});
