/** What each device said since the start: how often, how often in vain, and its latest words. In memory, bounded, never with a card or key number. */
import type { Clock, DeviceStatus } from "@gatehouse/protocol";
import { type Accept, Pseudonymized, Unreadable } from "../core/ports.ts";

/** One reading as people may see it. */
export interface Heard {
  readonly atMs: number;
  readonly device: string;
  readonly kind: string;
  readonly value: unknown;
  /** A card or key was with it. */
  readonly card: boolean;
  /** Why it was not taken; undefined for one that was. */
  readonly refused?: string;
}

export interface DevicePage {
  readonly readings: number;
  readonly rejected: number;
  /** Null: nothing was heard since the start. */
  readonly heardMs: number | null;
  /** Latest last. */
  readonly recent: readonly Heard[];
  /** What the device said of itself. */
  readonly status: DeviceStatus | undefined;
}

const RECENT = 8;
const EMPTY: DevicePage = { readings: 0, rejected: 0, heardMs: null, recent: [], status: undefined };

interface Page {
  readings: number;
  rejected: number;
  heardMs: number | null;
  recent: Heard[];
  status: DeviceStatus | undefined;
}

export class DeviceBook {
  readonly #clock: Clock;
  readonly #isKnown: (device: string) => boolean;
  readonly #pages = new Map<string, Page>();
  readonly #listeners = new Set<(heard: Heard) => void>();

  /** `isKnown`: a device of the site; of others nothing is kept. */
  constructor(clock: Clock, isKnown: (device: string) => boolean) {
    this.#clock = clock;
    this.#isKnown = isKnown;
  }

  /** The driver's way in, with what goes through it noted once it is on disk. */
  watched(accept: Accept): Accept {
    return async (items) => {
      const rejections = await accept(items);
      const refused = new Map(rejections.map(({ index, reason }) => [index, reason]));
      const nowMs = this.#clock.nowMs();
      for (const [index, item] of items.entries()) this.#note(item, refused.get(index), nowMs);
      return rejections;
    };
  }

  noteStatus(device: string, status: DeviceStatus): void {
    const page = this.#pageOf(device);
    if (page !== undefined) page.status = status;
  }

  of(device: string): DevicePage {
    return this.#pages.get(device) ?? EMPTY;
  }

  /** Called for every reading. Returns the detach function. */
  onReading(listener: (heard: Heard) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #note(item: unknown, refused: string | undefined, nowMs: number): void {
    const heard = heardOf(item, refused, nowMs);
    const page = heard === undefined ? undefined : this.#pageOf(heard.device);
    if (heard === undefined || page === undefined) return;
    if (refused === undefined) page.readings += 1;
    else page.rejected += 1;
    page.heardMs = nowMs;
    page.recent.push(heard);
    if (page.recent.length > RECENT) page.recent.shift();
    for (const listener of this.#listeners) listener(heard);
  }

  #pageOf(device: string): Page | undefined {
    const known = this.#pages.get(device);
    if (known !== undefined || !this.#isKnown(device)) return known;
    const page = { readings: 0, rejected: 0, heardMs: null, recent: [], status: undefined };
    this.#pages.set(device, page);
    return page;
  }
}

const MAX_KIND = 40;

function heardOf(item: unknown, refused: string | undefined, nowMs: number): Heard | undefined {
  if (item instanceof Unreadable)
    return {
      atMs: nowMs,
      device: item.device,
      kind: "unreadable",
      value: undefined,
      card: false,
      refused: item.reason,
    };
  const plain = item instanceof Pseudonymized ? item.item : item;
  if (plain === null || typeof plain !== "object") return undefined;
  const { device, kind, value, credential } = plain as Record<string, unknown>;
  if (typeof device !== "string") return undefined;
  return {
    atMs: nowMs,
    device,
    kind: String(kind).slice(0, MAX_KIND),
    // What was refused may be anything, a card number in the wrong place too.
    value: refused === undefined ? shown(value) : undefined,
    card: credential !== undefined,
    ...(refused === undefined ? {} : { refused }),
  };
}

/** Nothing long or nested stays behind. */
function shown(value: unknown): unknown {
  if (value === undefined || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "string") return value.slice(0, 64);
  if (value === null || typeof value !== "object") return undefined;
  const { in: into, out } = value as Record<string, unknown>;
  return typeof into === "number" && typeof out === "number" ? { in: into, out } : undefined;
}
