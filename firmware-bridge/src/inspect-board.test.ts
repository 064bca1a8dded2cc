import type { DoorNodeEventName } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { inspectBoard } from "./inspect-board.ts";
import { Peer } from "./testing/peer.ts";

async function owes(happened: readonly DoorNodeEventName[], losing = 0): Promise<boolean | undefined> {
  const clock = new FakeClock();
  const peer = new Peer(() => clock.monoMs());
  for (const name of happened) peer.happen(name);
  peer.losing = losing;
  let answer: boolean | undefined;
  void inspectBoard(peer.wire, clock)
    .owes()
    .then((is) => {
      answer = is;
    });
  await clock.advance(5_000);
  return answer;
}

test.each<[string, readonly DoorNodeEventName[], number, boolean]>([
  ["nothing", [], 0, false],
  ["its own start", ["started", "lock-secured"], 0, false],
  ["a passage behind its start", ["started", "lock-secured", "passed-in"], 0, true],
  ["more than it tells at once", Array.from({ length: 60 }, () => "started"), 0, true],
  ["something that got lost on the way", ["started", "passed-in"], 1, true],
])("a board that holds %s", async (_, happened, losing, is) => {
  expect(await owes(happened, losing)).toBe(is);
});
