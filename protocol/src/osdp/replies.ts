/** What a PD says: every reply of OSDP v2.2 and its payload, both ways. */
import type { ByteReader, ByteWriter } from "../bytes.ts";
import { FrameError } from "../errors.ts";
import { bare, codecOf, exactly, many, type Row, within } from "./codec.ts";
import type { Capability } from "./codes.ts";
import { type Fragment, readFragment, writeFragment } from "./commands.ts";

export interface Identity {
  /** The maker's three bytes in the order of the wire. */
  readonly vendor: Uint8Array;
  readonly model: number;
  readonly version: number;
  readonly serial: number;
  /** Major, minor, build. */
  readonly firmware: readonly [number, number, number];
}

export interface CardRead {
  readonly reader: number;
  /** One of CARD_FORMAT. */
  readonly format: number;
  readonly bits: number;
  /** The bits from the left; what fills up the last byte means nothing. */
  readonly data: Uint8Array;
}

export type OsdpReply =
  | { readonly kind: "ack" | "busy" }
  /** `reason` is one of NAK. */
  | { readonly kind: "nak"; readonly reason: number; readonly detail: Uint8Array }
  | ({ readonly kind: "pdid" } & Identity)
  | { readonly kind: "pdcap"; readonly capabilities: readonly Capability[] }
  /** Not 0: opened, or without power. */
  | { readonly kind: "lstatr"; readonly tamper: number; readonly power: number }
  | { readonly kind: "istatr" | "ostatr" | "rstatr"; readonly states: Uint8Array }
  | ({ readonly kind: "raw" } & CardRead)
  | { readonly kind: "fmt"; readonly reader: number; readonly direction: number; readonly digits: Uint8Array }
  /** ASCII digits, 7F for *, 0D for #. */
  | { readonly kind: "keypad"; readonly reader: number; readonly digits: Uint8Array }
  | { readonly kind: "com"; readonly address: number; readonly baud: number }
  | {
      readonly kind: "bioreadr";
      readonly reader: number;
      readonly status: number;
      readonly type: number;
      readonly quality: number;
      readonly template: Uint8Array;
    }
  | { readonly kind: "biomatchr"; readonly reader: number; readonly status: number; readonly score: number }
  | {
      readonly kind: "ccrypt";
      readonly clientUid: Uint8Array;
      readonly random: Uint8Array;
      readonly cryptogram: Uint8Array;
    }
  | { readonly kind: "rmac"; readonly mac: Uint8Array }
  /** `status`: 0 go on, 1 done, 2 rebooting, 3 finishing; below 0 it failed. */
  | {
      readonly kind: "ftstat";
      readonly action: number;
      readonly delayMs: number;
      readonly status: number;
      readonly updateBytes: number;
    }
  | ({ readonly kind: "pivdatar" | "genauthr" | "crauthr" } & Fragment)
  | { readonly kind: "mfgstatr" | "mfgerrr"; readonly data: Uint8Array }
  | { readonly kind: "mfgrep"; readonly vendor: Uint8Array; readonly data: Uint8Array }
  | { readonly kind: "xrd"; readonly mode: number; readonly reply: number; readonly data: Uint8Array };

const states = (code: number, name: string): Row<{ readonly states: Uint8Array }> => ({
  code,
  name,
  read: (r) => ({ states: r.rest() }),
  write: (w, value) => w.bytes(value.states),
});

const multiPart = (code: number, name: string): Row<Fragment> => ({
  code,
  name,
  read: readFragment,
  write: writeFragment,
});

const opaque = (code: number, name: string): Row<{ readonly data: Uint8Array }> => ({
  code,
  name,
  read: (r) => ({ data: r.rest() }),
  write: (w, { data }) => w.bytes(data),
});

