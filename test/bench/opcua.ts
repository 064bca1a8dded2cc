/** OPC UA with 2,000 monitored items: changes a second out of the server's process and into the one that reads a PLC, and what each weighs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startPlc } from "@gatehouse/device-sim";
import { stateTopic, systemClock } from "@gatehouse/protocol";
import { MemoryLog, OPCUA_ACCOUNT, openBroker, SideProcess } from "gatehouse/testing";
import { AttributeIds, ClientSubscription, TimestampsToReturn } from "node-opcua";
import { freePort } from "../support/free-port.ts";
import { openScada } from "../support/opcua-client.ts";
import { tempDir } from "../support/temp-dir.ts";

const ITEMS = 2_000;
/** Of those values of a space that a client watches. */
const WATCHED = [
  "Present",
  "PresentLow",
  "PresentHigh",
  "Residing",
  "ResidingLow",
  "ResidingHigh",
  "Limit",
  "ProbabilityOver",
];

export interface OpcuaFigures {
  readonly items: number;
  readonly changesPerSecond: number;
  /** Before anybody watched, and at the end. */
  readonly idleMb: number;
  readonly rssMb: number;
}

export async function benchOpcua(
  seconds: number,
): Promise<{ readonly server: OpcuaFigures; readonly reader: OpcuaFigures }> {
  return { server: await serverFigures(seconds), reader: await readerFigures(seconds) };
}

async function serverFigures(seconds: number): Promise<OpcuaFigures> {
  using temp = tempDir();
  const spaces = Array.from({ length: ITEMS / WATCHED.length }, (_, i) => ({
    id: `flat-${i}`,
    name: `flat ${i}`,
    kind: "flat",
  }));
  const password = "bench";
  const accounts = new Map([[OPCUA_ACCOUNT, { role: "opcua" as const, password: Buffer.from(password) }]]);
  const broker = await openBroker({ accounts });
  const port = await freePort();
  const user = { user: "bench", password, role: "viewer" as const };
  await using process = await start({
    id: "opcua",
    what: "server",
    task: {
      gateway: "bench",
      siteName: "bench",
      listen: `127.0.0.1:${port}`,
      names: ["127.0.0.1"],
      users: [user],
      allowUnencrypted: true,
      language: "en",
      history: 0,
      folder: temp.path,
      broker: { url: `mqtt://127.0.0.1:${broker.port}`, user: OPCUA_ACCOUNT, password },
      spaces,
      devices: [],
    },
  });
  const idleMb = process.rssMb();
  await using scada = await openScada({
    endpoint: `opc.tcp://127.0.0.1:${port}`,
    folder: join(temp.path, "client"),
    user: { name: user.user, password },
    mode: "none",
  });
  let changes = 0;
  const subscription = ClientSubscription.create(scada.session, {
    requestedPublishingInterval: 100,
    requestedMaxKeepAliveCount: 10,
    requestedLifetimeCount: 1_000,
    maxNotificationsPerPublish: 10_000,
    publishingEnabled: true,
  });
  const group = await subscription.monitorItems(
    spaces.flatMap(({ id }) =>
      WATCHED.map((name) => ({ nodeId: `ns=2;s=spaces/${id}/${name}`, attributeId: AttributeIds.Value })),
    ),
    { samplingInterval: 0, queueSize: 10, discardOldest: true },
    TimestampsToReturn.Both,
  );
  group.on("changed", () => {
    changes += 1;
  });
  await systemClock.sleep(1_000);
  changes = 0;
  const startedMs = performance.now();
  for (let round = 1; performance.now() - startedMs < seconds * 1_000; round++) {
    for (const { id } of spaces) await broker.broker.publish(stateTopic.space(id), stateOf(id, round), { qos: 1 });
    // As the gateway does: nothing more often than this.
    await systemClock.sleep(50);
  }
  const elapsedS = (performance.now() - startedMs) / 1_000;
  const figures = { items: ITEMS, changesPerSecond: Math.round(changes / elapsedS), idleMb, rssMb: process.rssMb() };
  await broker.close();
  return figures;
}

const stateOf = (space: string, n: number): string => {
  const at = new Date(systemClock.nowMs()).toISOString();
  const p = (n % 100) / 100;
  const persons = { present: n, presentLow: n, presentHigh: n, residing: n, low: n, high: n, limit: n };
  return JSON.stringify({ space, at, ...persons, pOver: p, abstains: null });
};

async function readerFigures(seconds: number): Promise<OpcuaFigures> {
  using temp = tempDir();
  await using plc = await startPlc({ extra: ITEMS });
  let changes = 0;
  await using process = await start({
    id: "plc",
    what: "reader",
    task: {
      endpoint: plc.endpoint,
      security: "none",
      publishMs: 100,
      sampleMs: 0,
      nodes: Array.from({ length: ITEMS }, (_, i) => `ns=1;s=X${i}`),
      folder: temp.path,
      name: "plc",
    },
    onValues: async ({ values }, stored) => {
      changes += values.length;
      stored();
    },
  });
  await systemClock.sleep(1_000);
  const idleMb = process.rssMb();
  changes = 0;
  const startedMs = performance.now();
  while (performance.now() - startedMs < seconds * 1_000) {
    plc.change();
    await systemClock.sleep(50);
  }
  const elapsedS = (performance.now() - startedMs) / 1_000;
  return { items: ITEMS, changesPerSecond: Math.round(changes / elapsedS), idleMb, rssMb: process.rssMb() };
}

type Options = ConstructorParameters<typeof SideProcess>[0];

/** A process that is up. */
async function start(options: Omit<Options, "clock" | "log" | "up" | "onStart">) {
  const stop = new AbortController();
  const up = Promise.withResolvers<void>();
  let pid = 0;
  const made = new SideProcess({
    ...options,
    clock: systemClock,
    log: new MemoryLog(),
    up: () => up.resolve(),
    onStart: (started) => {
      pid = started;
    },
  });
  const ended = made.run(stop.signal);
  await Promise.race([up.promise, ended]);
  return {
    rssMb: () => Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended.catch(() => {});
    },
  };
}
