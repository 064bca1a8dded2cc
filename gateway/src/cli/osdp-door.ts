/** Where a reader can be told something: through the gateway that runs on the state folder, or on its line itself where none runs. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { ConfigError, didYouMean, LinkError, RejectedError, systemClock } from "@gatehouse/protocol";
import { z } from "zod";
import { loadSite } from "../config.ts";
import { FoundList } from "../core/found-devices.ts";
import { HealthBoard } from "../core/health.ts";
import type { Driver, DriverDeps } from "../core/ports.ts";
import { driverTypes } from "../drivers/index.ts";
import { lockStateDir } from "../store/lock.ts";
import { openVault } from "../store/vault.ts";
import { uplinkTypes } from "../uplinks/index.ts";
import { openLog } from "./log.ts";

export interface Condition {
  readonly code: string;
  readonly subject: string;
  readonly detail: string;
}

export interface ReaderDoor {
  /** `configure` with these settings. Throws RejectedError for a no, LinkError when it cannot be asked now. */
  configure(settings: object): Promise<void>;
  conditions(): Promise<readonly Condition[]>;
  /** What is kept of the reader, without its keys. */
  memory(): Promise<ReaderSummary | undefined>;
  close(): Promise<void>;
}

/** Of a reader's file in the vault; keys are told by whether they are there. */
export interface ReaderSummary {
  readonly hasKey: boolean;
  readonly keyOnItsWay: boolean;
  readonly pins?: { readonly vendor: string; readonly model: number; readonly serial: number } | undefined;
  readonly doubt?: string | undefined;
}

const VALID_S = 10;
const ASK_MS = 15_000;
const OPEN_PATIENCE_MS = 10_000;
const LOOK_MS = 100;

const Report = z.object({ outcome: z.string(), error: z.string().optional() });
const Devices = z.object({ devices: z.array(z.object({ id: z.string(), driver: z.string() })) });
const Health = z.object({
  codes: z.array(z.object({ code: z.string(), subject: z.string(), detail: z.string() })),
});
const Kept = z.object({
  current: z.string().optional(),
  pending: z.string().optional(),
  pins: z.object({ vendor: z.string(), model: z.number(), serial: z.number() }).optional(),
  doubt: z.object({ detail: z.string() }).optional(),
});

export interface DoorOptions {
  readonly reader: string;
  readonly state: string;
  /** Needed where no gateway runs. */
  readonly site?: string | undefined;
}

export async function openReaderDoor(options: DoorOptions): Promise<ReaderDoor> {
  try {
    return await throughGateway(options);
  } catch (error) {
    if (!(error instanceof LinkError) || error.code !== "refused") throw error;
  }
  if (options.site !== undefined) return await onTheLine(options, options.site);
  const reason = `no gateway is running on ${options.state}`;
  throw new ConfigError({
    path: "--site",
    reason,
    fix: "start it, or add --site site.yaml to speak to the reader from here",
  });
}

async function throughGateway({ reader, state }: DoorOptions): Promise<ReaderDoor> {
  const { askGateway } = await import("../control/client.ts");
  const ask = (request: string, params: object) =>
    askGateway({ dir: state, request, params, timeoutMs: ASK_MS, clock: systemClock });
  const { devices } = Devices.parse(await ask("devices", {}));
  const device = devices.find(({ id }) => id === reader);
  if (device === undefined)
    throw unknownReader(
      reader,
      devices.map(({ id }) => id),
    );
  return {
    configure: async (args) => {
      const params = { target: reader, action: "configure", args, secondsValid: VALID_S };
      const { outcome, error = outcome } = Report.parse(await ask("command", params));
      if (outcome === "done") return;
      if (outcome === "refused" || outcome === "invalid") throw new RejectedError(`${reader}: ${error}`);
      throw new LinkError("closed", `${reader}: ${error}`);
    },
    conditions: async () => Health.parse(await ask("health", {})).codes,
    memory: () => readSummary(state, device.driver, reader),
    close: async () => {},
  };
}

