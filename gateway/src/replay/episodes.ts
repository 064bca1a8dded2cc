/** The alerts of a replay, an episode a line, in the order they were raised. Memory holds what may still change and what the report shows. */
import { closeSync, openSync, readSync, rmSync } from "node:fs";
import type { Alert, AlertKind } from "@gatehouse/protocol";
import { LineFile } from "./line-file.ts";

/** Latest episodes of one space that the report shows at most: those about who lives there, and others. */
const SHOWN_ABOUT_RESIDENTS = 40;
const SHOWN_OTHERS = 12;
const ABOUT_RESIDENTS: readonly AlertKind[] = ["group-rental", "unregistered-residents"];

interface Latest {
  readonly order: number;
  alert: Alert;
}

/** What is known of a space's alerts when the replay is over. */
export interface SpaceAlerts {
  readonly shown: Alert[];
  readonly byKind: Map<AlertKind, number>;
}

export class EpisodeBook {
  readonly #path: string;
  readonly #ended: LineFile;
  /** Of each ended episode: its place among all, and where its line lies in the file of ended ones. */
  readonly #places: { readonly order: number; readonly at: number; readonly bytes: number }[] = [];
  readonly #latest = new Map<string, Latest>();
  readonly #spaces = new Map<string, SpaceAlerts>();
  readonly #byKind = new Map<AlertKind, number>();
  #count = 0;
  #bytes = 0;

  /** Throws ConfigError when `path` cannot be written. */
  constructor(path: string) {
    this.#path = path;
    this.#ended = new LineFile(`${path}.part`);
  }

  get count(): number {
    return this.#count;
  }

  get byKind(): ReadonlyMap<AlertKind, number> {
    return this.#byKind;
  }

  get spaces(): ReadonlyMap<string, SpaceAlerts> {
    return this.#spaces;
  }

  /** The alert as it stands now: a new episode, or one changed. */
  record(alert: Alert): void {
    const subject = `${alert.kind}|${alert.space}|${alert.portal ?? ""}|${alert.device ?? ""}`;
    const latest = this.#latest.get(subject);
    if (latest?.alert.id === alert.id && latest.alert.episode === alert.episode) {
      latest.alert = alert;
      return;
    }
    if (latest !== undefined) this.#end(latest);
    this.#latest.set(subject, { order: this.#count, alert });
    this.#count += 1;
    this.#byKind.set(alert.kind, (this.#byKind.get(alert.kind) ?? 0) + 1);
  }

  /** Writes the file. */
  close(): void {
    for (const latest of this.#latest.values()) this.#end(latest);
    this.#latest.clear();
    this.#ended.close();
    this.#places.sort((a, b) => a.order - b.order);
    const file = new LineFile(this.#path);
    const ended = openSync(this.#ended.path, "r");
    try {
      for (const { at, bytes } of this.#places) {
        const line = Buffer.allocUnsafe(bytes);
        readSync(ended, line, 0, bytes, at);
        file.write(line.toString());
      }
    } finally {
      closeSync(ended);
      file.close();
    }
    rmSync(this.#ended.path);
  }

  #end({ order, alert }: Latest): void {
    const bytes = this.#ended.write(JSON.stringify(alert));
    this.#places.push({ order, at: this.#bytes, bytes: bytes - 1 });
    this.#bytes += bytes;
    const space: SpaceAlerts = this.#spaces.get(alert.space) ?? { shown: [], byKind: new Map() };
    this.#spaces.set(alert.space, space);
    space.byKind.set(alert.kind, (space.byKind.get(alert.kind) ?? 0) + 1);
    // The report does not tell who did what, and forty entries for each episode add up.
    space.shown.push({ ...alert, history: [] });
    const about = isAboutResidents(alert.kind);
    const alike = space.shown.filter(({ kind }) => isAboutResidents(kind) === about);
    const [oldest] = alike;
    if (alike.length > (about ? SHOWN_ABOUT_RESIDENTS : SHOWN_OTHERS) && oldest !== undefined)
      space.shown.splice(space.shown.indexOf(oldest), 1);
  }
}

/** Says that too many live somewhere, not that something happened. */
export const isAboutResidents = (kind: AlertKind): boolean => ABOUT_RESIDENTS.includes(kind);
