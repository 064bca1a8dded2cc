/** The uplinks of the site file as the supervisor runs them. */
import { type Clock, InvariantError } from "@gatehouse/protocol";
import type { LoadedSite } from "./config.ts";
import type { PlatformCommands } from "./core/commands/platform-commands.ts";
import { withCommands } from "./core/commands/platform-commands.ts";
import type { Target } from "./core/ledger.ts";
import { mapped } from "./core/mapped-uplink.ts";
import { runUplink } from "./core/outbox.ts";
import type { Health, Logger, Runnable } from "./core/ports.ts";
import type { driverTypes } from "./drivers/index.ts";
import type { SentBook } from "./monitor/sent-book.ts";
import type { uplinkTypes } from "./uplinks/index.ts";

export interface UplinkParts {
  readonly targets: readonly Target[];
  readonly gateway: string;
  readonly platform: PlatformCommands;
  readonly sent: SentBook;
  readonly health: Health;
}

type Site = LoadedSite<(typeof driverTypes)[number], (typeof uplinkTypes)[number]>;

export function runningUplinks(
  parts: UplinkParts,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
  site: Site,
) {
  return site.uplinks.map(({ id, row, config, options }) => {
    const outbox = parts.targets.find((target) => target.id === id)?.outbox;
    if (outbox === undefined) throw new InvariantError(`uplink ${id} has no outbox`);
    const pollSeconds = options.commands?.pollSeconds;
    const polled = pollSeconds === undefined ? {} : { commandPollMs: pollSeconds * 1_000 };
    const deps = { clock, log: log.child({ uplink: id }), gateway: parts.gateway, secret: site.secret, ...polled };
    const make = (up: () => void): Runnable => {
      const uplink = mapped(parts.sent.watched(row.create(id, config as never, deps)), options.mapping);
      const send = (signal: AbortSignal) => runUplink(outbox, uplink, up, signal);
      return { id, run: (stop) => withCommands(parts.platform, uplink, stop, send) };
    };
    const urgent = () => outbox.urgent;
    return { id, make, clock, log, health: parts.health, downCode: "uplink-down" as const, urgent };
  });
}
