/** The Sparkplug driver with Mosquitto between it and a simulated edge node. */
import { SimEdgeNode, type SimMetric } from "@gatehouse/device-sim";
import type { Device } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { type Accept, driverTypes, FoundList, HealthBoard } from "gatehouse";
import { bareDeps, MemoryLog, memoryVault, openBroker } from "gatehouse/testing";
import { connectAsync, type MqttClient } from "mqtt";
import { type Mosquitto, startMosquitto } from "./mosquitto.ts";
import { TopicLog } from "./topic-log.ts";

export const SIM_DOOR: readonly SimMetric[] = [
  { name: "Door/Open", alias: 10, type: "Boolean", value: false },
  { name: "Door/Locked", alias: 11, type: "Boolean", value: true },
  { name: "Card/Last", alias: 12, type: "String", value: null },
];

export interface SparkplugRigOptions {
  readonly accept: Accept;
  readonly devices: readonly Partial<Device>[];
  readonly config?: object;
  /** Of the simulated edge node `Plant/Gw`. */
  readonly sim?: Readonly<Record<string, readonly SimMetric[]>>;
  readonly broker?: Mosquitto;
}

export async function openSparkplugRig({
  accept,
  devices,
  config = {},
  sim = { "Door-3": SIM_DOOR },
}: SparkplugRigOptions) {
  const broker = await startMosquitto();
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const clock = new FakeClock();
  const health = new HealthBoard(clock);
  const found = new FoundList();
  const log = new MemoryLog();
  const vault = memoryVault();
  const own = await openBroker({ clock, onPublish: "none" });
  const row = driverTypes.find(({ type }) => type === "sparkplug");
  if (row === undefined) throw new RangeError("there is no driver type sparkplug");
  const make = () =>
    row.create("plant", row.config.parse({ url, host: "gatehouse", ...config }) as never, {
      clock,
      log,
      accept,
      health,
      devices: devices.map((device) => ({ driver: "plant", reversed: false, ...device }) as Device),
      broker: own.broker,
      ...bareDeps(),
      pseudonym: (credential) => `c_${"0".repeat(10 - credential.length)}${credential}`.toLowerCase(),
      found,
      vault,
    });
  const onlooker: MqttClient = await connectAsync(url, { clientId: "onlooker" });
  const topics = new TopicLog(onlooker);
  await onlooker.subscribeAsync("spBv1.0/#", { qos: 1 });
  const nodes: SimEdgeNode[] = [];
  return {
    url,
    clock,
    health,
    found,
    log,
    topics,
    onlooker,
    driver: make(),
    make,
    node: (options: Partial<ConstructorParameters<typeof SimEdgeNode>[0]> = {}) => {
      const node = new SimEdgeNode({ url, group: "Plant", node: "Gw", clock, devices: sim, ...options });
      nodes.push(node);
      return node;
    },
    /** Resolves when the driver says that it is there. */
    online: () => topics.until(({ topic, text }) => topic === "spBv1.0/STATE/gatehouse" && text.includes("true")),
    close: async () => {
      for (const node of nodes) node.close();
      await onlooker.endAsync(true);
      await own.close();
      await broker[Symbol.asyncDispose]();
    },
    /** Ends every connection. */
    kill: () => broker[Symbol.asyncDispose](),
  };
}

export type SparkplugRig = Awaited<ReturnType<typeof openSparkplugRig>>;
