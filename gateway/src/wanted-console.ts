/** The console, loaded only where the site file asks for one. */
import type { Clock, SecretRef, Site } from "@gatehouse/protocol";
import type { Audit } from "./console/ports.ts";
import type { Health, Logger } from "./core/ports.ts";
import type { OpenedConsole } from "./open-console.ts";

/** Parts of the running gateway that stand behind the console's answers. */
export interface ConsoleSources {
  readonly health: Health;
  readonly bootId: string;
  readonly audit?: Audit;
}

export interface ConsolePlace {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly log: Logger;
}

interface ConsoleSite {
  readonly site: Site;
  secret(ref: SecretRef): Buffer;
}

/** Opened, and not running yet. Undefined with `console: off`. Throws ConfigError for what an operator must change. */
export async function wantedConsole(
  { health, bootId, audit }: ConsoleSources,
  { stateDir, clock, log }: ConsolePlace,
  { site, secret }: ConsoleSite,
): Promise<OpenedConsole | undefined> {
  if (site.console === "off") return undefined;
  const { openConsole } = await import("./open-console.ts");
  return openConsole({
    settings: site.console,
    stateDir,
    clock,
    log: log.child({ part: "console" }),
    health,
    bootId,
    siteName: site.site.name,
    secret,
    ...(audit === undefined ? {} : { audit }),
  });
}
