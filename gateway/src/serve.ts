/** What runs, in the order it starts and stops. */

import type { Parts } from "./assemble.ts";
import { controlOf, newId } from "./control-of-gateway.ts";
import { carryOut } from "./core/commands/orders.ts";
import { supervise } from "./core/supervise.ts";
import { HealthReport } from "./monitor/health-report.ts";
import { announceTo } from "./monitor/home-assistant.ts";
import { StateTopics } from "./monitor/state-topics.ts";
import { openDeedsDesk } from "./opcua/deeds-desk.ts";
import { Retention } from "./retention.ts";
import type { Running, RunOptions, Site } from "./run-options.ts";
import { runningDrivers } from "./running-drivers.ts";
import { runningUplinks } from "./running-uplinks.ts";
import { aborted, Stage } from "./stage.ts";
import { openVault } from "./store/vault.ts";
import { type WantedConsole, wantedConsole } from "./wanted-console.ts";

export interface Serving {
  readonly options: RunOptions;
  readonly site: Site;
  readonly startedMs: number;
  readonly monitorPort: number;
  readonly onReady: (running: Running) => void;
  readonly signal: AbortSignal;
}

/** A driver that hangs does not keep the core from its last snapshot. */
const STOP_MS = 4_000;

/** What runs, in the order it stops: first what lets readings in, then what sends, last the core with its final snapshot. */
export async function serve(
  parts: Parts,
  { options, site, startedMs, monitorPort, onReady, signal }: Serving,
): Promise<void> {
  const { broker, core, random } = parts;
  const console = wantedConsole(parts, { onConsole: () => {}, ...options }, site);
  const stages = [new Stage(), new Stage(), new Stage()] as const;
  const [intake, outward, inner] = stages;
  const failed = new AbortController();
  for (const stage of stages) stage.onFailure((error) => failed.abort(error));
  const topics = new StateTopics({ ...parts, clock: options.clock });
  core.onChange((change) => topics.changed(change));
  core.onChange(({ spaces }) => parts.rollCall.changed(spaces));
  const orders = { commands: parts.commands, clock: options.clock, log: options.log.child({ part: "orders" }), newId };
  core.onChange((change) => carryOut(orders, change.orders ?? []));
  inner.run((stop) => core.run(stop));
  for (const runnable of runningDrivers(parts, options, site))
    intake.run((stop) => supervise({ ...runnable, random }, stop), `driver ${runnable.id}`);
  intake.run((stop) => broker.run(stop));
  intake.run((stop) => parts.commands.run(stop));
  intake.run((stop) => parts.egress.run(stop));
  intake.run((stop) => parts.platform.run(stop));
  const control = controlOf(parts, options, () => console?.opened?.desk);
  intake.run((stop) => supervise({ ...control, random }, stop));
  try {
    const mqtt = await broker.listening;
    await control.tried;
    intake.run((stop) => topics.run(stop));
    const page = console === undefined ? undefined : supervisedOf(console, parts, options);
    if (page !== undefined) intake.run((stop) => supervise(page, stop));
    const vault = openVault(options.stateDir, "homeassistant");
    intake.run((stop) => announceTo(site.site, { ...parts, clock: options.clock, log: options.log, vault }, stop));
    for (const link of runningUplinks(parts, options, site))
      outward.run((stop) => supervise({ ...link, random }, stop), `uplink ${link.id}`);
    const side = opcuaOf(parts, options, mqtt);
    if (side !== undefined) outward.run((stop) => supervise({ ...side, random }, stop));
    const retention = new Retention({ ...parts, clock: options.clock, log: options.log.child({ part: "retention" }) });
    outward.run((stop) => retention.run(stop));
    const report = new HealthReport({ ...parts, clock: options.clock });
    outward.run((stop) => report.run(stop));
    if (options.isChange) await Promise.race([console?.firstTry, aborted(failed.signal)]);
    failed.signal.throwIfAborted();
    onReady({
      site,
      mqtt,
      monitorPort,
      readyMs: options.clock.monoMs() - startedMs,
      recoveredInputs: parts.store.recovered.lastSeq,
    });
    await aborted(AbortSignal.any([signal, failed.signal]));
  } catch (error) {
    failed.abort(error);
  }
  for (const stage of stages) {
    const hung = await stage.stop(options.clock, stage === inner ? undefined : STOP_MS);
    if (hung.length === 0) continue;
    options.log.error({ hung }, "does not stop, and is left behind");
    options.onHung?.();
  }
  if (failed.signal.aborted) throw failed.signal.reason;
}

const supervisedOf = (console: WantedConsole, { health, random }: Parts, { clock, log }: RunOptions) =>
  ({ id: console.id, make: console.make, clock, log, health, random, downCode: "console-down" }) as const;

/** Undefined where the site file has no section `opcua`. */
function opcuaOf({ opcua, broker, core, health }: Parts, { clock, log }: RunOptions, mqtt: Running["mqtt"]) {
  const plain = mqtt.find(({ tls }) => !tls);
  if (opcua === undefined || plain === undefined) return undefined;
  const own = log.child({ part: "opcua" });
  openDeedsDesk({ core, broker, log: own });
  const make = (up: () => void) => opcua.make(plain, clock, own, up);
  return { id: "opcua", make, clock, log: own, health, downCode: "opcua-down" as const };
}
