/** The composition root: configuration -> adapters -> run. Opens in one order, closes in the other. */
import { createSecretKey, randomBytes } from "node:crypto";
import type { Clock } from "@gatehouse/protocol";
import { AuditLog } from "./audit/audit-log.ts";
import { doneOf, restoreDone } from "./audit/done-of.ts";
import { type TakenUp, takeBack, takeUpWaiting } from "./backup/take-up.ts";
import { createBroker } from "./broker/broker.ts";
import { accountsOf, brokerConfig } from "./broker-of-site.ts";
import { type LoadedSite, loadSite } from "./config.ts";
import type { Configuration } from "./configuration/configuration.ts";
import type { Refused } from "./configuration/run-reconfigurable.ts";
import { configRequests } from "./control/config-requests.ts";
import { confirmRequests } from "./control/confirm-requests.ts";
import { foundRequest } from "./control/found-request.ts";
import { controlRequests } from "./control/requests.ts";
import { spacesRequest } from "./control/spaces-request.ts";
import { supervisedControl } from "./control/supervised-control.ts";
import { uplinkRequests } from "./control/uplink-requests.ts";
import { Commands } from "./core/commands/commands.ts";
import { LiveDrivers } from "./core/commands/live-drivers.ts";
import { carryOut } from "./core/commands/orders.ts";
import { Core } from "./core/core.ts";
import { EgressRelease } from "./core/fire/egress-release.ts";
import { FoundList } from "./core/found-devices.ts";
import { HealthBoard } from "./core/health.ts";
import { Pairing } from "./core/pairing.ts";
import type { GapRow, Logger, Store } from "./core/ports.ts";
import { pseudonym } from "./core/pseudonym.ts";
import { supervise } from "./core/supervise.ts";
import { driverTypes } from "./drivers/index.ts";
import { healthBody, openEndpoint } from "./monitor/endpoint.ts";
import { gatewayMetrics } from "./monitor/gateway-metrics.ts";
import { HealthReport } from "./monitor/health-report.ts";
import { announceTo } from "./monitor/home-assistant.ts";
import type { LogRing } from "./monitor/log-ring.ts";
import { onlookers } from "./monitor/onlookers.ts";
import { PortalBoard } from "./monitor/portal-board.ts";
import { RollCallBook } from "./monitor/roll-call.ts";
import { StateTopics } from "./monitor/state-topics.ts";
import { monthRequest } from "./monthly/request.ts";
import { openDeedsDesk } from "./opcua/deeds-desk.ts";
import { OPCUA_ACCOUNT, opcuaServer } from "./opcua/server.ts";
import type { OpenedConsole } from "./open-console.ts";
import { assemblePlatform } from "./platform.ts";
import { Retention } from "./retention.ts";
import { actionsBy, localActionsBy, runningDrivers } from "./running-drivers.ts";
import { runningUplinks, targetsOf } from "./running-uplinks.ts";
import { aborted, Stage } from "./stage.ts";
import { loadKey } from "./store/key-file.ts";
import { lockStateDir } from "./store/lock.ts";
import { openStore } from "./store/store.ts";
import { openVault } from "./store/vault.ts";
import { uplinkTypes } from "./uplinks/index.ts";
import { userRequests } from "./user-requests.ts";
import { type WantedConsole, wantedConsole } from "./wanted-console.ts";

export interface RunOptions {
  readonly siteFile: string;
  readonly stateDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly budgetBytes: number;
  readonly ballastBytes: number;
  readonly monitor: { readonly host: string; readonly port: number };
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Changes the site file; without it the gateway runs with what it was started with. */
  readonly configuration?: Configuration;
  /** A site file that the gateway did not start with. */
  readonly refused?: Refused | undefined;
  /** Keeps the latest lines of the log for the console. */
  readonly logs?: LogRing;
  /** The backup this start is the first with. */
  readonly restored?: TakenUp | undefined;
  /** What is taken up is what stood there before a restore the gateway did not start with. */
  readonly isUndone?: boolean;
  /** The site file was changed a moment ago: without a console that opens it is not taken, or nobody could put it right again. */
  readonly isChange?: boolean;
  /** Something did not stop: what it holds it keeps until the process ends. */
  readonly onHung?: () => void;
  /** Each time the console is open for people. */
  readonly onConsole?: (opened: OpenedConsole) => void;
}

