/** Files of a backup sealed with a passphrase: scrypt makes the key, AES-256-GCM seals each piece under its own name. */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import type { Head, Piece } from "./format.ts";

type SealHead = NonNullable<Head["seal"]>;

/** 32 MB and a fraction of a second on a small box. */
const COST = { n: 2 ** 15, r: 8, p: 1 } as const;
const CHECK = "gatehouse backup";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Seal {
  readonly head: SealHead;
  close(data: Uint8Array, name: string): string;
  /** Undefined when it is not what was sealed under that name. */
  open(text: string, name: string): Buffer | undefined;
}

export const pieceName = ({ root, file, piece, last }: Pick<Piece, "root" | "file" | "piece" | "last">): string =>
  JSON.stringify([root, file, piece, last]);

export async function newSeal(passphrase: string): Promise<Seal> {
  const salt = randomBytes(16).toString("base64");
  const key = await keyOf(passphrase, { ...COST, salt });
  return sealOf(key, { kdf: "scrypt", ...COST, salt, check: seal(key, Buffer.from(CHECK), "check") });
}

/** Undefined for a wrong passphrase. */
export async function openSeal(passphrase: string, head: SealHead): Promise<Seal | undefined> {
  const key = await keyOf(passphrase, head);
  return unseal(key, head.check, "check")?.toString() === CHECK ? sealOf(key, head) : undefined;
}

const sealOf = (key: Buffer, head: SealHead): Seal => ({
  head,
  close: (data, name) => seal(key, data, name),
  open: (text, name) => unseal(key, text, name),
});

/** On the thread pool. */
function keyOf(passphrase: string, { n, r, p, salt }: Pick<SealHead, "n" | "r" | "p" | "salt">): Promise<Buffer> {
  const cost = { N: n, r, p, maxmem: 256 * n * r };
  return new Promise((resolve, reject) =>
    scrypt(passphrase.normalize("NFKC"), Buffer.from(salt, "base64"), 32, cost, (error, key) =>
      error === null ? resolve(key) : reject(error),
    ),
  );
}

function seal(key: Buffer, data: Uint8Array, name: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(name));
  return Buffer.concat([nonce, cipher.update(data), cipher.final(), cipher.getAuthTag()]).toString("base64");
}

function unseal(key: Buffer, text: string, name: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}
