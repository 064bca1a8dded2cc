/** Brings a board's events over in order: fetched by index, accepted, and only then marked. */
import {
  FIRST_EVENT,
  LAST_EVENT,
  LinkError,
  type UhppoteEvent,
  type UhppoteKind,
  type UhppoteReply,
  type UhppoteRequest,
} from "@gatehouse/protocol";
import type { DriverDeps } from "../../core/ports.ts";
import type { BoardDevices } from "./board-devices.ts";
import type { UhppoteConfig } from "./config.ts";
import { type Mark, readMark, writeMark } from "./event-mark.ts";
import { readingOf } from "./event-reading.ts";

export type AskBoard = <K extends UhppoteKind>(request: UhppoteRequest<K>) => Promise<UhppoteReply<K>>;

export interface EventFetchOptions {
  readonly deps: DriverDeps;
  readonly config: Pick<UhppoteConfig, "cards" | "markFetched">;
  readonly board: BoardDevices;
  readonly ask: AskBoard;
}

const BATCH = 32;
const OVERWRITTEN = 0xff;
/** How long a loss is told. */
const LOSS_TOLD_MS = 6 * 3_600_000;

export class EventFetch {
  readonly #options: EventFetchOptions;
  readonly #strangeDoors = new Set<number>();
  #mark: Mark | undefined;
  #lost = 0;
  #cancelTold = () => {};

  constructor(options: EventFetchOptions) {
    this.#options = options;
  }

  /** Up to the newest event, as the board's status names it. What `ask` and `accept` throw goes through; nothing is marked then. */
  async upTo(last: number): Promise<void> {
    let mark = this.#mark ?? (await this.#open(last));
    if (last < mark.index) mark = await this.#beginAnew(mark, last);
    while (mark.index < last) mark = await this.#batch(mark, Math.min(last, mark.index + BATCH));
  }

  /** Ends a fire that was told, once the board's fire input was up and has fallen. */
  async watchFire(inputUp: boolean): Promise<void> {
    const { fire, ...rest } = this.#mark ?? {};
    if (fire === undefined || fire.up === inputUp || this.#mark === undefined) return;
    if (inputUp) {
      await this.#keep({ ...this.#mark, fire: { ...fire, up: true } });
      return;
    }
    await this.#options.deps.accept([{ device: fire.device, kind: "fire.off" }]);
    await this.#keep(rest as Mark);
  }

  /** Takes back what is told of losses. */
  close(): void {
    this.#cancelTold();
    if (this.#lost > 0) this.#options.deps.health.clear("readings-lost", this.#subject);
  }

  get #subject(): string {
    const { ids, serial } = this.#options.board;
    return ids[0] ?? String(serial);
  }

  async #open(last: number): Promise<Mark> {
    const { deps, board, config, ask } = this.#options;
    const known = await readMark(deps.vault, board.serial);
    if (known !== undefined) {
      this.#mark = known;
      return known;
    }
    deps.log.info({ serial: board.serial, last }, "the board is met for the first time, its old events stay there");
    // What happened before the gateway knew the board would count as now: it begins with what comes next.
    const marked = config.markFetched ? (await ask({ kind: "get-event-index", serial: board.serial })).index : 0;
    const index = marked > 0 && marked <= last ? marked : last;
    return this.#keep({ epoch: this.#newEpoch(0), index });
  }

