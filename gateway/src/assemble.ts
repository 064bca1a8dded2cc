/** All parts of the gateway, made out of each other: nothing runs yet. */
import { createSecretKey, randomBytes } from "node:crypto";
import type { Clock } from "@gatehouse/protocol";
import { AuditLog } from "./audit/audit-log.ts";
import { doneOf, restoreDone } from "./audit/done-of.ts";
import { createBroker } from "./broker/broker.ts";
import { accountsOf, brokerConfig } from "./broker-of-site.ts";
import { Commands } from "./core/commands/commands.ts";
import { LiveDrivers } from "./core/commands/live-drivers.ts";
import { Core } from "./core/core.ts";
import { EgressRelease } from "./core/fire/egress-release.ts";
import { FoundList } from "./core/found-devices.ts";
import type { HealthBoard } from "./core/health.ts";
import { Pairing } from "./core/pairing.ts";
import type { Store } from "./core/ports.ts";
import { pseudonym } from "./core/pseudonym.ts";
import { gatewayMetrics } from "./monitor/gateway-metrics.ts";
import { onlookers } from "./monitor/onlookers.ts";
import { PortalBoard } from "./monitor/portal-board.ts";
import { RollCallBook } from "./monitor/roll-call.ts";
import { OPCUA_ACCOUNT, opcuaServer } from "./opcua/server.ts";
import { assemblePlatform } from "./platform.ts";
import type { RunOptions, Site } from "./run-options.ts";
import { actionsBy, localActionsBy } from "./running-drivers.ts";
import { targetsOf } from "./running-uplinks.ts";
import { loadKey } from "./store/key-file.ts";

/** Everything made, nothing running yet. */
export async function assemble(
  options: RunOptions,
  site: Site,
  store: Store,
  health: HealthBoard,
  onFatal: (error: unknown) => void,
  random: () => number,
) {
  const { clock, log, stateDir } = options;
  const key = createSecretKey(loadKey(stateDir, "pseudonym.key", { log, health }));
  const audit = new AuditLog({ stateDir, clock, log, health });
  if (options.restored !== undefined) audit.record(restoreDone(options.restored, options.undone));
  const hide = (credential: string) => pseudonym(key, credential);
  const bootId = randomBytes(4).toString("hex");
  const gateway = site.site.gateway?.id ?? site.site.site.id;
  const targets = targetsOf({ random, store, clock, log, health, gateway, site });
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
    random,
  };
}

/** What drivers see beside what they report. */
const sights = (core: Core, clock: Clock) => ({
  found: new FoundList(),
  portals: new PortalBoard(core, () => clock.nowMs()),
});

export type Parts = Awaited<ReturnType<typeof assemble>>;
