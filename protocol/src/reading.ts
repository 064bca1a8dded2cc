/** Readings: one fact from a device at a time. */
import { z } from "zod";
import { Id, Time } from "./names.ts";

const reason = z.string().max(64).optional();
const persons = z.int("must be a whole number of persons").min(0).max(1000).default(1);
const totals = z.strictObject(
  { in: z.int().min(0), out: z.int().min(0) },
  { error: "must be { in, out } running totals" },
);
const none = z.undefined({ error: "this kind has no value" });
const amount = z.number().min(0).max(1e15);

/** Every kind of reading with the schema of its value. */
export const READING_KINDS = {
  "access.granted": reason,
  "access.denied": reason,
  "card.read": none,
  "keypad.entry": z.int().min(0).max(64),
  "door.opened": none,
  "door.closed": none,
  "door.forced": none,
  "door.held": none,
  "lock.locked": none,
  "lock.unlocked": none,
  "count.in": persons,
  "count.out": persons,
  "count.totals": totals,
  "presence.on": none,
  "presence.off": none,
  "presence.count": z.int().min(0).max(1000),
  "meter.energyWh": amount,
  "meter.waterL": amount,
  "meter.powerW": z.number().min(-1e9).max(1e9),
  "input.on": z.int().min(0).max(1023),
  "input.off": z.int().min(0).max(1023),
  "tamper.on": none,
  "tamper.off": none,
  "battery.low": none,
  "power.fail": none,
  "power.ok": none,
  "fire.on": none,
  "fire.off": none,
  duress: none,
  panic: none,
  "patrol.tag": none,
  "device.online": none,
  "device.offline": none,
} as const satisfies Record<string, z.ZodType>;

/** What a device wrote where a word of ours belongs, for logs and answers: without a Latin letter, or long, it may be somebody's card or name, and only its size is told. */
export function quotedWord(input: unknown): string {
  if (typeof input !== "string") return input === undefined ? "(none)" : `(a ${typeof input})`;
  return /^[\w.-]*[a-z][\w.-]*$/i.test(input) && input.length <= 64 ? `"${input}"` : `(${input.length} characters)`;
}

export type ReadingKind = keyof typeof READING_KINDS;
export type ReadingValue = string | number | { readonly in: number; readonly out: number };

export const ReadingKind = z.enum(Object.keys(READING_KINDS) as [ReadingKind, ...ReadingKind[]], {
  error: ({ input }) => `unknown kind ${quotedWord(input)}`,
});

const rawShape = {
  device: Id.describe("on MQTT given by the topic"),
  epoch: z.int().min(0).optional().describe("grows when the device restarts its counter; default 0"),
  seq: z.int().min(0).optional().describe("the device's own counter; without it a repeat cannot be told from news"),
  at: Time.optional().describe("when it happened, by the device's clock"),
  kind: ReadingKind,
  portal: Id.optional().describe("default: the device's own"),
  space: Id.optional().describe("default: the device's own"),
  credential: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe("on the wire a card or key number; in the gateway always a pseudonym"),
};

/** A reading as a device sends it; the value is checked by its kind with {@link parseReading}. */
export const RawReading = z.object({ ...rawShape, value: z.unknown().optional() });
export interface RawReading {
  readonly device: string;
  readonly epoch?: number | undefined;
  readonly seq?: number | undefined;
  readonly at?: string | undefined;
  readonly kind: ReadingKind;
  readonly portal?: string | undefined;
  readonly space?: string | undefined;
  readonly credential?: string | undefined;
  readonly value?: ReadingValue | undefined;
}

export const ClockQuality = z.enum(["synced", "unsynced", "stepped"]);
/** How far the time of receipt can be trusted. */
export type ClockQuality = z.infer<typeof ClockQuality>;

const acceptedShape = {
  id: z.string().describe("`device:epoch:seq`, or `device:j:journalSeq` where the device gave no seq"),
  journalSeq: z.int().min(1).describe("place in the journal: the only order that counts"),
  receivedAt: Time.describe("when the gateway had it, by the gateway's clock"),
  bootId: z.string().describe("changes at every start of the gateway"),
  monoMs: z.number().min(0).describe("monotonic ms since that start"),
  clock: ClockQuality.describe("how far the time of receipt can be trusted"),
};

/** An accepted reading, as it stands in the journal, in `gatehouse.reading` events and in exports. */
export const Reading = z.object({ ...rawShape, value: z.unknown().optional(), ...acceptedShape });
export interface Reading extends RawReading {
  readonly id: string;
  readonly journalSeq: number;
  readonly receivedAt: string;
  readonly bootId: string;
  readonly monoMs: number;
  readonly clock: ClockQuality;
}

export type ParsedReading =
  | { readonly ok: true; readonly reading: RawReading }
  | { readonly ok: false; readonly reason: string };

function firstIssue(error: z.ZodError, prefix: string): string {
  const issue = error.issues[0];
  const path = [prefix, ...(issue?.path ?? [])].filter((part) => part !== "").join(".");
  return path === "" ? (issue?.message ?? "invalid") : `${path}: ${issue?.message ?? "invalid"}`;
}

/** Checks one wire item whole. A negative answer is a value: the reason names the field and what it must be. */
export function parseReading(item: unknown): ParsedReading {
  const base = RawReading.safeParse(item);
  if (!base.success) return { ok: false, reason: firstIssue(base.error, "") };
  const value = READING_KINDS[base.data.kind].safeParse(base.data.value);
  if (!value.success) return { ok: false, reason: firstIssue(value.error, "value") };
  return { ok: true, reading: { ...base.data, value: value.data } };
}
