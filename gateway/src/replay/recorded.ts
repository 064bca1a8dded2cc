/** One recorded reading: a line of an export, checked as strictly as a device's own message, but quickly. */
import { ClockQuality, ID_PATTERN, Pseudonym, parseReading, type RawReading, READING_KINDS } from "@gatehouse/protocol";
import { TimeReader } from "./time-text.ts";

export interface Recorded {
  readonly receivedMs: number;
  readonly clock: ClockQuality;
  readonly reading: RawReading;
  /** What `reading.at` stands for, as far as it was read on the way. */
  readonly toldMs?: number | undefined;
}

/** Remembered texts that passed a check; a file holds few different ids. */
const MAX_KNOWN = 50_000;
/** Kinds whose value is left out as a rule. */
const BARE = new Set(
  Object.entries(READING_KINDS).flatMap(([kind, value]) => {
    const { success, data } = value.safeParse(undefined);
    return success && data === undefined ? [kind] : [];
  }),
);

export class RecordReader {
  readonly #times = new TimeReader();
  readonly #ids = new KnownTexts((text) => ID_PATTERN.test(text));
  readonly #pseudonyms = new KnownTexts((text) => Pseudonym.safeParse(text).success);

  /** The reading, or why the line is none. */
  read(text: string): Recorded | string {
    let item: unknown;
    try {
      item = JSON.parse(text);
    } catch {
      return "not JSON";
    }
    const fields = (item ?? {}) as Readonly<Record<string, unknown>>;
    const { receivedAt, credential } = fields;
    const receivedMs = typeof receivedAt === "string" ? this.#times.read(receivedAt) : Number.NaN;
    if (Number.isNaN(receivedMs)) return "receivedAt: must be an RFC 3339 time";
    const { at } = fields;
    const toldMs = typeof at === "string" ? this.#times.read(at) : undefined;
    let reading = this.#quickly(fields, toldMs);
    if (reading === undefined) {
      const parsed = parseReading(item);
      if (!parsed.ok) return parsed.reason;
      reading = parsed.reading;
    }
    if (credential !== undefined && !this.#pseudonyms.has(credential)) {
      return "credential: must be a pseudonym like c_5f2a91d0c4, a replay takes no card numbers";
    }
    const clock = fields["clock"] ?? "synced";
    if (clock !== "synced" && !ClockQuality.safeParse(clock).success) {
      return "clock: must be synced, unsynced or stepped";
    }
    return { receivedMs, clock: clock as ClockQuality, reading, toldMs: Number.isNaN(toldMs) ? undefined : toldMs };
  }

  /** Undefined for whatever is not plainly right: the schema then says what it is. */
  #quickly(fields: Readonly<Record<string, unknown>>, toldMs: number | undefined): RawReading | undefined {
    const { device, epoch, seq, at, kind, portal, space, credential, value } = fields;
    const plain =
      this.#ids.has(device) &&
      isCount(epoch) &&
      isCount(seq) &&
      (at === undefined || (toldMs !== undefined && !Number.isNaN(toldMs))) &&
      (portal === undefined || this.#ids.has(portal)) &&
      (space === undefined || this.#ids.has(space)) &&
      (credential === undefined || this.#pseudonyms.has(credential)) &&
      typeof kind === "string" &&
      isPlainValue(kind, value);
    return plain ? ({ device, epoch, seq, at, kind, portal, space, credential, value } as RawReading) : undefined;
  }
}

const isCount = (value: unknown): boolean =>
  value === undefined || (typeof value === "number" && Number.isSafeInteger(value) && value >= 0);

function isPlainValue(kind: string, value: unknown): boolean {
  if (value === undefined) return BARE.has(kind);
  if (kind === "count.in" || kind === "count.out") return isCount(value) && (value as number) <= 1_000;
  return (
    Object.hasOwn(READING_KINDS, kind) && READING_KINDS[kind as keyof typeof READING_KINDS].safeParse(value).success
  );
}

/** Texts that passed a check once need not pass it again. */
class KnownTexts {
  readonly #passes: (text: string) => boolean;
  readonly #known = new Set<unknown>();

  constructor(passes: (text: string) => boolean) {
    this.#passes = passes;
  }

  has(text: unknown): boolean {
    if (this.#known.has(text)) return true;
    if (typeof text !== "string" || !this.#passes(text)) return false;
    if (this.#known.size < MAX_KNOWN) this.#known.add(text);
    return true;
  }
}
