/** Lines of a text file, plain or gzip as its first bytes say, with how far the reading has come. */
import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { createGunzip } from "node:zlib";
import { ConfigError } from "@gatehouse/protocol";

const MAX_LINE_CHARS = 1024 * 1024;
/** Three threads share what may be two processor cores: large pieces let each work for a while. */
const CHUNK_BYTES = 1024 * 1024;
const GZIP = 0x1f8b;

export interface Lines {
  readonly lines: readonly string[];
  /** Of the whole file, 0 to 1. */
  readonly share: number;
}

/** Batches of lines. Throws ConfigError for a file that cannot be read to its end. */
export async function* readLines(file: string): AsyncGenerator<Lines> {
  const { size, gzip } = look(file);
  const raw = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  let read = 0;
  raw.on("data", (chunk) => {
    read += chunk.length;
  });
  const plain = gzip ? raw.pipe(createGunzip({ chunkSize: CHUNK_BYTES })) : raw;
  if (plain !== raw) raw.once("error", (error) => plain.destroy(error));
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of plain) {
      const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > MAX_LINE_CHARS) throw problem(file, "has a line of more than 1 MB", "give one reading a line");
      yield { lines, share: size === 0 ? 1 : read / size };
    }
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const broken = gzip ? "is not a whole gzip file" : "cannot be read to its end";
    throw problem(file, `${broken}: ${messageOf(cause)}`, "copy or export it again", cause);
  } finally {
    raw.destroy();
  }
  if (rest !== "") yield { lines: [rest], share: 1 };
}

function look(file: string): { readonly size: number; readonly gzip: boolean } {
  try {
    const { size } = statSync(file);
    const fd = openSync(file, "r");
    try {
      const head = Buffer.alloc(2);
      const length = readSync(fd, head, 0, 2, 0);
      return { size, gzip: length === 2 && head.readUInt16BE() === GZIP };
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    const fix = "give the path of a readable .ndjson or .ndjson.gz file";
    throw problem(file, `cannot be read: ${messageOf(cause)}`, fix, cause);
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

function problem(path: string, reason: string, fix: string, cause?: unknown): ConfigError {
  return new ConfigError({ path, reason, fix }, { cause });
}
