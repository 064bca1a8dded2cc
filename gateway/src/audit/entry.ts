/** One entry of the audit log as a line: canonical JSON, chained to the line before and signed. Pure. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { canonicalJson, InvariantError } from "@gatehouse/protocol";
import { z } from "zod";

/** What somebody did, as whoever saw it tells it. */
export interface Done {
  /** The account, or the part of the gateway that did it by itself. Never another name. */
  readonly by: string;
  readonly what: string;
  /** What it was done to; may be empty. */
  readonly subject: string;
  /** For people; never a secret, a card number or somebody's words. */
  readonly detail: string;
}

const Hex = z.string().regex(/^[0-9a-f]{64}$/);

export const AuditLine = z.strictObject({
  n: z.int().min(1),
  at: z.string(),
  by: z.string(),
  what: z.string(),
  subject: z.string(),
  detail: z.string(),
  /** SHA-256 of the line before, {@link FIRST} for the first. */
  prev: Hex,
  /** Which key signed it: the first 16 hex digits of the SHA-256 of its public half. */
  key: z.string().regex(/^[0-9a-f]{16}$/),
  /** Ed25519 over the canonical JSON of all the rest, base64. */
  sig: z.string().refine((text) => {
    const raw = Buffer.from(text, "base64");
    // Unused bits of the last digit must not make two texts of one signature.
    return raw.length === 64 && raw.toString("base64") === text;
  }),
});
export type AuditLine = z.infer<typeof AuditLine>;

export const FIRST = "0".repeat(64);

export const hashOfLine = (line: string): string => createHash("sha256").update(line).digest("hex");

export interface Signer {
  readonly id: string;
  /** Raw, base64. */
  readonly publicKey: string;
  sign(text: string): string;
}

/** DER around a raw Ed25519 key (RFC 8410, section 7 and 4). */
const PRIVATE_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC_HEAD = Buffer.from("302a300506032b6570032100", "hex");

export function signerOf(seed: Buffer): Signer {
  const privateKey = createPrivateKey({ key: Buffer.concat([PRIVATE_HEAD, seed]), format: "der", type: "pkcs8" });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  const raw = spki.subarray(PUBLIC_HEAD.length);
  return {
    id: keyId(raw),
    publicKey: raw.toString("base64"),
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString("base64"),
  };
}

export const keyId = (raw: Uint8Array): string => createHash("sha256").update(raw).digest("hex").slice(0, 16);

/** Undefined where the text is no such key. */
export function publicKeyOf(base64: string): KeyObject | undefined {
  const raw = Buffer.from(base64, "base64");
  if (raw.length !== 32) return undefined;
  return createPublicKey({ key: Buffer.concat([PUBLIC_HEAD, raw]), format: "der", type: "spki" });
}

export const isSigned = (text: string, sig: string, key: KeyObject): boolean =>
  verify(null, Buffer.from(text), key, Buffer.from(sig, "base64"));

/** What of an entry is kept at the most, in characters. */
const LONGEST = { by: 64, what: 100, subject: 200, detail: 1_000 } as const;

const cut = (text: string, most: number): string => text.toWellFormed().slice(0, most).toWellFormed();

/** The line of an entry, without the end of line. */
export function lineOf(done: Done, place: Pick<AuditLine, "n" | "at" | "prev">, signer: Signer): string {
  const body = {
    ...place,
    by: cut(done.by, LONGEST.by),
    what: cut(done.what, LONGEST.what),
    subject: cut(done.subject, LONGEST.subject),
    detail: cut(done.detail, LONGEST.detail),
    key: signer.id,
  };
  return canonical({ ...body, sig: signer.sign(canonical(body)) });
}

/** What the signature of a line stands for. */
export function signedText({ sig: _, ...rest }: AuditLine): string {
  return canonical(rest);
}

/** Undefined for anything that is not, byte by byte, a line as it is written. */
export function parseLine(line: string): AuditLine | undefined {
  try {
    const { data } = AuditLine.safeParse(JSON.parse(line));
    return data !== undefined && canonicalJson(data) === line ? data : undefined;
  } catch {
    return undefined;
  }
}

function canonical(value: object): string {
  const text = canonicalJson(value);
  if (text === undefined) throw new InvariantError("an audit entry has no canonical form");
  return text;
}
