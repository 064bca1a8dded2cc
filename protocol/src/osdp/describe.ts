/** One line of meaning for a piece of an OSDP dialogue, without what it must not tell: card bits, digits, keys, ciphertext. */
import { toHex } from "../bytes.ts";
import { FrameError } from "../errors.ts";
import { COLOURS, nakReason } from "./codes.ts";
import { type OsdpCommand, osdpCommands } from "./commands.ts";
import { decodeOsdpFrame, OSDP_BROADCAST, type OsdpFrame, SCS } from "./frame.ts";
import { type OsdpReply, osdpReplies } from "./replies.ts";

type Value = OsdpCommand | OsdpReply;
type Told = { readonly [K in Value["kind"]]?: (value: Extract<Value, { readonly kind: K }>) => string };

const seconds = (tenths: number): string => `${tenths / 10} s`;
const colour = (index: number): string => COLOURS[index] ?? `colour ${index}`;
const masked = (bytes: Uint8Array): string => `${bytes.length} bytes masked`;
const part = ({ offset, data, totalBytes }: { offset: number; data: Uint8Array; totalBytes: number }): string =>
  `${data.length} bytes at ${offset} of ${totalBytes}`;
const version = ([major, minor, build]: readonly [number, number, number]): string => `${major}.${minor}.${build}`;

/** Kinds that say more than their name; what is secret is told by its size. */
const TOLD: Told = {
  out: ({ outputs }) => outputs.map((o) => `output ${o.output}: ${o.control} for ${seconds(o.timerTenths)}`).join(", "),
  led: ({ leds }) =>
    leds
      .map(
        ({ reader, led, temporary, permanent }) =>
          `reader ${reader} led ${led}: ` +
          `${temporary.control === 2 ? `${colour(temporary.onColour)} for ${seconds(temporary.timerTenths)}, ` : ""}` +
          `then ${permanent.control === 1 ? colour(permanent.onColour) : "as before"}`,
      )
      .join("; "),
  buz: ({ buzzers }) => buzzers.map((b) => `reader ${b.reader}: tone ${b.tone}, ${b.count} times`).join(", "),
  text: ({ reader, text, row, column }) => `reader ${reader}: ${text.length} characters at ${row},${column}`,
  comset: ({ address, baud }) => `address ${address}, ${baud} baud`,
  keyset: ({ keyType, key }) => `type ${keyType}, key of ${masked(key)}`,
  acurxsize: ({ sizeBytes }) => `${sizeBytes} bytes`,
  filetransfer: (f) => `type ${f.fileType}, ${part(f)}`,
  keepactive: ({ timeMs }) => `${timeMs} ms`,
  nak: ({ reason }) => nakReason(reason),
  pdid: (p) =>
    `maker ${toHex(p.vendor)}, model ${p.model}.${p.version}, serial ${p.serial}, firmware ${version(p.firmware)}`,
  pdcap: ({ capabilities }) => capabilities.map((c) => `${c.function}:${c.compliance}/${c.items}`).join(" "),
  lstatr: ({ tamper, power }) => `tamper ${tamper ? "on" : "off"}, power ${power ? "failed" : "ok"}`,
  istatr: ({ states }) => [...states].join(" "),
  ostatr: ({ states }) => [...states].join(" "),
  rstatr: ({ states }) => [...states].join(" "),
  raw: ({ reader, format, bits }) =>
    `reader ${reader}: card of ${bits} bits${format === 1 ? ", Wiegand" : ""}, number masked`,
  fmt: ({ reader, digits }) => `reader ${reader}: card of ${digits.length} digits, number masked`,
  keypad: ({ reader, digits }) => `reader ${reader}: ${digits.length} keys masked`,
  com: ({ address, baud }) => `address ${address}, ${baud} baud`,
  ftstat: ({ status, delayMs }) => `status ${status}, wait ${delayMs} ms`,
};

/**
 * `ACU to 3, seq 2: OUT output 0: 5 for 3 s`. `direction` is as the gateway sees it: a command that it hears (`rx`) comes from a second ACU.
 * Whatever the bytes are: never throws.
 */
export function describeOsdp(bytes: Uint8Array, direction: "tx" | "rx"): string {
  const frame = frameOf(bytes);
  if (frame instanceof FrameError) return `${bytes.length} bytes of noise: ${frame.message}`;
  const address = frame.address === OSDP_BROADCAST ? "all" : `${frame.address}`;
  const stranger = direction === "rx" && !frame.reply ? " (from another ACU)" : "";
  return `${frame.reply ? `${address} to ACU` : `ACU to ${address}`}, seq ${frame.sequence}: ${meaning(frame)}${stranger}`;
}

function meaning(frame: OsdpFrame): string {
  const codec = frame.reply ? osdpReplies : osdpCommands;
  const name = codec.name(frame.code) ?? `code ${frame.code.toString(16).toUpperCase()}`;
  const type = frame.security?.type ?? 0;
  if (type >= SCS[17]) return `${name}, secured, ${frame.payload.length} bytes encrypted`;
  const secured = type >= SCS[15] ? ", secured" : type > 0 && frame.security?.data[0] === 0 ? ", default key" : "";
  try {
    const value = codec.decode(frame.code, frame.payload);
    const told = (TOLD[value.kind] as ((value: Value) => string) | undefined)?.(value);
    return `${name}${secured}${told ? ` ${told}` : ""}`;
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return `${name}${secured}, ${frame.payload.length} bytes that do not fit it`;
  }
}

/** Replies and commands whose payload may hold a card, a PIN, a key or a fingerprint. */
const SECRET_COMMANDS: ReadonlySet<number> = new Set(
  (["keyset", "biomatch", "mfg", "xwr", "genauth", "crauth", "text"] as const).map(osdpCommands.codeOf),
);
const SECRET_REPLIES: ReadonlySet<number> = new Set(
  (
    [
      "raw",
      "fmt",
      "keypad",
      "bioreadr",
      "pivdatar",
      "genauthr",
      "crauthr",
      "mfgstatr",
      "mfgerrr",
      "mfgrep",
      "xrd",
    ] as const
  ).map(osdpReplies.codeOf),
);
/** Of noise only so many bytes are shown: a damaged card read is noise too. */
const NOISE_SHOWN = 2;

/** The bytes in hex for logs and dialogues. Secret payloads are `··`, and with them their MAC and check, which would give them away. */
export function maskedOsdpHex(bytes: Uint8Array): string {
  const frame = frameOf(bytes);
  if (frame instanceof FrameError) return maskedFrom(bytes, NOISE_SHOWN);
  const encrypted = (frame.security?.type ?? 0) >= SCS[17];
  const secret = (frame.reply ? SECRET_REPLIES : SECRET_COMMANDS).has(frame.code);
  const known = (frame.reply ? osdpReplies : osdpCommands).name(frame.code) !== undefined;
  if (!encrypted && !secret && known) return toHex(bytes);
  const tail = frame.payload.length + (frame.mac?.length ?? 0) + (frame.check === "crc" ? 2 : 1);
  return maskedFrom(bytes, bytes.length - tail);
}

function maskedFrom(bytes: Uint8Array, from: number): string {
  return Array.from(bytes, (_, at) => (at < from ? toHex(bytes.subarray(at, at + 1)) : "··")).join(" ");
}

function frameOf(bytes: Uint8Array): OsdpFrame | FrameError {
  try {
    return decodeOsdpFrame(bytes);
  } catch (error) {
    if (error instanceof FrameError) return error;
    throw error;
  }
}
