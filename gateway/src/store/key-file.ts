/** Keys of this box: made at the first start from the system's randomness, kept beside the database, never in it. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "@gatehouse/protocol";
import { writeFileDurably } from "./durable-file.ts";

const KEY_BYTES = 32;

/** Throws ConfigError for a key file that is there but no key: a new one would turn every known pseudonym into a stranger. */
export function loadKey(dir: string, name: string): Buffer {
  const path = join(dir, name);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new ConfigError(
        { path, reason: `cannot be read: ${String(cause)}`, fix: "make it readable for the user the gateway runs as" },
        { cause },
      );
    }
    const key = randomBytes(KEY_BYTES);
    writeFileDurably(path, `${key.toString("hex")}\n`);
    return key;
  }
  const key = Buffer.from(text.trim(), "hex");
  if (key.length === KEY_BYTES) return key;
  throw new ConfigError({
    path,
    reason: "is damaged: not 32 bytes in hex",
    fix: "restore it from the backup; without one, remove the file and a new key is made (known credentials then count as new)",
  });
}
