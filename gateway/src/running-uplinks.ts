/** The uplinks of the site file as the supervisor runs them. */
import { join } from "node:path";
import { type Clock, InvariantError } from "@gatehouse/protocol";
import type { LoadedSite } from "./config.ts";
import type { PlatformCommands } from "./core/commands/platform-commands.ts";
import { withCommands } from "./core/commands/platform-commands.ts";
import type { Core } from "./core/core.ts";
import { wantedBy } from "./core/event-filter.ts";
import { readingEvent } from "./core/events.ts";
import type { HealthBoard } from "./core/health.ts";
import type { Target } from "./core/ledger.ts";
import { mapped } from "./core/mapped-uplink.ts";
import { Outbox, runUplink } from "./core/outbox.ts";
import type { Health, Logger, Runnable, Store } from "./core/ports.ts";
import type { driverTypes } from "./drivers/index.ts";
import { LiveSite } from "./monitor/live-site.ts";
import type { SentBook } from "./monitor/sent-book.ts";
import { openVault } from "./store/vault.ts";
import type { uplinkTypes } from "./uplinks/index.ts";

export interface UplinkParts {
  readonly targets: readonly Target[];
  readonly gateway: string;
  readonly platform: PlatformCommands;
  readonly sent: SentBook;
  readonly core: Core;
  readonly health: HealthBoard;
}

type Site = LoadedSite<(typeof driverTypes)[number], (typeof uplinkTypes)[number]>;

export interface TargetParts {
  readonly random: () => number;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Health;
  readonly gateway: string;
  readonly site: Site;
}

/** What each uplink is owed, and by which events. */
export function targetsOf({ random, store, clock, log, health, gateway, site }: TargetParts): Target[] {
  return site.uplinks.map(({ id, options }): Target => {
    const { readings, credentials } = options;
    const filter = wantedBy(options, site.site);
    const compose = (entry: Parameters<typeof readingEvent>[1]) => readingEvent(gateway, entry, credentials);
    const nextSequence = store.recovered.nextSequence.get(id) ?? 1;
    const outbox = new Outbox({ uplink: id, store, clock, log, health, nextSequence, compose, random });
    return { id, outbox, readings, filter };
  });
}

export function runningUplinks(
  parts: UplinkParts,
  { clock, log, stateDir }: { readonly clock: Clock; readonly log: Logger; readonly stateDir: string },
  site: Site,
) {
  const live = new LiveSite(parts.core, parts.health);
  return site.uplinks.map(({ id, row, config, options }) => {
    const outbox = parts.targets.find((target) => target.id === id)?.outbox;
    if (outbox === undefined) throw new InvariantError(`uplink ${id} has no outbox`);
    const pollSeconds = options.commands?.pollSeconds;
    const polled = pollSeconds === undefined ? {} : { commandPollMs: pollSeconds * 1_000 };
    const deps = {
      clock,
      log: log.child({ uplink: id }),
      gateway: parts.gateway,
      secret: site.secret,
      site: live,
      vault: openVault(join(stateDir, "uplinks"), id),
      ...polled,
    };
    const make = (up: () => void): Runnable => {
      const uplink = mapped(parts.sent.watched(row.create(id, config as never, deps)), options.mapping);
      const send = (signal: AbortSignal) => runUplink(outbox, uplink, up, signal);
      return { id, run: (stop) => withCommands(parts.platform, uplink, stop, send) };
    };
    const urgent = () => outbox.urgent;
    return { id, make, clock, log, health: parts.health, downCode: "uplink-down" as const, urgent };
  });
}
