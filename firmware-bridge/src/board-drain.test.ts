import type { RawReading } from "@gatehouse/protocol";
import { SiteBoard } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { drainBoard } from "./board-drain.ts";
import { shareWire } from "./board-wire.ts";
import { DoorSession } from "./door-session.ts";
import type { Logger } from "./log.ts";
import { Peer } from "./testing/peer.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const board = SiteBoard.parse({ id: "node", link: "tcp:h:1", counter: "count", door: "contact" });

/** A drain that begins before the board has said anything. */
function early() {
  const clock = new FakeClock();
  const peer = new Peer(() => 5_000 + clock.monoMs());
  peer.mute = true;
  const readings: RawReading[] = [];
  const session = new DoorSession({
    board,
    wire: shareWire(peer.wire, { owned: [], pulledUp: [] }),
    clock,
    log: silent,
    deliver: async (reading) => void readings.push(reading),
    onOpen: () => {},
  });
  session.run(new AbortController().signal).catch(() => {});
  const cancel = new AbortController();
  let isIn: boolean | undefined;
  void drainBoard(session, clock, cancel.signal).then((done) => {
    isIn = done;
  });
  return { clock, peer, readings, cancel, isIn: () => isIn };
}

test("a board that has not answered yet is waited for, and what it holds is taken in", async () => {
  const { clock, peer, readings, isIn } = early();
  for (let i = 0; i < 40; i++) peer.happen("passed-in");
  await clock.advance(5_000);
  expect(isIn()).toBeUndefined();
  peer.mute = false;
  await clock.advance(5_000);
  expect(isIn()).toBe(true);
  expect([readings.length, peer.acked]).toEqual([40, 40]);
});

test("one that never answers has nothing to give and is not waited for for ever", async () => {
  const { clock, isIn } = early();
  await clock.advance(11_900);
  expect(isIn()).toBeUndefined();
  await clock.advance(200);
  expect(isIn()).toBe(true);
});

test("who cancels does not wait", async () => {
  const { clock, cancel, isIn } = early();
  cancel.abort();
  await clock.advance(100);
  expect(isIn()).toBe(true);
});
