/** From a board's event to a reading. Pure; the card number stays in here. */
import {
  boardTimeMs,
  formatTime,
  type ReadingKind,
  type UhppoteCards,
  type UhppoteEvent,
  uhppoteCardText,
  uhppoteReason,
} from "@gatehouse/protocol";
import { Pseudonymized } from "../../core/ports.ts";

export interface EventContext {
  readonly device: string;
  /** Names this life of the board's index. */
  readonly epoch: number;
  readonly nowMs: number;
  readonly timezone: string;
  readonly cards: UhppoteCards;
  pseudonym(credential: string): string;
}

/** A board clock further ahead, or older than any such board, has lost the time: then the time of receipt says more. */
const MAX_AHEAD_MS = 24 * 3_600_000;
const EARLIEST_MS = Date.UTC(2010, 0, 1);

/** By the reason's name: the kind, and what becomes of the value. */
const KINDS: Readonly<Record<string, { readonly kind: ReadingKind; readonly value?: "reason" | "door" }>> = {
  button: { kind: "input.on", value: "door" },
  "button-door-locked": { kind: "input.on", value: "door" },
  "button-offline": { kind: "input.on", value: "door" },
  "button-interlock": { kind: "input.on", value: "door" },
  "button-threat": { kind: "input.on", value: "door" },
  "door-opened": { kind: "door.opened" },
  "door-closed": { kind: "door.closed" },
  "door-held": { kind: "door.held" },
  "door-forced": { kind: "door.forced" },
  "supervisor-password": { kind: "access.granted", value: "reason" },
  "remote-open": { kind: "lock.unlocked" },
  "remote-open-usb": { kind: "lock.unlocked" },
  "power-on": { kind: "power.ok" },
  fire: { kind: "fire.on" },
  emergency: { kind: "panic" },
};

/** What to accept for it; undefined for an event that says nothing the gateway knows a kind for. */
export function readingOf(event: UhppoteEvent, context: EventContext): object | undefined {
  const reason = uhppoteReason(event.reason);
  const { device, epoch } = context;
  const at = timeOf(event, context);
  const whole = { device, epoch, seq: event.index, ...(at === undefined ? {} : { at }) };
  if (!reason.card) {
    const known = KINDS[reason.name];
    if (known === undefined) return undefined;
    const value = known.value === "reason" ? reason.name : known.value === "door" ? event.door : undefined;
    return { ...whole, kind: known.kind, ...(value === undefined ? {} : { value }) };
  }
  const kind: ReadingKind = event.granted ? "access.granted" : "access.denied";
  const access = { ...whole, kind, ...(event.granted ? {} : { value: reason.name }) };
  if (event.card === 0) return access;
  const credential = context.pseudonym(uhppoteCardText(event.card, context.cards));
  return new Pseudonymized({ ...access, credential });
}

function timeOf({ time }: UhppoteEvent, { nowMs, timezone }: EventContext): string | undefined {
  if (time === undefined) return undefined;
  const ms = boardTimeMs(time, timezone);
  return ms < EARLIEST_MS || ms > nowMs + MAX_AHEAD_MS ? undefined : formatTime(ms, timezone);
}
