/** Keys of this box: made at the first start from the system's randomness, kept beside the database, never in it, and in two files. */
import { randomBytes } from "node:crypto";
import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { ConfigError } from "@gatehouse/protocol";
import type { Health, Logger } from "../core/ports.ts";
import { writeFileDurably } from "./durable-file.ts";
import { refusalOf } from "./refusal.ts";

const KEY_BYTES = 32;

export interface KeyReports {
  readonly log: Logger;
  readonly health: Health;
}

/**
 * A file that is damaged or gone is made anew from the other. Where neither can be read the key is lost, and a new one is made with a health
 * code that says so: the gateway goes on, and known credentials count as new. Throws ConfigError where the files may not be read, and
 * what the file system throws where a new key cannot be written.
 */
export function loadKey(dir: string, name: string, { log, health }: KeyReports): Buffer {
  const paths = [join(dir, name), join(dir, `${name}.copy`)] as const;
  const found = paths.map((path) => readKey(path, dir));
  const key = found.find((each) => Buffer.isBuffer(each));
  const damaged = paths.filter((_, i) => found[i] === "damaged");
  if (key === undefined) {
    for (const path of damaged) renameSync(path, `${path}.damaged`);
    const made = randomBytes(KEY_BYTES);
    // The copy first: a crash in between leaves a key that is whole.
    for (const path of paths.toReversed()) writeFileDurably(path, textOf(made));
    for (const path of damaged) health.raise("storage-quarantined", `${path}.damaged`, LOST);
    return made;
  }
  for (const path of damaged) health.raise("storage-quarantined", path, MENDED);
  for (const [i, path] of paths.entries()) if (!isSame(found[i], key)) mend(path, key, log);
  return key;
}

const MENDED = "a key file was damaged and is made anew from its copy: check the disk";
const LOST =
  "the key of the pseudonyms was damaged and a new one is made, known credentials count as new: stop the gateway, restore the key from a backup, start again";

/** With a checksum, since a flipped digit is still a digit. */
function textOf(key: Buffer): string {
  return `${key.toString("hex")} ${crc32(key)}\n`;
}

function readKey(path: string, dir: string): Buffer | "damaged" | "missing" {
  try {
    const text = readFileSync(path, "utf8");
    const key = Buffer.from(text.slice(0, 2 * KEY_BYTES), "hex");
    return key.length === KEY_BYTES && text === textOf(key) ? key : "damaged";
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return "missing";
    const refused = refusalOf(cause, dir);
    if (refused === undefined) throw cause;
    throw new ConfigError({ ...refused, path }, { cause });
  }
}

function isSame(found: Buffer | "damaged" | "missing" | undefined, key: Buffer): boolean {
  return Buffer.isBuffer(found) && found.equals(key);
}

/** Not needed to go on: the next start tries again. */
function mend(path: string, key: Buffer, log: Logger): void {
  try {
    writeFileDurably(path, textOf(key));
  } catch (err) {
    log.warn({ path, err }, "the second file of a key could not be written");
  }
}
