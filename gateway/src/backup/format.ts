/**
 * A backup: gzip over lines of JSON. First the head, then files in pieces, then rows of the database one by one, last the end with a SHA-256 over
 * all lines before it.
 */
import { z } from "zod";

export const FORMAT_VERSION = 1;
/** Bytes of a file in one line. */
export const PIECE_BYTES = 192 * 1024;
/** Longest line: a row holds a whole configuration at the most. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024;
export const MAX_FILES = 50_000;
export const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** Of all lines together, unpacked. */
export const MAX_BYTES = 32_000_000_000;

export const Head = z.strictObject({
  gatehouse: z.literal("backup"),
  v: z.int(),
  madeAt: z.iso.datetime(),
  release: z.string().max(64),
  site: z.string().max(64),
  /** Schema of the database. */
  schema: z.int(),
  /** Counters of the store, as their row says them; null where there is no database. */
  state: z.string().nullable(),
  /** How a passphrase becomes the key of the sealed files; null where they were left out. */
  seal: z
    .strictObject({
      kdf: z.literal("scrypt"),
      n: z
        .int()
        .min(1_024)
        .max(2 ** 17),
      r: z.int().min(1).max(16),
      p: z.int().min(1).max(4),
      salt: z.base64(),
      /** A known text, sealed: tells a wrong passphrase from a damaged file. */
      check: z.base64(),
    })
    .nullable(),
});
export type Head = z.infer<typeof Head>;

/** `state`: below the state folder. `site`: beside the site file. `site-file`: the site file itself, whatever its name. */
export const Root = z.enum(["state", "site", "site-file"]);
export type Root = z.infer<typeof Root>;

export const Piece = z.strictObject({
  root: Root,
  file: z.string().min(1).max(512),
  /** From 0. */
  piece: z.int().min(0),
  last: z.boolean(),
  sealed: z.boolean(),
  data: z.base64(),
});
export type Piece = z.infer<typeof Piece>;

export const End = z.strictObject({
  end: z.literal(true),
  files: z.int().min(0),
  rows: z.record(z.string(), z.int().min(0)),
  sha256: z.string(),
});
export type End = z.infer<typeof End>;

/** Throws nothing; says what is wrong with a path that may leave its folder. */
export function pathProblem(path: string): string | undefined {
  const parts = path.split("/");
  if (parts.length > 12) return "is too deep";
  if (parts.some((part) => part === "" || part === "." || part === "..")) return "may leave its folder";
  if (parts.some((part) => part.startsWith(".restoring"))) return "is a name of ours";
  return /[\p{Cc}\\:]/u.test(path) ? "has signs in it that no file of ours has" : undefined;
}
