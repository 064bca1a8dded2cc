/** Where the readings of a replay come from: a file, or the journal in a state folder; and the site they belong to. */
import { ConfigError } from "@gatehouse/protocol";
import { loadPolicies } from "../config/policies.ts";
import { loadSite } from "../config.ts";
import { inputOf } from "../core/journal-entry.ts";
import type { CoreConfig } from "../core/model.ts";
import { driverTypes } from "../drivers/index.ts";
import { type JournalReader, openJournal } from "../store/journal-reader.ts";
import { uplinkTypes } from "../uplinks/index.ts";
import type { Line, Packed } from "./packed.ts";
import { startReading } from "./read-ahead.ts";
import type { Recorded } from "./recorded.ts";
import type { Grounds } from "./variants.ts";

/** A file of readings with its site file, or a state folder, whose site file is optional. */
export type SourceFlags =
  | { readonly site: string; readonly readings: string; readonly state?: undefined }
  | { readonly site?: string | undefined; readonly readings?: undefined; readonly state: string };

export interface Piece {
  readonly lines: () => readonly Line[];
  /** The same as it came from another thread. */
  readonly packed?: Packed;
  /** Of the whole, 0 to 1. */
  readonly share: number;
}

export interface Source extends Disposable {
  readonly grounds: Grounds;
  /** For messages. */
  readonly name: string;
  pieces(): AsyncIterable<Piece>;
  /** What the operator should know about it once it is read. */
  notes(): readonly string[];
}

/** Throws ConfigError. */
export function openSource(flags: SourceFlags): Source {
  if (flags.state !== undefined) return journalSource(flags.state, flags.site);
  const { site, readings } = flags;
  // While the site is looked through.
  const reading = startReading(readings);
  try {
    return {
      grounds: fileGrounds(site),
      name: readings,
      pieces: () => reading.pieces(),
      notes: () => [],
      [Symbol.dispose]: () => reading[Symbol.dispose](),
    };
  } catch (error) {
    reading[Symbol.dispose]();
    throw error;
  }
}

function fileGrounds(site: string): Grounds {
  return loadSite(site, { driverTypes, uplinkTypes, secrets: false });
}

function journalSource(dir: string, site: string | undefined): Source {
  const journal = openJournal(dir);
  try {
    const grounds = site === undefined ? journalGrounds(journal, dir) : fileGrounds(site);
    return {
      grounds,
      name: dir,
      pieces: () => journalPieces(journal),
      notes: () =>
        journal.damaged === 0 ? [] : [`${journal.damaged} readings of the journal are damaged and left out`],
      [Symbol.dispose]: () => journal[Symbol.dispose](),
    };
  } catch (error) {
    journal[Symbol.dispose]();
    throw error;
  }
}

/** The configuration the gateway ran with last. */
function journalGrounds(journal: JournalReader, dir: string): Grounds {
  const text = journal.config();
  if (text === undefined) {
    const fix = "name the site file with --site, or start the gateway once";
    throw new ConfigError({ path: dir, reason: "holds no configuration yet", fix });
  }
  const { site, policies, rules } = JSON.parse(text) as CoreConfig;
  const { policies: bundled } = loadPolicies(dir);
  return { site, rules, policies: new Map([...bundled, ...policies.map((policy) => [policy.id, policy] as const)]) };
}

async function* journalPieces(journal: JournalReader): AsyncGenerator<Piece> {
  for (const { entries, share } of journal.read("reading")) {
    const lines = entries.flatMap((entry): Recorded[] => {
      const input = inputOf(entry);
      return input.type === "reading" ? [{ ...input, receivedMs: entry.nowMs }] : [];
    });
    yield { lines: () => lines, share };
  }
}
