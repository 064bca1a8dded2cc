/** From a door board's pin to the gateway's disk: a simulated board in real time behind a pty, its bridge, and a gateway. */
import { systemClock } from "@gatehouse/protocol";
import { startBridge } from "../support/bridge-process.ts";
import { boardSections, kindsOf } from "../support/bridged-board.ts";
import { doorBoard } from "../support/door-board.ts";
import { eventually, openRig } from "../support/rig.ts";
import { tempDir } from "../support/temp-dir.ts";

const POLL_MS = 1;
/** Between two edges: the firmware takes a contact for moved when it has rested. */
const APART_MS = 300;

export async function benchBoardLatency(
  edges: number,
): Promise<{ count: number; p50: number; p99: number; max: number }> {
  using folder = tempDir();
  await using board = await doorBoard(folder.path);
  await using rig = await openRig({ devices: 1, uplinks: () => [], sections: boardSections(board.link) });
  await using bridge = startBridge(rig.siteFile, rig.url);
  await eventually(
    () => bridge.said("board is there").length,
    (count) => count > 0,
    20_000,
  );
  const took: number[] = [];
  for (let edge = 0; edge < edges; edge++) {
    await systemClock.sleep(APART_MS);
    const before = kindsOf(rig, "fire-1").length;
    const fromMs = systemClock.monoMs();
    board.act({ kind: "fire", on: edge % 2 === 0 });
    while (kindsOf(rig, "fire-1").length === before) await systemClock.sleep(POLL_MS);
    took.push(systemClock.monoMs() - fromMs);
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => Number((took[Math.ceil(share * took.length) - 1] ?? 0).toFixed(1));
  return { count: took.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
