/** Puts together who takes the platforms' commands: keys of the site file, their rights, and what they may have sent. */
import {
  type Clock,
  type CommandKey,
  createVerifier,
  PLAIN_ACTIONS,
  type SecretRef,
  type UplinkConfig,
} from "@gatehouse/protocol";
import type { Commands } from "./core/commands/commands.ts";
import { Confirmations } from "./core/commands/confirmations.ts";
import { PlatformCommands, type PlatformUplink } from "./core/commands/platform-commands.ts";
import { sendReadings } from "./core/commands/readings-sender.ts";
import type { Core } from "./core/core.ts";
import type { Target } from "./core/ledger.ts";
import type { Health, Logger, Store } from "./core/ports.ts";

export interface PlatformParts {
  readonly uplinks: readonly { readonly id: string; readonly options: UplinkConfig }[];
  readonly targets: readonly Target[];
  readonly core: Core;
  readonly store: Store;
  readonly commands: Commands;
  readonly gateway: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Health;
  secret(ref: SecretRef): Buffer;
}

export async function assemblePlatform(parts: PlatformParts) {
  const { core, commands, clock, log, health } = parts;
  const uplinks = new Map<string, PlatformUplink>();
  for (const { id, options } of parts.uplinks) {
    if (options.commands !== undefined) uplinks.set(id, await uplinkOf(parts, id, options, options.commands));
  }
  const confirmations = new Confirmations(clock);
  const platform = new PlatformCommands({ core, commands, confirmations, uplinks, clock, log, health });
  return { platform, confirmations };
}

async function uplinkOf(
  { targets, store, gateway, secret }: PlatformParts,
  id: string,
  { readings, credentials }: UplinkConfig,
  given: NonNullable<UplinkConfig["commands"]>,
): Promise<PlatformUplink> {
  const keys = new Map<string, CommandKey>();
  for (const key of given.keys) {
    const actions: ReadonlySet<string> = new Set(key.actions ?? PLAIN_ACTIONS);
    const verifier = await createVerifier(key.alg, secret(key.key));
    keys.set(key.id, {
      id: key.id,
      verify: (message, signature) => verifier.verify(message, signature),
      allows: (action) => actions.has(action),
    });
  }
  const outbox = targets.find((target) => target.id === id)?.outbox;
  if (outbox === undefined || !(readings || given.readings)) return { keys };
  return { keys, sendReadings: (args, signal) => sendReadings(store, gateway, { outbox, credentials }, args, signal) };
}
