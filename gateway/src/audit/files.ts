/** The files of the audit log in `STATE/audit`: lines by segments, the signed head, the public keys that ever signed. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson } from "@gatehouse/protocol";
import { z } from "zod";
import { isSigned, keyId, publicKeyOf, type Signer } from "./entry.ts";

export const AUDIT_FOLDER = "audit";
export const HEAD_FILE = "head.json";
export const KEYS_FILE = "keys.ndjson";

/** How far the log reaches, said apart from it: without this a log cut short would look whole. */
const Head = z.strictObject({ n: z.int().min(0), hash: z.string(), key: z.string(), sig: z.string() });
export type Head = z.infer<typeof Head>;

const PublicKeyLine = z.object({ key: z.string(), publicKey: z.string() });

export const segmentName = (first: number): string => `${String(first).padStart(9, "0")}.ndjson`;

/** Oldest first. */
export function segments(dir: string): readonly string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => /^\d{9}\.ndjson$/.test(name))
    .sort();
}

export function headText(n: number, hash: string, signer: Signer): string {
  const body = { n, hash, key: signer.id };
  return `${JSON.stringify({ ...body, sig: signer.sign(canonicalJson(body) ?? "") })}\n`;
}

export type Keys = ReadonlyMap<string, NonNullable<ReturnType<typeof publicKeyOf>>>;

export function readKeys(dir: string): Keys {
  const keys = new Map<string, NonNullable<ReturnType<typeof publicKeyOf>>>();
  for (const line of textOf(join(dir, KEYS_FILE))?.split("\n") ?? []) {
    const { data } = PublicKeyLine.safeParse(jsonOf(line));
    const key = data === undefined ? undefined : publicKeyOf(data.publicKey);
    if (data !== undefined && key !== undefined) keys.set(keyId(Buffer.from(data.publicKey, "base64")), key);
  }
  return keys;
}

/** `false`: there is one, and it is not what was signed. */
export function readHead(dir: string, keys: Keys): Head | undefined | false {
  const text = textOf(join(dir, HEAD_FILE));
  if (text === undefined) return undefined;
  const { data } = Head.safeParse(jsonOf(text));
  const key = data === undefined ? undefined : keys.get(data.key);
  if (data === undefined || key === undefined) return false;
  const { sig, ...body } = data;
  return isSigned(canonicalJson(body) ?? "", sig, key) ? data : false;
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
