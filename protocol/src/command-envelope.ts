/** The signed envelope of a platform's command, and the checks it must pass before anybody looks at what it wants. Pure. */
import { z } from "zod";
import { canonicalJson } from "./canonical-json.ts";
import { Id, Time } from "./names.ts";

/** A platform's command may be valid for no longer than this from now. */
export const MAX_COMMAND_AHEAD_MS = 30_000;
export const MAX_COMMAND_BYTES = 64 * 1024;

const MAX_SIGNATURE = 200;

/** Signed over its canonical JSON (RFC 8785) without `signature`. */
export const CommandEnvelope = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, "must be 1 to 128 letters, digits, '.', '_', ':' or '-'")
    .describe("used once, for ever"),
  gateway: Id.describe("the one gateway it is for"),
  target: Id.describe("a device, a space, an alert, or the gateway itself: see the action"),
  action: z.string().regex(/^[a-z][a-z-]{0,31}$/, "must be the name of an action"),
  args: z.record(z.string(), z.unknown()).optional(),
  issuedAt: Time,
  notAfter: Time.describe("not carried out behind it; at most 30 s ahead"),
  issuer: z.string().min(1).max(64).describe("who wishes it, by the platform's own word"),
  keyId: Id.describe("which of the keys in the site file signed it"),
  signature: z.string().min(1).max(MAX_SIGNATURE).describe("base64: Ed25519, or SM2 in DER with the standard id"),
});
export type CommandEnvelope = z.infer<typeof CommandEnvelope>;

/** What came as a command, unchecked. */
export type Command = unknown;

/**
 * Why a command is refused, in the order of the checks. The first five are said of strangers, who get no answer; the others of the
 * holder of a key, who does.
 */
export const COMMAND_REFUSALS = [
  "size",
  "schema",
  "key",
  "signature",
  "audience",
  "clock",
  "expired",
  "duplicate",
  "not-allowed",
  "invalid",
] as const;
export type CommandRefusal = (typeof COMMAND_REFUSALS)[number];

const STRANGERS: readonly CommandRefusal[] = ["size", "schema", "key", "signature", "audience"];

/** Nobody is told, so that whoever can put bytes on the line learns nothing and can make the gateway send nothing. */
export const isStranger = (code: CommandRefusal): boolean => STRANGERS.includes(code);

/** A key a platform signs with, as far as the checks need it. */
export interface CommandKey {
  readonly id: string;
  /** False for whatever is no valid signature; never throws. */
  verify(message: Uint8Array, signature: Uint8Array): boolean;
  /** Whether the site file lets this key ask for it. */
  allows(action: string): boolean;
}

export interface EnvelopeFacts {
  /** Of the uplink it came over. */
  readonly keys: ReadonlyMap<string, CommandKey>;
  readonly gateway: string;
  /** World time. */
  readonly nowMs: number;
  /** World seconds per real second. */
  readonly scale: number;
  /** False as long as the wall clock was never set. */
  readonly clockSet: boolean;
  /** What is known of an id that was used. */
  usedAs(id: string): string | undefined;
}

export type CheckedEnvelope =
  | { readonly ok: true; readonly envelope: CommandEnvelope; readonly notAfterMs: number }
  | {
      readonly ok: false;
      readonly code: CommandRefusal;
      readonly reason: string;
      /** There once the signature was found good. */
      readonly envelope?: CommandEnvelope;
      readonly notAfterMs?: number;
    };

const refuse = (code: CommandRefusal, reason: string, envelope?: CommandEnvelope): CheckedEnvelope =>
  envelope === undefined
    ? { ok: false, code, reason }
    : { ok: false, code, reason, envelope, notAfterMs: Date.parse(envelope.notAfter) };

/** `candidate` is what JSON made of it. In order: size, schema, key, signature, audience, clock and expiry, single use, allowed for the key. */
export function checkEnvelope(candidate: unknown, facts: EnvelopeFacts): CheckedEnvelope {
  const { signature: _, ...signed } = Object(candidate) as Record<string, unknown>;
  const text = canonicalJson(signed);
  if (text === undefined) return refuse("schema", "it is no JSON that can be signed (RFC 8785)");
  const message = Buffer.from(text);
  if (message.length > MAX_COMMAND_BYTES)
    return refuse("size", `${message.length} bytes; at most ${MAX_COMMAND_BYTES}`);
  const parsed = CommandEnvelope.safeParse(candidate);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse("schema", `${issue?.path.join(".") || "command"}: ${issue?.message ?? "is wrong"}`);
  }
  const envelope = parsed.data;
  const key = facts.keys.get(envelope.keyId);
  if (key === undefined) return refuse("key", unknownKey(envelope.keyId, facts.keys));
  const signature = exactBase64(envelope.signature);
  if (signature === undefined || !key.verify(message, signature))
    return refuse("signature", `it is not signed by key ${key.id}`);
  if (envelope.gateway !== facts.gateway) return refuse("audience", `it is for gateway ${envelope.gateway}`);
  return checkMoment(envelope, key, facts);
}

function checkMoment(envelope: CommandEnvelope, key: CommandKey, facts: EnvelopeFacts): CheckedEnvelope {
  const { nowMs, scale, clockSet } = facts;
  if (!clockSet)
    return refuse("clock", "the gateway's clock was never set, so it cannot tell whether this is old", envelope);
  const notAfterMs = Date.parse(envelope.notAfter);
  const leftMs = (notAfterMs - nowMs) / scale;
  if (!(leftMs > 0)) return refuse("expired", `it expired at ${envelope.notAfter}`, envelope);
  if (leftMs > MAX_COMMAND_AHEAD_MS)
    return refuse("expired", `notAfter is ${Math.round(leftMs / 1_000)} s ahead; at most 30 s`, envelope);
  const used = facts.usedAs(envelope.id);
  if (used !== undefined) return refuse("duplicate", used, envelope);
  if (!key.allows(envelope.action))
    return refuse("not-allowed", `key ${key.id} may not ask for ${envelope.action}`, envelope);
  return { ok: true, envelope, notAfterMs };
}

function unknownKey(keyId: string, keys: ReadonlyMap<string, CommandKey>): string {
  if (keys.size === 0)
    return "no key is known: list the platform's public key under `commands: { keys: [...] }` of this uplink";
  return `there is no key ${keyId} among ${[...keys.keys()].join(", ")} of this uplink`;
}

/** Of several texts that stand for the same bytes only one counts. */
function exactBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

/** The bytes a platform signs. */
export function commandBytes(unsigned: Readonly<Record<string, unknown>>): Buffer | undefined {
  const { signature: _, ...signed } = unsigned;
  const text = canonicalJson(signed);
  return text === undefined ? undefined : Buffer.from(text);
}
