/** A door node's released image whose power, supply, reset line and host go at any instant: what it told, beside what it may never do. */
import { type DoorNodeBoardMessage, LOCK_ACTIONS } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { DoorNodeBoard } from "../../support/door-node-board.ts";

type Told = Extract<DoorNodeBoardMessage, { readonly kind: "event" }>;

export interface Life {
  readonly how: "power" | "brown-out" | "reset";
  readonly journal: number;
  readonly boot: number;
  /** Of that journal, by the host, before the board went. */
  readonly acknowledged: number;
  /** What the hello after it says. */
  readonly after: { readonly journal: number; readonly boot: number; readonly oldest: number; readonly lost: number };
  /** The lock's pin was high without power, or between the start and the first command. */
  readonly lockOpen: boolean;
  /** By the board's totals afterwards; as they must have been a minute before the cut; by the simulator. */
  readonly passed: { readonly counted: number; readonly minuteAgo: number; readonly truth: number };
}

const MINUTE_MS = 61_000;
const PULSE_MS = 6_000;

export function cutBoard(options: {
  readonly cuts: number;
  readonly seed: number;
  readonly onProgress?: (share: number, note: string) => void;
}): { readonly lives: readonly Life[]; readonly told: readonly Told[] } {
  const random = new Random(`door-node/cuts/${options.seed}`);
  const node = new DoorNodeBoard("atmega328p", `cuts/${options.seed}`);
  const lives: Life[] = [];
  node.run(300);
  node.greet();
  let before = { counted: 0, told: 0 };
  for (let cut = 1; cut <= options.cuts; cut++) {
    busy(node, random, cut);
    const { journal, boot } = node.last("hello");
    const acknowledged = node.acknowledged(journal);
    const minuteAgo = before.counted - before.told + node.passedBefore(node.board.nowMs - MINUTE_MS);
    const how = random.pick(["power", "power", "brown-out", "reset"] as const);
    const lockOpen = !goes(node, how, random);
    const { journal: next, boot: started, oldest, lost } = node.greet();
    node.say({ kind: "counts-query" });
    node.run(2_000);
    const counts = node.last("counts");
    const truth = node.door.passed.in + node.door.passed.out;
    lives.push({
      how,
      journal,
      boot,
      acknowledged,
      after: { journal: next, boot: started, oldest, lost },
      lockOpen,
      passed: { counted: counts.in + counts.out, minuteAgo, truth },
    });
    before = { counted: counts.in + counts.out, told: node.passedBefore(node.board.nowMs) };
    options.onProgress?.(cut / options.cuts, `${cut} cuts`);
  }
  return { lives, told: node.told };
}

/** A lock is released, somebody walks, and the host may be away for a while. */
function busy(node: DoorNodeBoard, random: Random, command: number): void {
  const { boot, timeMs } = node.last("hello");
  node.acknowledges = random.chance(0.7);
  const notAfterMs = timeMs + 30_000;
  node.say({ kind: "lock", boot, command, lock: 0, action: LOCK_ACTIONS.pulse, pulseMs: PULSE_MS, notAfterMs });
  node.door.act({ kind: "walk", direction: random.pick(["in", "out"]), speedMmPerS: random.int(800, 2_000) });
  if (random.chance(0.3)) node.door.act({ kind: "tamper", on: random.chance(0.5) });
  // Long enough for the totals to be saved.
  if (random.chance(0.04)) node.run(MINUTE_MS);
  node.run(random.int(1, 2_500) + random.int(0, 999) / 1_000);
}

/** False when the lock was open meanwhile. */
function goes(node: DoorNodeBoard, how: Life["how"], random: Random): boolean {
  let shut = true;
  if (how === "power") {
    node.door.act({ kind: "power", ok: false });
    shut = !node.door.isHigh("lock-0");
    node.run(random.int(1, 2_000));
    node.door.act({ kind: "power", ok: true });
    // A second cut in the middle of the start, which writes the boot number.
    if (random.chance(0.4)) {
      node.run(random.int(0, 90) + random.int(0, 999) / 1_000);
      node.door.act({ kind: "power", ok: false });
      node.run(5);
      node.door.act({ kind: "power", ok: true });
    }
  } else node.door.act({ kind: how });
  const moved = node.lock.length;
  node.acknowledges = true;
  node.run(300);
  return shut && !node.door.isHigh("lock-0") && node.lock.slice(moved).every(({ high }) => !high);
}

/** What was promised and not kept. */
export function brokenByCuts({ lives, told }: ReturnType<typeof cutBoard>): string[] {
  const broken: string[] = [];
  lives.forEach(({ how, journal, boot, acknowledged, after, lockOpen, passed }, index) => {
    const wrong = (what: string) => broken.push(`cut ${index + 1} (${how}): ${what}`);
    if (lockOpen) wrong("the lock was open");
    if (after.boot <= boot) wrong(`boot ${after.boot} after ${boot}`);
    if (after.lost > 0) wrong(`${after.lost} events are said to be lost`);
    const kept = how === "reset";
    if (kept !== (after.journal === journal)) wrong(`journal ${after.journal} after ${journal}`);
    if (kept && after.oldest > acknowledged + 1) wrong(`${after.oldest} is the oldest, ${acknowledged} acknowledged`);
    if (passed.counted < passed.minuteAgo || passed.counted > passed.truth)
      wrong(`totals ${passed.counted} of ${passed.truth}, ${passed.minuteAgo} a minute ago`);
  });
  const known = new Map<string, string>();
  for (const { journal, seq, event, data, timeMs } of told) {
    const name = `${journal}:${seq}`;
    const content = JSON.stringify([event, data, timeMs]);
    if ((known.get(name) ?? content) !== content) broken.push(`event ${name} came with two contents`);
    known.set(name, content);
    if (seq > 1 && !known.has(`${journal}:${seq - 1}`)) broken.push(`event ${name} came without the one before it`);
  }
  return broken;
}
