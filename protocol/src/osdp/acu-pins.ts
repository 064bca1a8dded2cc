/** What a reader was found to be the first time, so that another one in its place, or one that has lost its security, is found out. */
import { CAPABILITY, type Capability } from "./codes.ts";
import type { Identity } from "./replies.ts";

export interface Pins {
  /** Six hex digits. */
  readonly vendor: string;
  readonly model: number;
  readonly serial: number;
  /** It says that it can speak in secret. */
  readonly security: boolean;
}

export function pinsOf(identity: Identity, capabilities: readonly Capability[]): Pins {
  const security = capabilities.find((capability) => capability.function === CAPABILITY.security);
  return {
    vendor: Array.from(identity.vendor, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    model: identity.model,
    serial: identity.serial,
    security: security !== undefined && (security.compliance & 1) === 1,
  };
}

/** Undefined when it is still the same. A firmware update and a security it did not have before are no reason for doubt. */
export function pinProblem(
  pinned: Pins,
  found: Pins,
): { readonly what: "changed" | "downgraded"; readonly detail: string } | undefined {
  const name = ({ vendor, model, serial }: Pins) => `vendor ${vendor} model ${model} serial ${serial}`;
  if (name(pinned) !== name(found)) return { what: "changed", detail: `was ${name(pinned)}, now says ${name(found)}` };
  if (pinned.security && !found.security)
    return { what: "downgraded", detail: "it had a secure channel and now claims to have none" };
  return undefined;
}