/** What a start has opened, for the screen. */
export interface Running {
  readonly site: LoadedSite;
  readonly mqtt: readonly { readonly host: string; readonly port: number; readonly tls: boolean }[];
  readonly monitorPort: number;
  /** Real ms from the call to ready. */
  readonly readyMs: number;
  readonly recoveredInputs: number;
}

type Site = LoadedSite<(typeof driverTypes)[number], (typeof uplinkTypes)[number]>;

/**
 * Runs until the signal aborts, then ends in order within 5 s and loses nothing. A restore it does not start with is undone. Throws ConfigError for
 * what an operator must change.
 */
export async function runGateway(
  options: RunOptions,
  onReady: (running: Running) => void,
  signal: AbortSignal,
): Promise<void> {
  const restored = takeUpWaiting(options.stateDir, options.siteFile);
  if (restored !== undefined) options.configuration?.readAgain();
  let isReady = false;
  const nowReady = (running: Running) => {
    isReady = true;
    onReady(running);
  };
  try {
    await runWith({ ...options, restored }, nowReady, signal);
  } catch (err) {
    // What stands there again was running: if it does not start either, swapping the two would never end.
    if (isReady || signal.aborted || restored?.replaced === undefined || options.isUndone) throw err;
    options.log.error(
      { err, madeAt: restored.madeAt },
      "the gateway does not start with what was restored: it is undone",
    );
    takeBack(options.stateDir, { ...restored, replaced: restored.replaced });
    const reason = `the backup of ${restored.madeAt} was not taken: ${err instanceof Error ? err.message : String(err)}`;
    await runGateway({ ...options, isUndone: true, refused: { reason, version: undefined } }, onReady, signal);
  }
}

