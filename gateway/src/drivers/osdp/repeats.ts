/** Tells an event that a reader says again, because its session ended before it knew that we have it, from a second one. */
import { type OsdpReply, osdpReplies, type UnreadableReply } from "@gatehouse/protocol";
import type { Vault } from "../../core/ports.ts";

interface Told {
  readonly session: number;
  readonly atMs: number;
  readonly bytes: Buffer;
}

const EVENTS: readonly string[] = ["raw", "fmt", "keypad"];
/** Longer ago it is somebody who holds the card there again. */
const REPEATED_WITHIN_MS = 30_000;

/** Outlives the line: a reader is made anew with it, and tells again what it holds. */
const kept = new WeakMap<Vault, Map<string, Repeats>>();

/** The vault is what all drivers of one id have in common, from lost line to lost line; nothing is written there. */
export function repeatsOf(vault: Vault, device: string): Repeats {
  const devices = kept.get(vault) ?? new Map<string, Repeats>();
  kept.set(vault, devices);
  const repeats = devices.get(device) ?? new Repeats();
  devices.set(device, repeats);
  repeats.countAnew();
  return repeats;
}

/** No session's number. */
const EARLIER = -1;

export class Repeats {
  /** The last event, until the reader is known to know. */
  #told: Told | undefined;

  /** What is heard in the same session as the event shows that the reader has gone on; a NAK may be the session's end. `session` counts them. */
  isRepeat(reply: OsdpReply | UnreadableReply, session: number, nowMs: number): boolean {
    if (this.#told?.session === session && reply.kind !== "nak") this.#told = undefined;
    const told = this.#told;
    if (told === undefined || !isEvent(reply)) return false;
    return nowMs - told.atMs < REPEATED_WITHIN_MS && told.bytes.equals(bytesOf(reply));
  }

  /** Sessions are counted from the beginning again: the ones of before are none of these. */
  countAnew(): void {
    if (this.#told !== undefined) this.#told = { ...this.#told, session: EARLIER };
  }

  /** The reader has nothing to tell: what it tells from now on is new. */
  nothingHeld(): void {
    this.#told = undefined;
  }

  /** The reply counts from now on; an event may be told again until the next one in this session. */
  taken(reply: OsdpReply | UnreadableReply, session: number, nowMs: number): void {
    if (isEvent(reply)) this.#told = { session, atMs: nowMs, bytes: bytesOf(reply) };
  }
}

const isEvent = (reply: OsdpReply | UnreadableReply): reply is OsdpReply => EVENTS.includes(reply.kind);

function bytesOf(reply: OsdpReply): Buffer {
  const { code, payload } = osdpReplies.encode(reply);
  return Buffer.from([code, ...payload]);
}
