/** One line of meaning for a UHPPOTE packet in a dialogue. Card numbers and keypad codes stay out. */
import { FrameError } from "../errors.ts";
import type { BoardTime } from "./fields.ts";
import { decodeUhppoteReply, decodeUhppoteRequest } from "./packets.ts";
import { uhppoteReason } from "./reasons.ts";

export function describeUhppote(bytes: Uint8Array, direction: "tx" | "rx"): string {
  try {
    const { kind, serial, ...values } = direction === "tx" ? decodeUhppoteRequest(bytes) : decodeUhppoteReply(bytes);
    const told = Object.entries(values).map(([name, value]) => `${name}=${text(name, value)}`);
    return [direction === "tx" ? "request" : "reply", kind, serial, ...told].join(" ");
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return `not a packet: ${error.message}`;
  }
}

function text(name: string, value: unknown): string {
  if (name === "card") return value === 0 ? "none" : "****";
  if (name === "reason" && typeof value === "number") return uhppoteReason(value).name;
  if (Array.isArray(value)) return value.map((each) => (each === true ? "1" : "0")).join("");
  if (value !== null && typeof value === "object") return timeText(value as BoardTime);
  return value === undefined ? "none" : String(value);
}

function timeText({ year, month, day, hour, minute, second }: BoardTime): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
}