async function runWith(options: RunOptions, onReady: (running: Running) => void, signal: AbortSignal): Promise<void> {
  const startedMs = options.clock.monoMs();
  const site: Site = loadSite(options.siteFile, {
    driverTypes,
    uplinkTypes,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  for (const { path, reason } of site.warnings)
    options.log.warn({ path, reason }, "the site file has something to look at");
  const lock = lockStateDir(options.stateDir);
  try {
    await runLocked(options, site, startedMs, onReady, signal);
  } finally {
    lock.release();
  }
}

async function runLocked(
  options: RunOptions,
  site: Site,
  startedMs: number,
  onReady: (running: Running) => void,
  outer: AbortSignal,
): Promise<void> {
  const { clock, log, stateDir } = options;
  const fatal = new AbortController();
  const signal = AbortSignal.any([outer, fatal.signal]);
  const health = new HealthBoard(clock);
  health.onChange(({ code, subject, detail }, raised) => {
    if (raised) log.warn({ code, subject, detail }, "condition raised");
    else log.info({ code, subject }, "condition cleared");
  });
  const { refused } = options;
  const subject = refused?.version === undefined ? "restore" : `version ${refused.version}`;
  if (refused !== undefined) health.raise("config-refused", subject, refused.reason);
  let gaps: GapRow[] = [];
  let tellGaps = (found: readonly GapRow[]): void => {
    gaps = [...gaps, ...found];
  };
  const store = await openStore({
    dir: stateDir,
    budgetBytes: options.budgetBytes,
    ballastBytes: options.ballastBytes,
    log,
    health,
    clock,
    onGap: (found) => tellGaps(found),
    onFatal: (cause) => fatal.abort(cause),
  });
  try {
    const parts = await assemble(options, site, store, health, (cause) => fatal.abort(cause));
    const { core } = parts;
    tellGaps = (found) =>
      void core.tellGaps(found).catch((err: unknown) => log.debug({ err }, "gap not told, the store is closed"));
    tellGaps([...store.recovered.gaps, ...gaps]);
    const endpoint = await openEndpoint({ ...options.monitor, metrics: parts.metrics, health: () => health.entries });
    try {
      await serve(parts, { options, site, startedMs, monitorPort: endpoint.port, onReady, signal });
    } finally {
      parts.pairing.close();
      await endpoint.close();
      await parts.audit.close();
    }
  } finally {
    await store.close();
  }
  if (fatal.signal.aborted) throw fatal.signal.reason;
}

/** Everything made, nothing running yet. */
async function assemble(
  options: RunOptions,
  site: Site,
  store: Store,
  health: HealthBoard,
  onFatal: (error: unknown) => void,
) {
  const { clock, log, stateDir } = options;
  const key = createSecretKey(loadKey(stateDir, "pseudonym.key", { log, health }));
  const audit = new AuditLog({ stateDir, clock, log, health });
  if (options.restored !== undefined) audit.record(restoreDone(options.restored, options.isUndone));
  const hide = (credential: string) => pseudonym(key, credential);
  const bootId = randomBytes(4).toString("hex");
  const gateway = site.site.gateway?.id ?? site.site.site.id;
  const targets = targetsOf({ random: Math.random, store, clock, log, health, gateway, site });
  const core = await Core.open({
    store,
    clock,
    log,
    health,
    config: {
      site: site.site,
      policies: [...site.policies.values()].filter(({ id }) => site.site.policies.some(({ use }) => use === id)),
      ...(site.rules.length === 0 ? {} : { rules: site.rules }),
    },
    targets,
    pseudonym: hide,
    bootId,
    installation: randomBytes(4).readUInt32BE().toString(36),
    onFatal,
    onInput: (input, refused) => {
      const done = doneOf(input, refused, () => options.configuration?.inUse);
      if (done !== undefined) audit.record(done);
    },
  });
  const pairing = new Pairing(clock);
  const opcua = opcuaServer({ site: site.site, gateway, stateDir: options.stateDir, secret: site.secret });
  const broker = createBroker({
    config: brokerConfig(site),
    accounts: new Map([...accountsOf(site), ...(opcua === undefined ? [] : [[OPCUA_ACCOUNT, opcua.account] as const])]),
    clock,
    log: log.child({ part: "broker" }),
    health,
    knocked: (knock) => pairing.knocked(knock),
  });
  const drivers = new LiveDrivers();
  const actionsOf = actionsBy(site);
  const localActionsOf = localActionsBy(site);
  const commandLog = log.child({ part: "commands" });
  const commands = new Commands({ core, drivers, clock, log: commandLog, actionsOf, localActionsOf });
  const newId = () => `fire.${randomBytes(8).toString("hex")}`;
  const fireLog = log.child({ part: "fire" });
  const egress = new EgressRelease({ core, drivers, clock, log: fireLog, health, actionsOf, newId });
  const given = { ...site, targets, core, store, commands, gateway, clock, log: commandLog, health };
  const platform = await assemblePlatform(given);
  const metrics = gatewayMetrics({ core, store, broker, targets, health, commands, ...platform });
  return {
    core,
    broker,
    targets,
    health,
    store,
    metrics,
    gateway,
    audit,
    pairing,
    ...onlookers(clock, broker, (device) => core.model.devices.has(device)),
    bootId,
    pseudonym: hide,
    drivers,
    ...sights(core, clock),
    commands,
    egress,
    rollCall: new RollCallBook({ core, drivers, clock }),
    ...platform,
    actionsOf,
    opcua,
  };
}

/** What drivers see beside what they report. */
const sights = (core: Core, clock: Clock) => ({
  found: new FoundList(),
  portals: new PortalBoard(core, () => clock.nowMs()),
});

type Parts = Awaited<ReturnType<typeof assemble>>;

/** A driver that hangs does not keep the core from its last snapshot. */
const STOP_MS = 4_000;

/** What runs, in the order it stops: first what lets readings in, then what sends, last the core with its final snapshot. */
async function serve(parts: Parts, { options, site, startedMs, monitorPort, onReady, signal }: Serving): Promise<void> {
  const { broker, core } = parts;
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
    intake.run((stop) => supervise({ ...runnable, random: Math.random }, stop), `driver ${runnable.id}`);
  intake.run((stop) => broker.run(stop));
  intake.run((stop) => parts.commands.run(stop));
  intake.run((stop) => parts.egress.run(stop));
  intake.run((stop) => parts.platform.run(stop));
  const control = controlOf(parts, options, () => console?.opened?.desk);
  intake.run((stop) => supervise({ ...control, random: Math.random }, stop));
  try {
    const mqtt = await broker.listening;
    await control.tried;
    intake.run((stop) => topics.run(stop));
    const page = console === undefined ? undefined : supervisedOf(console, parts, options);
    if (page !== undefined) intake.run((stop) => supervise(page, stop));
    const vault = openVault(options.stateDir, "homeassistant");
    intake.run((stop) => announceTo(site.site, { ...parts, clock: options.clock, log: options.log, vault }, stop));
    for (const link of runningUplinks(parts, options, site))
      outward.run((stop) => supervise({ ...link, random: Math.random }, stop), `uplink ${link.id}`);
    const side = opcuaOf(parts, options, mqtt);
    if (side !== undefined) outward.run((stop) => supervise({ ...side, random: Math.random }, stop));
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

/** Of a command that comes from this box. */
const newId = (): string => `local.${randomBytes(8).toString("hex")}`;

const supervisedOf = (console: WantedConsole, { health }: Parts, { clock, log }: RunOptions) =>
  ({ id: console.id, make: console.make, clock, log, health, random: Math.random, downCode: "console-down" }) as const;

function controlOf(
  parts: Parts,
  { clock, log, stateDir, configuration }: RunOptions,
  desk: () => OpenedConsole["desk"] | undefined,
) {
  const { commands, confirmations, core, drivers, egress, health, actionsOf } = parts;
  const told = { health: () => healthBody(health.entries), rollCall: () => parts.rollCall.now, newId };
  const requests = [
    ...controlRequests({ commands, core, drivers, egress, clock, actionsOf, ...told }),
    monthRequest({ ...parts, clock }),
    ...confirmRequests(confirmations),
    spacesRequest(core),
    foundRequest(parts.found),
    ...uplinkRequests(parts),
    ...(configuration === undefined ? [] : configRequests(configuration)),
    ...userRequests(desk),
  ];
  const socket = supervisedControl({ dir: stateDir, requests, clock, log: log.child({ part: "control" }) });
  return { ...socket, clock, log, health, downCode: "control-down" as const };
}

/** Undefined where the site file has no section `opcua`. */
function opcuaOf({ opcua, broker, core, health }: Parts, { clock, log }: RunOptions, mqtt: Running["mqtt"]) {
  const plain = mqtt.find(({ tls }) => !tls);
  if (opcua === undefined || plain === undefined) return undefined;
  const own = log.child({ part: "opcua" });
  openDeedsDesk({ core, broker, log: own });
  const make = (up: () => void) => opcua.make(plain, clock, own, up);
  return { id: "opcua", make, clock, log: own, health, downCode: "opcua-down" as const };
}

interface Serving {
  readonly options: RunOptions;
  readonly site: Site;
  readonly startedMs: number;
  readonly monitorPort: number;
  readonly onReady: (running: Running) => void;
  readonly signal: AbortSignal;
}