  /** The index ran back: the board lost its memory. A late packet must not look like it, so the board is asked once more. */
  async #beginAnew(mark: Mark, last: number): Promise<Mark> {
    const { ask, board, deps } = this.#options;
    const newest = await ask({ kind: "get-event", serial: board.serial, index: LAST_EVENT });
    const again = await ask({ kind: "status", serial: board.serial });
    if (newest.index >= mark.index || again.index >= mark.index) return mark;
    deps.log.warn({ serial: board.serial, was: mark.index, is: last }, "the board counts its events anew");
    return this.#keep({ ...mark, epoch: this.#newEpoch(mark.epoch), index: 0 });
  }

  /** Seconds of the clock, so that a life is never named like one before it, even when the vault was lost. */
  #newEpoch(before: number): number {
    return Math.max(before + 1, Math.floor(this.#options.deps.clock.nowMs() / 1_000));
  }

  async #batch(mark: Mark, to: number): Promise<Mark> {
    const { deps } = this.#options;
    const items: object[] = [];
    let next: Mark = mark;
    while (next.index < to) {
      const event = await this.#get(next.index + 1);
      const found = event.index === next.index + 1 ? event : await this.#behindLoss(next.index + 1);
      if (found === undefined) {
        next = { ...next, index: next.index + 1 };
        continue;
      }
      next = this.#take(found, next, items);
    }
    if (items.length > 0) await deps.accept(items);
    return this.#keep(next);
  }

  #get(index: number): Promise<UhppoteEvent & { readonly type: number }> {
    return this.#options.ask({ kind: "get-event", serial: this.#options.board.serial, index });
  }

  /** The oldest event left, where the wanted one was overwritten; undefined where the board has a hole. */
  async #behindLoss(wanted: number): Promise<UhppoteEvent | undefined> {
    const first = await this.#get(FIRST_EVENT);
    // The answer may have been a late one: what is not lost is asked for again.
    const again = first.index <= wanted ? await this.#get(wanted) : first;
    const isThere = again.index >= wanted && again.type !== OVERWRITTEN;
    this.#tellLoss(isThere ? again.index - wanted : 1, wanted);
    return isThere ? again : undefined;
  }

  #take(event: UhppoteEvent, mark: Mark, items: object[]): Mark {
    const { deps, board, config } = this.#options;
    const moved = { ...mark, index: event.index };
    const device = board.deviceOf(event);
    if (device === undefined) {
      this.#tellStrangeDoor(event.door);
      return moved;
    }
    const { timezone, pseudonym } = deps;
    const context = { device, epoch: mark.epoch, nowMs: deps.clock.nowMs(), timezone, cards: config.cards, pseudonym };
    const item = readingOf(event, context);
    if (item === undefined) deps.log.debug({ device, reason: event.reason }, "an event without a meaning here");
    else items.push(item);
    const isFire = item !== undefined && "kind" in item && item.kind === "fire.on";
    return isFire ? { ...moved, fire: { device, up: false } } : moved;
  }

  async #keep(mark: Mark): Promise<Mark> {
    const { deps, config, board, ask } = this.#options;
    await writeMark(deps.vault, board.serial, mark);
    const moved = mark.index !== this.#mark?.index;
    this.#mark = mark;
    if (config.markFetched && moved && mark.index > 0) {
      await ask({ kind: "set-event-index", serial: board.serial, index: mark.index }).catch((err: unknown) => {
        if (!(err instanceof LinkError && err.code === "timeout")) throw err;
      });
    }
    return mark;
  }

  #tellLoss(count: number, from: number): void {
    if (count <= 0) return;
    const { deps, board } = this.#options;
    this.#lost += count;
    const device = this.#subject;
    const what = `${this.#lost} events of board ${board.serial} were overwritten before they were fetched`;
    deps.log.warn({ serial: board.serial, count, from }, "events were lost");
    deps.health.raise("readings-lost", device, `${what}: it was out of reach for too long`);
    this.#cancelTold();
    this.#cancelTold = deps.clock.after(LOSS_TOLD_MS, () => {
      this.#lost = 0;
      deps.health.clear("readings-lost", device);
    });
  }

  #tellStrangeDoor(door: number): void {
    if (this.#strangeDoors.has(door)) return;
    this.#strangeDoors.add(door);
    const { deps, board } = this.#options;
    deps.log.warn({ serial: board.serial, door }, "events of a door that is not in the site file");
  }
}
