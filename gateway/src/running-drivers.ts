/** The drivers of the site file as the supervisor runs them, and what their devices can be told. */
import { join } from "node:path";
import type { Clock, CommandAction, Device } from "@gatehouse/protocol";
import type { LoadedSite } from "./config.ts";
import type { LiveDrivers } from "./core/commands/live-drivers.ts";
import type { Core } from "./core/core.ts";
import type { FoundList } from "./core/found-devices.ts";
import type { Health, LocalBroker, Logger } from "./core/ports.ts";
import type { driverTypes } from "./drivers/index.ts";
import type { onlookers } from "./monitor/onlookers.ts";
import type { PortalBoard } from "./monitor/portal-board.ts";
import { openVault } from "./store/vault.ts";
import type { uplinkTypes } from "./uplinks/index.ts";

type Site = LoadedSite<(typeof driverTypes)[number], (typeof uplinkTypes)[number]>;

export interface DriverParts extends Pick<ReturnType<typeof onlookers>, "book" | "taps" | "figures"> {
  readonly core: Core;
  readonly drivers: LiveDrivers;
  readonly broker: LocalBroker;
  readonly found: FoundList;
  readonly portals: PortalBoard;
  readonly health: Health;
  readonly pseudonym: (credential: string) => string;
}

export interface DriverSurroundings {
  readonly clock: Clock;
  readonly log: Logger;
  readonly stateDir: string;
}

export function runningDrivers(parts: DriverParts, options: DriverSurroundings, site: Site) {
  const { clock, log } = options;
  return site.drivers.map(({ id, row, config, devices }) => {
    const deps = {
      clock,
      log: log.child({ driver: id }),
      accept: parts.portals.watching(parts.book.watched(parts.core.acceptFor(id))),
      tap: parts.taps.tapFor(id),
      figures: parts.figures.teller(id),
      health: parts.health,
      devices,
      broker: parts.broker,
      found: parts.found,
      timezone: site.site.site.timezone,
      secret: site.secret,
      pseudonym: parts.pseudonym,
      vault: openVault(join(options.stateDir, "drivers"), id),
      folder: join(options.stateDir, "drivers", id),
    };
    const make = () => {
      parts.found.forget(id);
      return parts.drivers.watched(row.create(id, config as never, deps));
    };
    return { id, make, clock, log, health: parts.health, downCode: "driver-down" as const };
  });
}

/** Commands a device's driver knows. */
export function actionsBy(site: Site): (device: Device) => readonly CommandAction[] {
  const rows = new Map(site.drivers.map(({ id, row }) => [id, row.actions]));
  return (device) => rows.get(device.driver) ?? [];
}

export function localActionsBy(site: Site): (device: Device) => readonly CommandAction[] {
  const rows = new Map(site.drivers.map(({ id, row }) => [id, "localActions" in row ? row.localActions : []]));
  return (device) => rows.get(device.driver) ?? [];
}
