/** The console, loaded only where the site file asks for one, beside everything else: nothing waits for it, and what keeps it shut costs only itself. */

import { type Clock, ConfigError, InvariantError, LinkError } from "@gatehouse/protocol";
import type { LoadedSite } from "./config.ts";
import type { Configuration } from "./configuration/configuration.ts";
import { givenCertificate } from "./console/tls/given-certificate.ts";
import type { AnswerSources, ConsoleAnswers } from "./console-answers.ts";
import type { Logger, Runnable } from "./core/ports.ts";
import type { driverTypes } from "./drivers/index.ts";
import type { LogRing } from "./monitor/log-ring.ts";
import type { OpenedConsole } from "./open-console.ts";
import type { uplinkTypes } from "./uplinks/index.ts";

/** Parts of the running gateway that stand behind the console's answers. */
export interface ConsoleSources extends AnswerSources {
  readonly bootId: string;
}

export interface ConsolePlace {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly configuration?: Configuration | undefined;
  readonly logs?: LogRing | undefined;
  onConsole(opened: OpenedConsole): void;
}

/** As the supervisor wants it. */
export interface WantedConsole {
  readonly id: "console";
  make(up: () => void): Runnable;
  /** Undefined while it is shut. */
  readonly opened: OpenedConsole | undefined;
  /** Resolves when it is open for the first time; rejects with ConfigError where the first try failed. */
  readonly firstTry: Promise<void>;
}

/** A change of the site file is answered before the gateway stops, and it is back soon. */
const BACK_MS = 1_500;

type Site = LoadedSite<(typeof driverTypes)[number], (typeof uplinkTypes)[number]>;

/** Undefined with `console: off`. Throws ConfigError for a certificate that cannot be used. */
export function wantedConsole(sources: ConsoleSources, place: ConsolePlace, site: Site): WantedConsole | undefined {
  const settings = site.site.console;
  if (settings === "off") return undefined;
  const given = givenCertificate(settings, site.secret);
  const log = place.log.child({ part: "console" });
  const firstTry = Promise.withResolvers<void>();
  firstTry.promise.catch(() => {});
  let opened: OpenedConsole | undefined;
  let answering: Promise<ConsoleAnswers> | undefined;
  const open = async () => {
    const { openConsole, RELEASE } = await import("./open-console.ts");
    answering ??= answersOf({ ...place, log }, sources, site, RELEASE, () => opened);
    const built = await answering.catch((error: unknown) => {
      answering = undefined;
      throw error;
    });
    const { health, bootId } = sources;
    const siteName = site.site.site.name;
    const { stateDir, clock } = place;
    const console = await openConsole({
      ...{ settings, stateDir, clock, log, health, bootId, siteName, given },
      ...built,
    });
    return { console, built };
  };
  const run = async (up: () => void, signal: AbortSignal) => {
    const { console, built } = await open().catch((error: unknown) => {
      firstTry.reject(error);
      throw keptShut(error);
    });
    opened = console;
    up();
    place.onConsole(console);
    firstTry.resolve();
    try {
      await Promise.all([console.run(signal), built.run(signal)]);
    } finally {
      opened = undefined;
    }
  };
  return {
    id: "console",
    make: (up) => ({ id: "console", run: (signal) => run(up, signal) }),
    get opened() {
      return opened;
    },
    firstTry: firstTry.promise,
  };
}

async function answersOf(
  place: Omit<ConsolePlace, "onConsole">,
  sources: ConsoleSources,
  site: Site,
  release: string,
  opened: () => OpenedConsole | undefined,
): Promise<ConsoleAnswers> {
  const { consoleAnswers } = await import("./console-answers.ts");
  const { configuration } = place;
  if (configuration === undefined) throw new InvariantError("a console needs the configuration it is to show");
  return await consoleAnswers(sources, {
    ...place,
    site,
    configuration,
    release,
    people: () => handOverTo(opened()),
    startsAnew: () => opened()?.tell({ about: "restart", in: BACK_MS }),
  });
}

/** An address that is taken and a disk that takes nothing may be well again later; anything else is a bug. */
function keptShut(error: unknown): unknown {
  const isOutside = error instanceof ConfigError || (error instanceof Error && "syscall" in error);
  return isOutside ? new LinkError("refused", (error as Error).message, { cause: error }) : error;
}

/** Whoever can accept what is open. */
const handOverTo = (console: OpenedConsole | undefined): readonly string[] =>
  console?.desk.accounts.all
    .filter(({ disabled, roles }) => !disabled && roles.includes("manager"))
    .map(({ name }) => name) ?? [];
