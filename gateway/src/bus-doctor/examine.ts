/** Runs the real driver of one line outside the gateway, with ears on it; what its devices report is counted and forgotten. */
import { type Clock, type Device, LinkError, type SecretRef } from "@gatehouse/protocol";
import { FoundList } from "../core/found-devices.ts";
import { HealthBoard } from "../core/health.ts";
import type { DriverDeps, DriverType, LineProtocol, Logger, Vault } from "../core/ports.ts";
import { Dialogue, type Entry } from "./entry.ts";

/** A driver of the site file, its row and its block. */
export interface Examined {
  readonly id: string;
  readonly row: Pick<DriverType, "type" | "create"> & { speaks?(config: never): LineProtocol };
  readonly config: unknown;
  readonly devices: readonly Device[];
}

export interface ExamineOptions {
  readonly driver: Examined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly vault: Vault;
  /** The site's. */
  readonly timezone: string;
  secret(ref: SecretRef): Buffer;
  onEntry(entry: Entry): void;
  /** The line was lost, and is tried again. */
  onLost(error: LinkError): void;
}

export interface Examination {
  /** What the devices would have reported. */
  readonly readings: number;
  /** Health codes that held at the end. */
  readonly codes: readonly { readonly code: string; readonly subject: string; readonly detail: string }[];
}

/** What is spoken on its line; undefined when its row does not say. */
export function protocolOf({ row, config }: Examined): LineProtocol | undefined {
  return row.speaks?.(config as never);
}

const RETRY_MS = 1_000;
const QUIET_MS = 300;

/** Until the signal aborts. Throws LinkError when the line cannot be opened the first time. */
export async function examine(options: ExamineOptions, signal: AbortSignal): Promise<Examination> {
  const { driver, clock, log, vault, timezone, secret, onEntry, onLost } = options;
  const dialogue = new Dialogue(protocolOf(driver), onEntry);
  const health = new HealthBoard(clock);
  let readings = 0;
  let heard = false;
  let cancelQuiet = () => {};
  const deps: DriverDeps = {
    clock,
    log,
    health,
    vault,
    devices: driver.devices,
    timezone,
    secret,
    accept: async (items) => {
      readings += items.length;
      return [];
    },
    pseudonym: () => "c_0000000000",
    broker: { onPublish: () => () => {}, publish: () => Promise.resolve() },
    found: new FoundList(),
    tap: (event) => {
      heard = true;
      dialogue.hear(event);
      cancelQuiet();
      cancelQuiet = clock.after(QUIET_MS, () => dialogue.flush());
    },
  };
  while (!signal.aborted) {
    try {
      await driver.row.create(driver.id, driver.config as never, deps).run(signal);
    } catch (error) {
      if (!(error instanceof LinkError) || !heard) throw error;
      onLost(error);
      await clock.sleep(RETRY_MS, signal).catch(() => {});
    }
  }
  cancelQuiet();
  dialogue.flush();
  return { readings, codes: health.entries.map(({ code, subject, detail }) => ({ code, subject, detail })) };
}
