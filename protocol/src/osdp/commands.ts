/** What an ACU says: every command of OSDP v2.2 and its payload, both ways. Times are tenths of a second where the name says so. */
import type { ByteReader, ByteWriter } from "../bytes.ts";
import { bare, codecOf, exactly, type Row, within } from "./codec.ts";
import {
  type BuzzerControl,
  buz,
  type LedControl,
  led,
  type OutputControl,
  out,
  type TextCommand,
  text,
} from "./indicators.ts";

/** A part of something longer. */
export interface Fragment {
  readonly totalBytes: number;
  readonly offset: number;
  readonly data: Uint8Array;
}

export type OsdpCommand =
  | { readonly kind: "poll" | "lstat" | "istat" | "ostat" | "rstat" | "abort" }
  | { readonly kind: "id" | "cap"; readonly replyType: number }
  | { readonly kind: "out"; readonly outputs: readonly OutputControl[] }
  | { readonly kind: "led"; readonly leds: readonly LedControl[] }
  | { readonly kind: "buz"; readonly buzzers: readonly BuzzerControl[] }
  | TextCommand
  | { readonly kind: "comset"; readonly address: number; readonly baud: number }
  | {
      readonly kind: "bioread";
      readonly reader: number;
      readonly type: number;
      readonly format: number;
      readonly quality: number;
    }
  | {
      readonly kind: "biomatch";
      readonly reader: number;
      readonly type: number;
      readonly format: number;
      readonly quality: number;
      readonly template: Uint8Array;
    }
  /** Type 1 is SCBK, and the only one there is. */
  | { readonly kind: "keyset"; readonly keyType: number; readonly key: Uint8Array }
  | { readonly kind: "chlng"; readonly random: Uint8Array }
  | { readonly kind: "scrypt"; readonly cryptogram: Uint8Array }
  | { readonly kind: "acurxsize"; readonly sizeBytes: number }
  | ({ readonly kind: "filetransfer"; readonly fileType: number } & Fragment)
  | { readonly kind: "mfg"; readonly vendor: Uint8Array; readonly data: Uint8Array }
  | { readonly kind: "xwr"; readonly mode: number; readonly command: number; readonly data: Uint8Array }
  | {
      readonly kind: "pivdata";
      readonly objectId: Uint8Array;
      readonly element: number;
      readonly offset: number;
    }
  | ({ readonly kind: "genauth" | "crauth" } & Fragment)
  | { readonly kind: "keepactive"; readonly timeMs: number };

/** Sizes and place of two bytes each, as GENAUTH, CRAUTH and their replies have them. */
export function readFragment(reader: ByteReader): Fragment {
  const [totalBytes, offset, length] = [reader.u16le(), reader.u16le(), reader.u16le()];
  return { totalBytes, offset, data: reader.take(length) };
}

export function writeFragment(writer: ByteWriter, { totalBytes, offset, data }: Fragment): void {
  writer
    .u16le(within(totalBytes, 0xffff, "total size"))
    .u16le(within(offset, 0xffff, "offset"))
    .u16le(data.length)
    .bytes(data);
}

const multiPart = (code: number, name: string): Row<Fragment> => ({
  code,
  name,
  read: readFragment,
  write: writeFragment,
});

const typed = (code: number, name: string): Row<{ readonly replyType: number }> => ({
  code,
  name,
  read: (r) => ({ replyType: r.u8() }),
  write: (w, { replyType }) => w.u8(replyType),
});

/** Codes, names and payloads of commands. */
export const osdpCommands = codecOf<OsdpCommand>({
  poll: bare(0x60, "POLL"),
  id: typed(0x61, "ID"),
  cap: typed(0x62, "CAP"),
  lstat: bare(0x64, "LSTAT"),
  istat: bare(0x65, "ISTAT"),
  ostat: bare(0x66, "OSTAT"),
  rstat: bare(0x67, "RSTAT"),
  out,
  led,
  buz,
  text,
  comset: {
    code: 0x6e,
    name: "COMSET",
    read: (r) => ({ address: r.u8(), baud: r.u32le() }),
    write: (w, { address, baud }) => w.u8(within(address, 0xff, "address")).u32le(within(baud, 0xffff_ffff, "baud")),
  },
  bioread: {
    code: 0x73,
    name: "BIOREAD",
    read: (r) => ({ reader: r.u8(), type: r.u8(), format: r.u8(), quality: r.u8() }),
    write: (w, { reader, type, format, quality }) => w.u8(reader, type, format, quality),
  },
  biomatch: {
    code: 0x74,
    name: "BIOMATCH",
    read: (r) => ({
      reader: r.u8(),
      type: r.u8(),
      format: r.u8(),
      quality: r.u8(),
      template: r.take(r.u16le()),
    }),
    write: (w, { reader, type, format, quality, template }) =>
      w.u8(reader, type, format, quality).u16le(template.length).bytes(template),
  },
  keyset: {
    code: 0x75,
    name: "KEYSET",
    read: (r) => ({ keyType: r.u8(), key: r.take(r.u8()) }),
    write: (w, { keyType, key }) => w.u8(keyType, within(key.length, 255, "key length")).bytes(key),
  },
  chlng: {
    code: 0x76,
    name: "CHLNG",
    read: (r) => ({ random: r.take(8) }),
    write: (w, { random }) => w.bytes(exactly(random, 8, "the ACU's random number")),
  },
  scrypt: {
    code: 0x77,
    name: "SCRYPT",
    read: (r) => ({ cryptogram: r.take(16) }),
    write: (w, { cryptogram }) => w.bytes(exactly(cryptogram, 16, "a cryptogram")),
  },
  acurxsize: {
    code: 0x7b,
    name: "ACURXSIZE",
    read: (r) => ({ sizeBytes: r.u16le() }),
    write: (w, { sizeBytes }) => w.u16le(within(sizeBytes, 0xffff, "size")),
  },
  filetransfer: {
    code: 0x7c,
    name: "FILETRANSFER",
    read: (r) => {
      const [fileType, totalBytes, offset, length] = [r.u8(), r.u32le(), r.u32le(), r.u16le()];
      return { fileType, totalBytes, offset, data: r.take(length) };
    },
    write: (w, { fileType, totalBytes, offset, data }) =>
      w.u8(fileType).u32le(totalBytes).u32le(offset).u16le(data.length).bytes(data),
  },
  mfg: {
    code: 0x80,
    name: "MFG",
    read: (r) => ({ vendor: r.take(3), data: r.rest() }),
    write: (w, { vendor, data }) => w.bytes(exactly(vendor, 3, "a vendor")).bytes(data),
  },
  xwr: {
    code: 0xa1,
    name: "XWR",
    read: (r) => ({ mode: r.u8(), command: r.u8(), data: r.rest() }),
    write: (w, { mode, command, data }) => w.u8(mode, command).bytes(data),
  },
  abort: bare(0xa2, "ABORT"),
  pivdata: {
    code: 0xa3,
    name: "PIVDATA",
    read: (r) => ({ objectId: r.take(3), element: r.u8(), offset: r.u16le() }),
    write: (w, { objectId, element, offset }) =>
      w
        .bytes(exactly(objectId, 3, "an object id"))
        .u8(element)
        .u16le(within(offset, 0xffff, "offset")),
  },
  genauth: multiPart(0xa4, "GENAUTH"),
  crauth: multiPart(0xa5, "CRAUTH"),
  keepactive: {
    code: 0xa7,
    name: "KEEPACTIVE",
    read: (r) => ({ timeMs: r.u16le() }),
    write: (w, { timeMs }) => w.u16le(within(timeMs, 0xffff, "time")),
  },
});