/** Codes, names and payloads of replies. */
export const osdpReplies = codecOf<OsdpReply>({
  ack: bare(0x40, "ACK"),
  nak: {
    code: 0x41,
    name: "NAK",
    read: (r) => ({ reason: r.u8(), detail: r.rest() }),
    write: (w, { reason, detail }) => w.u8(reason).bytes(detail),
  },
  pdid: {
    code: 0x45,
    name: "PDID",
    read: (r) => ({
      vendor: r.take(3),
      model: r.u8(),
      version: r.u8(),
      serial: r.u32le(),
      firmware: [r.u8(), r.u8(), r.u8()],
    }),
    write: (w, { vendor, model, version, serial, firmware }) =>
      w
        .bytes(exactly(vendor, 3, "a vendor"))
        .u8(model, version)
        .u32le(serial)
        .u8(...firmware),
  },
  pdcap: {
    code: 0x46,
    name: "PDCAP",
    read: (r) => ({ capabilities: many(r, () => ({ function: r.u8(), compliance: r.u8(), items: r.u8() })) }),
    write: (w, { capabilities }) => {
      for (const capability of capabilities) w.u8(capability.function, capability.compliance, capability.items);
    },
  },
  lstatr: {
    code: 0x48,
    name: "LSTATR",
    read: (r) => ({ tamper: r.u8(), power: r.u8() }),
    write: (w, { tamper, power }) => w.u8(tamper, power),
  },
  istatr: states(0x49, "ISTATR"),
  ostatr: states(0x4a, "OSTATR"),
  rstatr: states(0x4b, "RSTATR"),
  raw: { code: 0x50, name: "RAW", read: readRaw, write: writeRaw },
  fmt: {
    code: 0x51,
    name: "FMT",
    read: (r) => ({ reader: r.u8(), direction: r.u8(), digits: r.take(r.u8()) }),
    write: (w, { reader, direction, digits }) =>
      w.u8(reader, direction, within(digits.length, 255, "digit count")).bytes(digits),
  },
  keypad: {
    code: 0x53,
    name: "KEYPAD",
    read: (r) => ({ reader: r.u8(), digits: r.take(r.u8()) }),
    write: (w, { reader, digits }) => w.u8(reader, within(digits.length, 255, "digit count")).bytes(digits),
  },
  com: {
    code: 0x54,
    name: "COM",
    read: (r) => ({ address: r.u8(), baud: r.u32le() }),
    write: (w, { address, baud }) => w.u8(address).u32le(baud),
  },
  bioreadr: {
    code: 0x57,
    name: "BIOREADR",
    read: (r) => ({
      reader: r.u8(),
      status: r.u8(),
      type: r.u8(),
      quality: r.u8(),
      template: r.take(r.u16le()),
    }),
    write: (w, { reader, status, type, quality, template }) =>
      w.u8(reader, status, type, quality).u16le(template.length).bytes(template),
  },
  biomatchr: {
    code: 0x58,
    name: "BIOMATCHR",
    read: (r) => ({ reader: r.u8(), status: r.u8(), score: r.u8() }),
    write: (w, { reader, status, score }) => w.u8(reader, status, score),
  },
  ccrypt: {
    code: 0x76,
    name: "CCRYPT",
    read: (r) => ({ clientUid: r.take(8), random: r.take(8), cryptogram: r.take(16) }),
    write: (w, { clientUid, random, cryptogram }) =>
      w
        .bytes(exactly(clientUid, 8, "a client's identity"))
        .bytes(exactly(random, 8, "the PD's random number"))
        .bytes(exactly(cryptogram, 16, "a cryptogram")),
  },
  rmac: {
    code: 0x78,
    name: "RMAC_I",
    read: (r) => ({ mac: r.take(16) }),
    write: (w, { mac }) => w.bytes(exactly(mac, 16, "the initial MAC")),
  },
  busy: bare(0x79, "BUSY"),
  ftstat: {
    code: 0x7a,
    name: "FTSTAT",
    read: (r) => ({ action: r.u8(), delayMs: r.u16le(), status: r.i16le(), updateBytes: r.u16le() }),
    write: (w, { action, delayMs, status, updateBytes }) =>
      w.u8(action).u16le(delayMs).u16le(status).u16le(updateBytes),
  },
  pivdatar: multiPart(0x80, "PIVDATAR"),
  genauthr: multiPart(0x81, "GENAUTHR"),
  crauthr: multiPart(0x82, "CRAUTHR"),
  mfgstatr: opaque(0x83, "MFGSTATR"),
  mfgerrr: opaque(0x84, "MFGERRR"),
  mfgrep: {
    code: 0x90,
    name: "MFGREP",
    read: (r) => ({ vendor: r.take(3), data: r.rest() }),
    write: (w, { vendor, data }) => w.bytes(exactly(vendor, 3, "a vendor")).bytes(data),
  },
  xrd: {
    code: 0xb1,
    name: "XRD",
    read: (r) => ({ mode: r.u8(), reply: r.u8(), data: r.rest() }),
    write: (w, { mode, reply, data }) => w.u8(mode, reply).bytes(data),
  },
});

function readRaw(r: ByteReader): CardRead {
  const [reader, format, bits] = [r.u8(), r.u8(), r.u16le()];
  if (bits === 0) throw new FrameError("payload", "a card of no bits");
  return { reader, format, bits, data: r.take(Math.ceil(bits / 8)) };
}

function writeRaw(w: ByteWriter, { reader, format, bits, data }: CardRead): void {
  w.u8(reader, format)
    .u16le(within(bits, 0xffff, "bit count"))
    .bytes(exactly(data, Math.ceil(bits / 8), `a card of ${bits} bits`));
}
