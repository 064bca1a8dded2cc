/** The line the bus doctor looks at: its driver out of the site file, and what that driver remembers. */
import { join } from "node:path";
import { ConfigError, systemClock } from "@gatehouse/protocol";
import { type Examination, type Examined, type ExamineOptions, examine, protocolOf } from "../bus-doctor/examine.ts";
import { loadSite } from "../config.ts";
import type { Vault } from "../core/ports.ts";
import { driverTypes } from "../drivers/index.ts";
import { characterMs, formatAddress, type LineAddress } from "../drivers/line/address.ts";
import { lockStateDir } from "../store/lock.ts";
import { openVault } from "../store/vault.ts";
import { uplinkTypes } from "../uplinks/index.ts";
import { openLog } from "./log.ts";

export interface BusLine extends Disposable {
  readonly driver: Examined;
  /** The address, for people. */
  readonly link: string;
  readonly characterMs: number;
  /** Devices of this protocol speak without being asked. */
  readonly unasked: boolean;
  examine(ears: Pick<ExamineOptions, "onEntry" | "onLost">, signal: AbortSignal): Promise<Examination>;
}

/** Throws ConfigError when the site has no such line, or a gateway is running on that state folder. */
export async function openBusLine(options: {
  readonly site: string;
  readonly state?: string;
  readonly driver?: string;
}): Promise<BusLine> {
  const site = loadSite(options.site, { driverTypes, uplinkTypes });
  const lines = site.drivers.flatMap((driver) => {
    const link = linkOf(driver.config);
    return link === undefined ? [] : [{ driver, link }];
  });
  const { driver, link } = pick(lines, options.driver, options.site);
  if (options.state === undefined && "keepsKeys" in driver.row)
    throw new ConfigError({
      path: "--state",
      reason: `the keys of the devices of ${driver.id} are in the gateway's state folder`,
      fix: "stop the gateway and add --state DIR, the folder it runs with",
    });
  const lock = options.state === undefined ? undefined : lockStateDir(options.state);
  const vault = options.state === undefined ? forgetful() : openVault(join(options.state, "drivers"), driver.id);
  const log = await openLog("error");
  const { timezone } = site.site.site;
  const fixed = { driver, clock: systemClock, log, vault, timezone, secret: site.secret };
  return {
    driver,
    link: formatAddress(link),
    unasked: protocolOf(driver)?.unasked ?? false,
    characterMs: characterMs(link),
    examine: (ears, signal) => examine({ ...fixed, ...ears }, signal),
    [Symbol.dispose]: () => lock?.release(),
  };
}

interface Candidate {
  readonly driver: Examined;
  readonly link: LineAddress;
}

function pick(lines: readonly Candidate[], id: string | undefined, file: string): Candidate {
  const there = lines.map(({ driver, link }) => `${driver.id} (${driver.row.type}, ${formatAddress(link)})`).join(", ");
  const found = id === undefined && lines.length === 1 ? lines[0] : lines.find(({ driver }) => driver.id === id);
  if (found !== undefined) return found;
  if (lines.length === 0)
    throw new ConfigError({
      path: "drivers",
      file,
      reason: "no driver of this site has a line",
      fix: "add one with a link: see docs/drivers.md",
    });
  const reason = id === undefined ? "the site has several lines" : `no driver "${id}" has a line`;
  throw new ConfigError({ path: "drivers", file, reason, fix: `name one of ${there}` });
}

/** Drivers of lines have their address in `link`. */
function linkOf(config: unknown): LineAddress | undefined {
  const link = typeof config === "object" && config !== null && "link" in config ? config.link : undefined;
  return typeof link === "object" && link !== null && "baud" in link ? (link as LineAddress) : undefined;
}

/** Without a state folder nothing is remembered beyond this run. */
function forgetful(): Vault {
  const files = new Map<string, Buffer>();
  return {
    read: async (name) => files.get(name),
    write: async (name, content) => void files.set(name, Buffer.from(content)),
  };
}
