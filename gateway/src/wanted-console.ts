/** The console, loaded only where the site file asks for one. */

import type { Clock } from "@gatehouse/protocol";
import type { LoadedSite } from "./config.ts";
import type { Configuration } from "./configuration/configuration.ts";
import type { AnswerSources } from "./console-answers.ts";
import type { Logger } from "./core/ports.ts";
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
}

/** A change of the site file is answered before the gateway stops, and it is back soon. */
const BACK_MS = 1_500;

/** Opened, and not running yet. Undefined with `console: off`. Throws ConfigError for what an operator must change. */
export async function wantedConsole(
  sources: ConsoleSources,
  place: ConsolePlace,
  site: LoadedSite<(typeof driverTypes)[number], (typeof uplinkTypes)[number]>,
): Promise<OpenedConsole | undefined> {
  const settings = site.site.console;
  if (settings === "off") return undefined;
  const [{ openConsole, RELEASE }, { consoleAnswers }] = await Promise.all([
    import("./open-console.ts"),
    import("./console-answers.ts"),
  ]);
  const { stateDir, clock, configuration, logs } = place;
  const log = place.log.child({ part: "console" });
  const { health, bootId } = sources;
  let opened: OpenedConsole | undefined;
  const built = await consoleAnswers(sources, {
    site,
    stateDir,
    clock,
    log,
    configuration,
    logs,
    release: RELEASE,
    people: () => handOverTo(opened),
    startsAnew: () => opened?.tell({ about: "restart", in: BACK_MS }),
  });
  const { answers, live, audit } = built;
  const { secret } = site;
  const siteName = site.site.site.name;
  const console = await openConsole({
    settings,
    stateDir,
    clock,
    log,
    health,
    bootId,
    siteName,
    secret,
    answers,
    live,
    audit,
  });
  opened = console;
  return {
    ...console,
    run: async (signal) => {
      await Promise.all([console.run(signal), built.run(signal)]);
    },
  };
}

/** Whoever can accept what is open. */
const handOverTo = (console: OpenedConsole | undefined): readonly string[] =>
  console?.desk.accounts.all
    .filter(({ disabled, roles }) => !disabled && roles.includes("manager"))
    .map(({ name }) => name) ?? [];
