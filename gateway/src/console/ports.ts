/** What the console needs of the rest of the gateway, as interfaces. */
import type { LiveKind, LiveMessage } from "./table/live.ts";

/** One entry of the log of who did what. */
export interface AuditEntry {
  /** The account, `console` for what nobody was signed in for. */
  readonly by: string;
  /** What was done: `POST /api/1/deeds`, `sign-in`, `sign-in refused`. */
  readonly what: string;
  /** What it was done to; may be empty. */
  readonly subject: string;
  /** For people; never a secret. */
  readonly detail: string;
}

export interface Audit {
  /** Does not wait for the disk and never throws; what cannot be written is said by a health code. */
  record(entry: AuditEntry): void;
}

/** What narrows a watch: readings of one device, the line of one driver. */
export interface WatchNarrowing {
  readonly device?: string;
  readonly line?: string;
  /** Of the page that watches. */
  readonly language?: "zh" | "en";
}

/** Where the live feed's messages come from. */
export interface LiveSources {
  /**
   * From now on `listener` is called with messages about that kind, synchronously and as often as anything changes; the feed puts them
   * together and sends at most a few times a second. Returns the end of it. The listener never throws. A source that costs something
   * (readings, line, logs) works only while somebody listens.
   */
  subscribe(kind: LiveKind, narrowing: WatchNarrowing, listener: (message: LiveMessage) => void): () => void;
}
