/** A door board under its bridge, pulled out and put in again: each time somebody walks through, and everybody is to be counted once. */
import { awakeTime } from "../../support/awake-time.ts";
import { type BridgeProcess, startBridge } from "../../support/bridge-process.ts";
import { boardSections, journalOf, kindsOf } from "../../support/bridged-board.ts";
import { doorBoard } from "../../support/door-board.ts";
import { eventually, openRig } from "../../support/rig.ts";
import { tempDir } from "../../support/temp-dir.ts";

export interface BoardReplugs {
  readonly backMs: readonly number[];
  readonly broken: readonly string[];
}

const BACK_WITHIN_MS = 10_000;
/** A machine that does much else at the same time is not what this is about. */
const PATIENCE_MS = 60_000;

export async function replugBoard(
  rounds: number,
  onProgress: (share: number, note: string) => void = () => {},
): Promise<BoardReplugs> {
  using folder = tempDir();
  using awake = awakeTime();
  const sections = boardSections(`serial:${folder.path}/door`);
  await using rig = await openRig({ devices: 1, uplinks: () => [], sections });
  await using bridge = startBridge(rig.siteFile, rig.url);
  const backMs: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    {
      // With the start of the simulator's process.
      const pluggedMs = awake.nowMs();
      await using board = await doorBoard(folder.path);
      await said(bridge, "board is there", round);
      backMs.push(awake.nowMs() - pluggedMs);
      board.act({ kind: "walk", direction: "in", speedMmPerS: 1_500 });
      await eventually(
        () => kindsOf(rig, "count-0001").length,
        (count) => count >= round,
        PATIENCE_MS,
      );
    }
    await said(bridge, "board is lost", round);
    onProgress(round / rounds, `back after ${Math.round(backMs.at(-1) ?? 0)} ms`);
  }
  const rows = journalOf(rig, "count-0001");
  const slow = backMs.flatMap((ms, at) => (ms < BACK_WITHIN_MS ? [] : [`round ${at + 1}: back after ${ms} ms`]));
  const odd = rows.filter(({ kind }) => kind !== "count.in").length;
  const checks: readonly (readonly [boolean, string])[] = [
    [rows.length !== rounds, `${rows.length} passages of ${rounds}`],
    [odd > 0, `${odd} readings that are no passage in`],
    [new Set(rows.map(({ epoch }) => epoch)).size !== rounds, "two lives of the board with one epoch"],
  ];
  return { backMs, broken: [...slow, ...checks.flatMap(([failed, what]) => (failed ? [what] : []))] };
}

const said = (bridge: BridgeProcess, message: string, times: number) =>
  eventually(
    () => bridge.said(message).length,
    (count) => count >= times,
    PATIENCE_MS,
  );
