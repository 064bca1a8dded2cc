/** What a board's events are to the gateway: readings of the devices the site file names for them. Pure. */
import {
  type DoorNodeEventName,
  doorNodeEventName,
  type RawReading,
  type ReadingKind,
  type SiteBoard,
} from "@gatehouse/protocol";

/** Which device of the board an event belongs to, and what it says. */
type Meaning = (board: SiteBoard, data: number) => { readonly device: string | undefined; readonly kind: ReadingKind };

const ofDoor =
  (kind: ReadingKind): Meaning =>
  ({ door }) => ({ device: door, kind });
const ofCounter =
  (kind: ReadingKind): Meaning =>
  ({ counter }) => ({ device: counter, kind });
const ofFire =
  (kind: ReadingKind): Meaning =>
  ({ fire }) => ({ device: fire, kind });
/** The lock's number stands in the low four bits. */
const ofLock =
  (kind: ReadingKind): Meaning =>
  ({ locks }, data) => ({ device: locks?.[data & 0x0f], kind });

const MEANINGS: Partial<Record<DoorNodeEventName, Meaning>> = {
  "passed-in": ofCounter("count.in"),
  "passed-out": ofCounter("count.out"),
  "door-opened": ofDoor("door.opened"),
  "door-closed": ofDoor("door.closed"),
  "door-forced": ofDoor("door.forced"),
  "door-held": ofDoor("door.held"),
  button: ofDoor("input.on"),
  "tamper-on": ofDoor("tamper.on"),
  "tamper-off": ofDoor("tamper.off"),
  "fire-on": ofFire("fire.on"),
  "fire-off": ofFire("fire.off"),
  "lock-released": ofLock("lock.unlocked"),
  "lock-secured": ofLock("lock.locked"),
};

/** The exit button among a door's inputs. */
const BUTTON_INPUT = 0;

export interface BoardEvent {
  readonly epoch: number;
  readonly seq: number;
  readonly event: number;
  readonly data: number;
}

/** The board's journal as an epoch no other board in its place will have; 0 for the identity of a firmware that has none. */
export const epochOf = (identity: number, journal: number): number => identity * 0x10000 + journal;

/** Undefined for an event that is nobody's reading, as one of a newer firmware. Epoch and seq name it once and for all. */
export function readingOf(
  board: SiteBoard,
  { epoch, seq, event, data }: BoardEvent,
  at: string,
): RawReading | undefined {
  const name = doorNodeEventName(event);
  const { device, kind } = (name === undefined ? undefined : MEANINGS[name])?.(board, data) ?? {};
  if (device === undefined || kind === undefined) return undefined;
  const value = kind.startsWith("count.") ? 1 : kind === "input.on" ? BUTTON_INPUT : undefined;
  return { device, epoch, seq, at, kind, ...(value === undefined ? {} : { value }) };
}

/**
 * Passages that were lost with a full ring, as far as the totals tell: named by the numbers of the lost events, so that a repeat is known as
 * one. `oldest` is the first event after the gap.
 */
export function lostPassages(
  board: SiteBoard,
  missing: { readonly in: number; readonly out: number },
  gap: { readonly epoch: number; readonly oldest: number },
  at: string,
): RawReading[] {
  const { counter } = board;
  if (counter === undefined) return [];
  const one = (kind: ReadingKind, value: number, back: number): RawReading[] =>
    value > 0 ? [{ device: counter, epoch: gap.epoch, seq: gap.oldest - back, at, kind, value }] : [];
  return [...one("count.in", missing.in, 1), ...one("count.out", missing.out, 2)];
}
