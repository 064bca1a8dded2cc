/** Reads what the shim recorded. */
import { readFileSync } from "node:fs";

export type IoRecord =
  | { readonly kind: "create"; readonly file: bigint; readonly path: string }
  | { readonly kind: "write"; readonly file: bigint; readonly offset: number; readonly data: Buffer }
  | { readonly kind: "truncate"; readonly file: bigint; readonly size: number }
  | { readonly kind: "sync"; readonly file: bigint; readonly failed: boolean }
  | { readonly kind: "sync-dir"; readonly path: string; readonly failed: boolean }
  | { readonly kind: "rename"; readonly from: string; readonly to: string }
  | { readonly kind: "unlink"; readonly path: string }
  | { readonly kind: "mkdir"; readonly path: string }
  | { readonly kind: "mark"; readonly mark: Mark };

/** What the driver program had to say between storage calls. */
export type Mark =
  /** Step `n` is about to be written. */
  | { readonly issued: number }
  /** The write of step `n` has resolved. */
  | { readonly acked: number }
  /** The platform has answered for the items that step `n` settles. */
  | { readonly answered: number }
  /** The platform has been sent everything that the steps up to `n` owe it. */
  | { readonly sent: number }
  /** A start found everything up to step `n`: what a gateway finds it takes for durable. */
  | { readonly found: number }
  /** The header of the database is about to rot: from here on a start may put it aside, but everything in it can be read. */
  | { readonly rotten: true }
  /** The key file is about to get content `n`, and has it for good. */
  | { readonly keyIssued: number }
  | { readonly keyAcked: number };

const HEAD_BYTES = 32;

export function readIoLog(path: string): IoRecord[] {
  const bytes = readFileSync(path);
  const records: IoRecord[] = [];
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes.readInt32LE(at);
    const failed = bytes.readInt32LE(at + 4) !== 0;
    const file = bytes.readBigInt64LE(at + 8);
    const offset = Number(bytes.readBigInt64LE(at + 16));
    const length = Number(bytes.readBigInt64LE(at + 24));
    const data = bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length);
    at += HEAD_BYTES + length;
    records.push(...parse(kind, { failed, file, offset, data }));
  }
  return records;
}

interface Parts {
  readonly failed: boolean;
  readonly file: bigint;
  readonly offset: number;
  readonly data: Buffer;
}

function parse(kind: number, { failed, file, offset, data }: Parts): IoRecord[] {
  switch (kind) {
    case 1:
      return [{ kind: "create", file, path: data.toString() }];
    case 2:
      return [{ kind: "write", file, offset, data }];
    case 3:
      return [{ kind: "truncate", file, size: offset }];
    case 4:
      return [{ kind: "sync", file, failed }];
    case 5:
      return [{ kind: "sync-dir", path: data.toString(), failed }];
    case 6: {
      const [from = "", to = ""] = data.toString().split("\0");
      return [{ kind: "rename", from, to }];
    }
    case 7:
      return [{ kind: "unlink", path: data.toString() }];
    case 8:
      return data
        .toString()
        .trim()
        .split("\n")
        .map((line) => ({ kind: "mark", mark: JSON.parse(line) as Mark }));
    case 9:
      return [{ kind: "mkdir", path: data.toString() }];
    default:
      throw new TypeError(`record of kind ${kind}`);
  }
}
