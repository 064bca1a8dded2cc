/** Passages by the thousand, on the modules and on the released image, against the simulator's account of who has passed. */
import { DOOR_NODE_CONFIG, InvariantError } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { DoorNodeBoard } from "../../support/door-node-board.ts";
import { DoorNodeHost } from "../../support/door-node-host.ts";
import { type ClassName, type Counts, type Happening, truthOf } from "./classes.ts";
import { playOnBoard, playOnHost } from "./play.ts";
import { draw, PASSAGE_ROWS, type PassageRow } from "./rows.ts";

/** Their events stay far below what the ring holds. */
const AT_A_TIME = 6;
/** On an image, where a second of the board's is not for nothing. */
const TAKE_LONG: readonly ClassName[] = ["rush hour", "slow shuffle"];

export interface RowResult {
  readonly row: PassageRow;
  readonly passages: number;
  /** As many as have passed, whichever way. */
  readonly counted: number;
  /** As many in and as many out as have passed. */
  readonly right: number;
  /** The number of people inside is right afterwards. */
  readonly inside: number;
}

const happeningsOf = ({ name, of }: PassageRow, count: number, seed: number): Happening[] => {
  const random = new Random(`passages/${name}/${seed}`);
  return Array.from({ length: count }, () => draw(of)(random));
};

async function setUp(node: DoorNodeHost, { settings }: PassageRow): Promise<void> {
  await node.settle();
  for (const [name, value] of Object.entries(settings)) {
    const { key } = DOOR_NODE_CONFIG[name as keyof typeof DOOR_NODE_CONFIG];
    const { status } = await node.answer({ kind: "config-write", key, value }, "config-written");
    if (status !== 0) throw new InvariantError(`setting ${name} was refused with status ${status}`);
  }
  await node.drain();
}

/** `folder` is where the modules were made. */
export async function runPassages(options: {
  readonly folder: string;
  /** In each row. */
  readonly passages: number;
  readonly seed: number;
  readonly onProgress?: (share: number, note: string) => void;
}): Promise<RowResult[]> {
  const { folder, passages, seed, onProgress } = options;
  const results: RowResult[] = [];
  for (const row of PASSAGE_ROWS) {
    const node = new DoorNodeHost(folder);
    await setUp(node, row);
    const happenings = happeningsOf(row, passages, seed);
    const score = { counted: 0, right: 0, inside: 0 };
    for (let at = 0; at < passages; at += AT_A_TIME) {
      const some = happenings.slice(at, at + AT_A_TIME);
      const counts = await playOnHost(node, some);
      some.forEach((happening, index) => {
        note(score, truthOf(happening), counts[index] as Counts);
      });
    }
    await node.stop();
    results.push({ row, passages, ...score });
    onProgress?.(results.length / PASSAGE_ROWS.length, row.name);
  }
  return results;
}

function note(score: { counted: number; right: number; inside: number }, truth: Counts, counts: Counts): void {
  if (counts.in + counts.out === truth.in + truth.out) score.counted += 1;
  if (counts.in === truth.in && counts.out === truth.out) score.right += 1;
  if (counts.in - counts.out === truth.in - truth.out) score.inside += 1;
}

/** The first passages of each row with factory settings, on the image of the 328P; those the image counts otherwise than the modules. */
export async function compareImage(options: {
  readonly folder: string;
  readonly passages: number;
  readonly seed: number;
}): Promise<{ readonly passages: number; readonly different: readonly string[] }> {
  const rows = PASSAGE_ROWS.filter(({ settings }) => Object.keys(settings).length === 0);
  const board = new DoorNodeBoard("atmega328p", "passages");
  board.run(300);
  board.greet();
  const different: string[] = [];
  let played = 0;
  for (const row of rows) {
    const node = new DoorNodeHost(options.folder);
    await setUp(node, row);
    const passages = TAKE_LONG.includes(row.of) ? Math.ceil(options.passages / 3) : options.passages;
    played += passages;
    for (const happening of happeningsOf(row, passages, options.seed)) {
      const [modules] = await playOnHost(node, [happening]);
      const image = playOnBoard(board, happening);
      if (JSON.stringify(modules) !== JSON.stringify(image))
        different.push(`${row.name} ${JSON.stringify({ happening, modules, image })}`);
    }
    await node.stop();
  }
  return { passages: played, different };
}

/** Wilson's 95 % interval of a share. */
export function interval(right: number, of: number): readonly [number, number] {
  const z = 1.96;
  const share = right / of;
  const middle = share + (z * z) / (2 * of);
  const half = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  return [Math.max(0, (middle - half) / (1 + (z * z) / of)), Math.min(1, (middle + half) / (1 + (z * z) / of))];
}

const percent = (share: number) => `${(100 * share).toFixed(2)}`;

export function tableOf(results: readonly RowResult[]): string {
  const lines = results.map(({ row, passages, counted, right, inside }) => {
    const [low, high] = interval(right, passages);
    const cells = [percent(counted / passages), percent(right / passages), `${percent(low)}-${percent(high)}`];
    return [row.name.padEnd(34), String(passages).padStart(8), ...cells.map((cell) => cell.padStart(14))]
      .concat(percent(inside / passages).padStart(14))
      .join("");
  });
  const head = ["counted %", "direction %", "95 %", "net %"].map((cell) => cell.padStart(14)).join("");
  return [`${"class".padEnd(34)}${"passages".padStart(8)}${head}`, ...lines].join("\n");
}

export const brokenByPassages = (results: readonly RowResult[]): string[] =>
  results.flatMap(({ row, passages, right }) => {
    const share = right / passages;
    if (share >= row.least && share <= row.most) return [];
    return [`${row.name}: ${percent(share)} % right, expected ${percent(row.least)} to ${percent(row.most)} %`];
  });
