/** Opens what a power cut left with the real engine, and compares it with what was promised before the cut. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DirectStore } from "gatehouse/testing";
import type { DiskImage } from "./disk.ts";
import type { Mark } from "./io-log.ts";
import { describeSnapshot, type Expected, keyContent, LANES, lastStep, type Step, UPLINKS } from "./workload.ts";

/** What had been said when the power went. */
export class Promised {
  acked = 0;
  issued = 0;
  keyAcked = 0;
  keyIssued = 0;
  rotten = false;
  /** Up to this step the platform has what it was owed. */
  sent = 0;
  readonly answered = new Set<number>();

  take(mark: Mark): void {
    if ("issued" in mark) this.issued = mark.issued;
    if ("acked" in mark) this.acked = Math.max(this.acked, mark.acked);
    if ("found" in mark) this.acked = Math.max(this.acked, mark.found);
    if ("sent" in mark) this.sent = Math.max(this.sent, mark.sent);
    if ("answered" in mark) this.answered.add(mark.answered);
    if ("rotten" in mark) this.rotten = true;
    if ("keyIssued" in mark) this.keyIssued = mark.keyIssued;
    if ("keyAcked" in mark) this.keyAcked = mark.keyAcked;
  }
}

/** Replaces what is in the folder `dir` by the image. */
export function layOut(dir: string, { folders, files }: DiskImage): void {
  for (const name of readdirSync(dir)) rmSync(join(dir, name), { recursive: true });
  for (const name of folders) mkdirSync(join(dir, name));
  for (const [name, content] of files) writeFileSync(join(dir, name), content);
}

const EMPTY: Expected = { lastSeq: 0, next: new Map(), waiting: [], alerts: [], snapshot: "0 ", quarantined: 0 };
const ALL = 1_000_000;

/** What is wrong with the image, undefined when nothing is. */
export function checkImage(dir: string, steps: readonly Step[], promised: Promised): string | undefined {
  // Looked at before the store may write it anew.
  const files = checkKey(dir, promised) ?? checkNumbers(dir, steps, promised);
  let store: DirectStore;
  try {
    store = new DirectStore({ dir, budgetBytes: 50e6, ballastBytes: 0 });
  } catch (error) {
    return `unreadable: ${String(error)}`;
  }
  try {
    return checkStore(store, steps, promised) ?? files;
  } catch (error) {
    return `unreadable: ${String(error)}`;
  } finally {
    store.close();
  }
}

function checkStore(store: DirectStore, steps: readonly Step[], promised: Promised): string | undefined {
  const { quarantine, nextSequence } = store.recovered;
  if (quarantine !== undefined && !promised.rotten) return `quarantined: ${quarantine.reason}`;
  const n = lastStep(store.alerts());
  if (n < promised.acked) return `step ${promised.acked} was acknowledged, the store ends at step ${n}`;
  if (n > promised.issued) return `the store holds step ${n}, only ${promised.issued} were written`;
  for (const [uplink, next] of steps[promised.sent - 1]?.after.next ?? []) {
    const again = nextSequence.get(uplink) ?? 1;
    if (again < next) return `${uplink} has number ${next - 1} from the gateway, and would get ${again} once more`;
  }
  const early = steps.findIndex((step, i) => i < n && step.settles && !promised.answered.has(i + 1));
  if (early >= 0) return `step ${early + 1} settled what the platform never answered for`;
  const expected = steps[n - 1]?.after ?? EMPTY;
  const journal = store.journal(0, ALL);
  const whole = journal.every((row, i) => row.seq === i + 1) && journal.length === expected.lastSeq;
  if (!whole) return `the journal holds ${journal.length} entries, step ${n} ends at ${expected.lastSeq}`;
  return firstDifference(describeStore(store), { ...expected, waiting: n === 0 ? emptyLanes() : expected.waiting });
}

/** What a store holds, in the words of the workload. */
export function describeStore(store: DirectStore): Expected {
  const { lastSeq, nextSequence, snapshot } = store.recovered;
  const waiting = UPLINKS.flatMap((uplink) =>
    LANES.map((lane) => {
      const seqs = store.waiting(uplink, lane).map((row) => row.seq);
      return `${uplink}/${lane}: ${seqs.join(" ")}`;
    }),
  );
  const alerts = store
    .alerts()
    .map((row) => `${row.id} ${row.body}`)
    .sort();
  const pieces = describeSnapshot(snapshot?.seq ?? 0, snapshot?.pieces ?? []);
  const { quarantined } = store.stats();
  return { lastSeq, next: nextSequence, waiting, alerts, snapshot: pieces, quarantined };
}

function emptyLanes(): string[] {
  return UPLINKS.flatMap((uplink) => LANES.map((lane) => `${uplink}/${lane}: `));
}

export function firstDifference(is: Partial<Expected>, should: Partial<Expected>): string | undefined {
  const text = (value: unknown) => JSON.stringify(value instanceof Map ? [...value] : value);
  for (const part of Object.keys(should) as (keyof Expected)[]) {
    const [found, wanted] = [text(is[part]), text(should[part])];
    if (found !== wanted) return `${part}: ${found} instead of ${wanted}`;
  }
  return undefined;
}

function checkKey(dir: string, promised: Promised): string | undefined {
  let content = "";
  try {
    content = readFileSync(join(dir, "pseudonym.key"), "utf8");
  } catch {
    return promised.keyAcked > 0 ? "the key file is gone" : undefined;
  }
  const n = Number(content.split(" ")[0]);
  if (content !== keyContent(n)) return `the key file is torn, ${content.length} bytes long`;
  if (n < promised.keyAcked || n > promised.keyIssued)
    return `the key file holds version ${n}, not ${promised.keyAcked}`;
  return undefined;
}

/** Should the database be lost as well, numbers go on from this file. */
function checkNumbers(dir: string, steps: readonly Step[], { acked }: Promised): string | undefined {
  const expected = steps[acked - 1]?.after;
  if (expected === undefined) return undefined;
  try {
    const { journal, uplinks } = JSON.parse(readFileSync(join(dir, "numbers.json"), "utf8")) as {
      readonly journal: number;
      readonly uplinks: readonly (readonly [string, number])[];
    };
    const low = [...expected.next].find(([uplink, next]) => (new Map(uplinks).get(uplink) ?? 0) < next);
    if (journal < expected.lastSeq) return `numbers.json reserves journal numbers up to ${journal} only`;
    return low === undefined ? undefined : `numbers.json reserves too few numbers of ${low[0]}`;
  } catch (error) {
    return `numbers.json: ${String(error)}`;
  }
}
