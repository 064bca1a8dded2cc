/** Lines of a text file, plain or gzip, with how far the reading has come. */
import { createReadStream, statSync } from "node:fs";
import { createGunzip } from "node:zlib";
import { ConfigError } from "@gatehouse/protocol";

const MAX_LINE_BYTES = 1024 * 1024;

/** Batches of lines and the share of the file read so far. Throws ConfigError for a file that cannot be read. */
export async function* readLines(
  file: string,
): AsyncGenerator<{ readonly lines: readonly string[]; readonly share: number }> {
  const problem = (reason: string, fix: string, cause?: unknown) =>
    new ConfigError({ path: file, reason, fix }, { cause });
  let size: number;
  try {
    size = statSync(file).size;
  } catch (cause) {
    throw problem("cannot be read", "give the path of a readable .ndjson or .ndjson.gz file", cause);
  }
  const raw = createReadStream(file, { highWaterMark: 256 * 1024 });
  let read = 0;
  raw.on("data", (chunk) => {
    read += chunk.length;
  });
  const plain = file.endsWith(".gz") ? raw.pipe(createGunzip()) : raw;
  raw.once("error", (error) => plain.destroy(error));
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of plain) {
      const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > MAX_LINE_BYTES) throw problem("has a line of more than 1 MB", "give one reading a line");
      yield { lines, share: size === 0 ? 1 : read / size };
    }
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw problem(
      `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      "check that the file is whole",
      cause,
    );
  }
  if (rest !== "") yield { lines: [rest], share: 1 };
}