/** Runs the driver for this one reader. What the reader reports meanwhile is not acknowledged: it keeps it for the gateway. */
async function onTheLine({ reader, state }: DoorOptions, siteFile: string): Promise<ReaderDoor> {
  const site = loadSite(siteFile, { driverTypes, uplinkTypes });
  const found = site.drivers.find(({ row, devices }) => row.type === "osdp" && devices.some(({ id }) => id === reader));
  if (found === undefined)
    throw unknownReader(
      reader,
      site.drivers.filter(({ row }) => row.type === "osdp").flatMap(({ devices }) => devices.map(({ id }) => id)),
    );
  const lock = lockStateDir(state);
  const stop = new AbortController();
  const health = new HealthBoard(systemClock);
  const deps: DriverDeps = {
    clock: systemClock,
    log: await openLog("error"),
    health,
    vault: openVault(join(state, "drivers"), found.id),
    devices: found.devices.filter(({ id }) => id === reader),
    timezone: site.site.site.timezone,
    secret: site.secret,
    accept: keepNothing,
    pseudonym: () => "c_0000000000",
    broker: { onPublish: () => () => {}, publish: () => Promise.resolve() },
    found: new FoundList(),
  };
  const driver: Driver = found.row.create(found.id, found.config as never, deps);
  const ended = driver.run(stop.signal);
  let failure: unknown;
  ended.catch((error: unknown) => {
    failure = error;
  });
  return {
    configure: async (args) => {
      const untilMs = systemClock.monoMs() + OPEN_PATIENCE_MS;
      for (;;) {
        const id = `cli.${randomBytes(6).toString("hex")}`;
        const notAfter = new Date(systemClock.nowMs() + VALID_S * 1_000).toISOString();
        try {
          const { ok, error = "" } = await driver.command(
            reader,
            { id, action: "configure", args: { ...args }, notAfter },
            stop.signal,
          );
          if (!ok) throw new RejectedError(`${reader}: ${error}`);
          return;
        } catch (error) {
          if (failure !== undefined) throw failure;
          const isEarly = error instanceof LinkError && error.code === "refused" && systemClock.monoMs() < untilMs;
          if (!isEarly) throw error;
          await systemClock.sleep(LOOK_MS);
        }
      }
    },
    conditions: async () => {
      if (failure !== undefined) throw failure;
      return health.entries;
    },
    memory: () => readSummary(state, found.id, reader),
    close: async () => {
      stop.abort();
      await ended.catch(() => {});
      lock.release();
    },
  };
}

/** States may go by; a card or a PIN stays with the reader. */
const keepNothing: DriverDeps["accept"] = async (items) => {
  const mayGoBy = (item: unknown) => {
    const kind = typeof item === "object" && item !== null && "kind" in item ? String(item.kind) : "";
    return /^(device|tamper|power|door|input|lock)\./.test(kind);
  };
  if (!items.every(mayGoBy)) throw new LinkError("closed", "no gateway is running that could keep it");
  return [];
};

export async function readSummary(state: string, driver: string, reader: string): Promise<ReaderSummary | undefined> {
  const content = await openVault(join(state, "drivers"), driver).read(`${reader}.json`);
  if (content === undefined) return undefined;
  const kept = Kept.safeParse(JSON.parse(content.toString("utf8")));
  if (!kept.success) return undefined;
  const { current, pending, pins, doubt } = kept.data;
  return { hasKey: current !== undefined, keyOnItsWay: pending !== undefined, pins, doubt: doubt?.detail };
}

function unknownReader(reader: string, known: readonly string[]): ConfigError {
  const fix = didYouMean(reader, known) ?? `there are ${known.join(", ") || "none"}`;
  return new ConfigError({ path: "[reader]", reason: `there is no reader "${reader}"`, fix });
}
