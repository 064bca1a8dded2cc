/** UHPPOTE boards: both sides' packets. */
import { readFileSync } from "node:fs";
import {
  decodeUhppoteReply,
  decodeUhppoteRequest,
  describeUhppote,
  encodeUhppoteReply,
  encodeUhppoteRequest,
  fromHex,
  InvariantError,
  UHPPOTE_BYTES,
  uhppoteCardText,
  uhppoteReason,
} from "@gatehouse/protocol";
import type { FuzzRow } from "./row.ts";

const url = new URL("../../../protocol/vectors/uhppote/frames.json", import.meta.url);
const { vectors } = JSON.parse(readFileSync(url, "utf8")) as {
  readonly vectors: readonly { readonly role: "request" | "reply"; readonly hex: string }[];
};
const seedsOf = (side: "request" | "reply") =>
  vectors.filter(({ role }) => role === side).map(({ hex }) => fromHex(hex));

/** As long as a packet is, and begun like one. */
function repair(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(UHPPOTE_BYTES);
  copy.set(bytes.subarray(0, UHPPOTE_BYTES));
  copy[0] = 0x17;
  return copy;
}

/** What can be read is, written and read again, the same. */
function same(again: unknown, first: unknown): void {
  if (JSON.stringify(again) !== JSON.stringify(first)) throw new InvariantError(`read as ${JSON.stringify(again)}`);
}

export const UHPPOTE_ROWS: readonly FuzzRow[] = [
  {
    name: "uhppote-reply",
    seeds: seedsOf("reply"),
    repair,
    decode: decodeUhppoteReply,
    run: (bytes) => {
      describeUhppote(bytes, "rx");
      const reply = decodeUhppoteReply(bytes);
      same(decodeUhppoteReply(encodeUhppoteReply(reply)), reply);
      if (reply.kind !== "get-event") return;
      uhppoteReason(reply.reason);
      if (!/^[0-9A-F]{6,8}$/.test(uhppoteCardText(reply.card, "wiegand26")))
        throw new InvariantError("a card without a text");
    },
  },
  {
    name: "uhppote-request",
    seeds: seedsOf("request"),
    repair,
    decode: decodeUhppoteRequest,
    run: (bytes) => {
      describeUhppote(bytes, "tx");
      const request = decodeUhppoteRequest(bytes);
      same(decodeUhppoteRequest(encodeUhppoteRequest(request)), request);
    },
  },
];
