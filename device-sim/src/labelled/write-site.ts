/** A labelled site as the four files of a folder: site, readings, truth, occupancy. */
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { ConfigError } from "@gatehouse/protocol";
import type { LabelledSite } from "./labelled-site.ts";

/** Readings are handed to the compressor in pieces of this many. */
const BATCH = 2_000;

/** Makes the folder if need be. `onProgress` gets readings written so far. Throws ConfigError when the folder cannot be written. */
export async function writeLabelledSite(
  dir: string,
  labelled: LabelledSite,
  onProgress: (written: number) => void = () => {},
): Promise<void> {
  try {
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, "site.yaml"), `${JSON.stringify(labelled.site, null, 1)}\n`);
    writeFileSync(join(dir, "truth.json"), JSON.stringify(labelled.truth));
    await pack(join(dir, "readings.ndjson.gz"), labelled.readings, onProgress);
    await pack(join(dir, "occupancy.ndjson.gz"), labelled.occupancy);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause) {
      throw new ConfigError(
        { path: dir, reason: `cannot be written (${String(cause.code)})`, fix: "name a folder you may write to" },
        { cause },
      );
    }
    throw cause;
  }
}

async function pack(
  file: string,
  items: Iterable<object>,
  onProgress: (written: number) => void = () => {},
): Promise<void> {
  await pipeline(Readable.from(texts(items, onProgress)), createGzip({ level: 6 }), createWriteStream(file));
}

function* texts(items: Iterable<object>, onProgress: (written: number) => void): Generator<string> {
  let waiting: string[] = [];
  let written = 0;
  for (const item of items) {
    waiting.push(JSON.stringify(item));
    written += 1;
    if (waiting.length < BATCH) continue;
    yield `${waiting.join("\n")}\n`;
    waiting = [];
    onProgress(written);
  }
  if (waiting.length > 0) yield `${waiting.join("\n")}\n`;
  onProgress(written);
}
