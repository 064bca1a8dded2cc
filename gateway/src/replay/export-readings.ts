/** Writes the journal's readings to a file, as a replay and other tools take them. */
import { once } from "node:events";
import { createWriteStream, openSync, renameSync, rmSync } from "node:fs";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { ConfigError } from "@gatehouse/protocol";
import { readingText } from "../core/events.ts";
import type { JournalEntry } from "../core/ports.ts";
import { openJournal } from "../store/journal-reader.ts";
import type { ReplayProgress } from "./files.ts";
import { unwritable } from "./line-file.ts";
import { parseMoment } from "./moment.ts";

export interface ExportFlags {
  readonly state: string;
  /** Compressed when it ends with .gz. */
  readonly out: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface Exported {
  readonly readings: number;
  /** What the operator should know, in sentences. */
  readonly notes: readonly string[];
}

/** The file is there whole or not at all. Throws ConfigError for what the operator must change. */
export async function writeReadings(flags: ExportFlags, bar: ReplayProgress): Promise<Exported> {
  const fromMs = parseMoment("--from", flags.from);
  const toMs = parseMoment("--to", flags.to);
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs)
    throw new ConfigError({ path: "--to", reason: "is not later than --from", fix: "give a later time" });
  using journal = openJournal(flags.state);
  const part = `${flags.out}.part`;
  const file = createWriteStream(part, { fd: openPart(part) });
  const target = flags.out.endsWith(".gz") ? createGzip() : file;
  if (target !== file) target.pipe(file);
  const done = finished(file);
  done.catch(() => {});
  let readings = 0;
  try {
    for (const { entries, share } of journal.read("reading", fromMs, toMs)) {
      readings += entries.length;
      if (!target.write(entries.map(lineOf).join(""))) await Promise.race([once(target, "drain"), done]);
      bar.at(share, `${readings.toLocaleString("en")} readings`);
    }
    target.end();
    await done;
    renameSync(part, flags.out);
  } catch (cause) {
    file.destroy();
    rmSync(part, { force: true });
    throw cause instanceof Error && "syscall" in cause ? unwritable(flags.out, cause) : cause;
  }
  bar.end(`${readings.toLocaleString("en")} readings`);
  const notes = [
    ...(readings === 0 ? ["the journal holds no readings of that time"] : []),
    ...(journal.damaged === 0 ? [] : [`${journal.damaged} readings are damaged and left out`]),
  ];
  return { readings, notes };
}

/** Readable by its owner alone. */
function openPart(path: string): number {
  try {
    return openSync(path, "w", 0o600);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

const lineOf = (entry: JournalEntry): string =>
  `${readingText(entry, JSON.parse(entry.body) as Parameters<typeof readingText>[1], true)}\n`;
