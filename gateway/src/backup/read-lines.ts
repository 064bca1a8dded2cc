/** The lines of a backup, unpacked piece by piece within bounds, and proved whole at the end. */
import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { createGunzip } from "node:zlib";
import { ConfigError } from "@gatehouse/protocol";
import { MAX_BYTES, MAX_LINE_BYTES } from "./format.ts";

export interface BackupLine {
  readonly text: string;
  /** SHA-256 over all lines before this one. */
  readonly hashBefore: string | undefined;
  /** Of the file, 0 to 1. */
  readonly share: number;
}

export interface Bounds {
  readonly maxBytes?: number | undefined;
  readonly maxLineBytes?: number | undefined;
}

/** Throws ConfigError for a file that cannot be read, is damaged, or unpacks to more than it may. */
export async function* readBackupLines(file: string, bounds: Bounds, signal?: AbortSignal): AsyncGenerator<BackupLine> {
  const { maxBytes = MAX_BYTES, maxLineBytes = MAX_LINE_BYTES } = bounds;
  const size = sizeOf(file);
  const input = createReadStream(file);
  const gunzip = createGunzip();
  input.on("error", (error) => gunzip.destroy(error));
  input.pipe(gunzip);
  const hash = createHash("sha256");
  let [rest, total]: [Buffer[], number] = [[], 0];
  let restBytes = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      total += chunk.length;
      if (total > maxBytes) throw tooLarge(file, `it unpacks to more than ${maxBytes} bytes`);
      let from = 0;
      for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
        const bytes = Buffer.concat([...rest, chunk.subarray(from, end)]);
        [rest, restBytes, from] = [[], 0, end + 1];
        const text = bytes.toString("utf8");
        const isEnd = text.startsWith('{"end":');
        yield { text, hashBefore: isEnd ? hash.copy().digest("hex") : undefined, share: input.bytesRead / size };
        hash.update(bytes).update("\n");
      }
      rest.push(Buffer.from(chunk.subarray(from)));
      restBytes += chunk.length - from;
      if (restBytes > maxLineBytes) throw tooLarge(file, `a line of it is longer than ${maxLineBytes} bytes`);
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof ConfigError || !(cause instanceof Error && "code" in cause)) throw cause;
    throw damaged(file, cause.message, cause);
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}

export function damaged(file: string, reason: string, cause?: unknown): ConfigError {
  const fix = "take another copy of the backup, or an earlier one; nothing was changed";
  return new ConfigError({ path: file, reason: `is no whole backup: ${reason}`, fix }, { cause });
}

function tooLarge(file: string, reason: string): ConfigError {
  return new ConfigError({ path: file, reason, fix: "this is no backup of a gatehouse; nothing was changed" });
}

function sizeOf(file: string): number {
  try {
    return Math.max(1, statSync(file).size);
  } catch (cause) {
    const reason = `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new ConfigError({ path: file, reason, fix: "name the backup" }, { cause });
  }
}
