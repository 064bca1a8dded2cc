/** The latest lines of the process's log, for whoever has no shell on the box. Bounded by number and by length. */

export interface LogLine {
  /** Counts on over the whole run. */
  readonly n: number;
  readonly atMs: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export const RING_LEVELS = ["debug", "info", "warn", "error"] as const;
type LogLevel = (typeof RING_LEVELS)[number];

const KEPT = 2_000;
const MAX_LINE = 4_096;
/** pino's numbers. */
const LEVELS: readonly (readonly [number, LogLevel])[] = [
  [50, "error"],
  [40, "warn"],
  [30, "info"],
];
/** Nothing of that name is ever shown, whatever a line has there. */
const SECRET = /pass(word|phrase)?|secret|token|cookie|authorization|credential|(^|[^a-z])(pin|key)$/i;

export class LogRing {
  /** Read when somebody looks: most lines nobody ever does. */
  readonly #kept: { readonly n: number; readonly text: string; line?: LogLine }[] = [];
  readonly #listeners = new Set<(line: LogLine) => void>();
  #count = 0;

  /** Newest last. */
  get lines(): readonly LogLine[] {
    return this.#kept.map((kept) => {
      kept.line ??= read(kept.text, kept.n);
      return kept.line;
    });
  }

  /** One line of JSON as pino writes it. */
  write(text: string): void {
    this.#count += 1;
    this.#kept.push({ n: this.#count, text });
    if (this.#kept.length > KEPT) this.#kept.shift();
    if (this.#listeners.size === 0) return;
    const line = read(text, this.#count);
    for (const listener of this.#listeners) listener(line);
  }

  /** Returns the end of it. */
  onLine(listener: (line: LogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function read(text: string, n: number): LogLine {
  const { level, time, msg, ...fields } = parse(text);
  const atMs = typeof time === "number" ? time : Date.parse(String(time));
  return {
    n,
    atMs: Number.isNaN(atMs) ? 0 : atMs,
    level: LEVELS.find(([least]) => Number(level) >= least)?.[1] ?? "debug",
    message: typeof msg === "string" ? msg.slice(0, MAX_LINE) : "",
    fields: text.length > MAX_LINE ? { cut: text.length } : without(fields),
  };
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { level: 30, msg: "a line that is no JSON" };
  }
}

/** Nothing of use lies deeper. */
const MAX_DEPTH = 8;

const without = (fields: Record<string, unknown>): Record<string, unknown> => {
  // A claim code makes a technician of whoever has it.
  const claims = typeof fields["link"] === "string" && fields["link"].includes("claim=");
  const isHidden = (name: string) => SECRET.test(name) || (claims && (name === "link" || name === "code"));
  const shown = (value: unknown, depth: number): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (depth >= MAX_DEPTH) return "…";
    if (Array.isArray(value)) return value.map((each) => shown(each, depth + 1));
    return named(value, depth + 1);
  };
  const named = (of: object, depth: number): Record<string, unknown> =>
    Object.fromEntries(Object.entries(of).map(([name, value]) => [name, isHidden(name) ? "…" : shown(value, depth)]));
  return named(fields, 0);
};
