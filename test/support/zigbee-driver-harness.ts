/** The Zigbee2MQTT driver with a real broker, and a simulated Zigbee2MQTT as a client of it. */
import { type BridgeClient, connectBridge, SimZigbeeBridge, ZIGBEE_MODELS } from "@gatehouse/device-sim";
import type { Device, DeviceCommand } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { type Accept, type Driver, driverTypes, FoundList, type HealthBoard } from "gatehouse";
import { bareDeps, MemoryLog, memoryVault, openBroker } from "gatehouse/testing";
import type { BadInput, OpenDriver } from "./driver-contract.ts";

export const LOCK_IEEE = "0x00158d0001000001";
const PASSWORD = "bridge secret";

export interface ZigbeeRig extends AsyncDisposable {
  readonly driver: Driver;
  readonly bridge: SimZigbeeBridge;
  readonly clock: FakeClock;
  readonly found: FoundList;
  readonly log: MemoryLog;
  readonly health: HealthBoard;
  readonly vault: ReturnType<typeof memoryVault>;
  /** Connects the simulated Zigbee2MQTT, which tells its devices, unless it is `silent`. */
  join(silent?: "silent"): Promise<BridgeClient>;
  /** All that was published before has reached the driver. */
  settled(): Promise<void>;
  /** Called with what the bridge is told, in place of its own obedience. */
  intercept: ((topic: string, payload: string) => Promise<void>) | undefined;
}

export interface ZigbeeRigOptions {
  /** No quota of bytes: the time of a rig stands still. */
  readonly unlimited?: true;
  readonly accept: Accept;
  readonly devices: readonly Partial<Device>[];
  readonly vault?: ReturnType<typeof memoryVault>;
  readonly pseudonym?: (credential: string) => string;
}

export async function openZigbeeRig(options: ZigbeeRigOptions): Promise<ZigbeeRig> {
  const { accept, devices, vault = memoryVault(), pseudonym } = options;
  const clock = new FakeClock();
  const limits = options.unlimited === true ? { bytesPerSecond: 1e12, burstBytes: 1e12 } : {};
  const account = { role: "bridge" as const, password: Buffer.from(PASSWORD), topics: ["zigbee2mqtt/#"] };
  const broker = await openBroker({ clock, accounts: new Map([["z2m", account]]), onPublish: "none", limits });
  const row = driverTypes.find(({ type }) => type === "zigbee2mqtt");
  if (row === undefined) throw new RangeError("there is no driver type zigbee2mqtt");
  const found = new FoundList();
  const log = new MemoryLog();
  const { health } = broker;
  const driver = row.create("zigbee", row.config.parse({}) as never, {
    clock,
    log,
    accept,
    health,
    devices: devices.map((device) => ({ driver: "zigbee", reversed: false, ...device }) as Device),
    broker: broker.broker,
    ...bareDeps(),
    ...(pseudonym === undefined ? {} : { pseudonym }),
    vault,
    found,
  });
  let client: BridgeClient | undefined;
  const bridge = new SimZigbeeBridge({
    publish: (topic, payload, options) => {
      if (client === undefined) throw new RangeError("the bridge has not joined");
      return client.publish(topic, payload, options);
    },
  });
  const rig: ZigbeeRig = {
    driver,
    bridge,
    clock,
    found,
    log,
    health,
    vault,
    intercept: undefined,
    join: async (silent) => {
      const hear = (topic: string, payload: string) => {
        const heard = rig.intercept === undefined ? bridge.hear(topic, payload) : rig.intercept(topic, payload);
        heard.catch(() => {});
      };
      client = await connectBridge({
        url: `mqtt://127.0.0.1:${broker.port}`,
        username: "z2m",
        password: PASSWORD,
        hear,
      });
      await client.subscribe(bridge.subscriptions);
      if (silent === undefined) await bridge.begin();
      return client;
    },
    settled: async () => {
      await client?.publish("zigbee2mqtt/bridge/ping", "", { retain: false, qos: 1 });
      await settle();
    },
    [Symbol.asyncDispose]: async () => {
      await client?.close();
      await broker.close();
    },
  };
  return rig;
}

export const openZigbeeDriver: OpenDriver = async (accept) => {
  const rig = await openZigbeeRig({ accept, devices: [{ id: "lock-302", kind: "lock", address: "door 302" }] });
  const { bridge, driver, clock } = rig;
  let client: BridgeClient | undefined;
  // Obeys only when a test says so.
  rig.intercept = async () => {};
  return {
    driver,
    clock,
    device: "lock-302",
    join: async () => {
      client = await rig.join();
      await bridge.pair({ ieee: LOCK_IEEE, name: "door 302", definition: ZIGBEE_MODELS.lock });
      await rig.settled();
    },
    send: (seq) =>
      void bridge
        .tell(LOCK_IEEE, { action: "unlock", action_source_name: "rfid", action_user: seq % 1_000 })
        .catch(() => {}),
    acknowledged: () => Promise.reject(new RangeError("Zigbee devices are not acknowledged")),
    isQuiet: async () => {
      await rig.settled();
      return true;
    },
    badInputs: badInputs(() => client),
    obey: (ok) => {
      const { promise, resolve } = Promise.withResolvers<Partial<DeviceCommand>>();
      if (!ok) bridge.jammed.add(LOCK_IEEE);
      rig.intercept = async (topic, payload) => {
        if (!topic.endsWith("/set")) return;
        await bridge.hear(topic, payload);
        resolve({ action: payload.includes("UNLOCK") ? "unlock" : "lock" });
      };
      return promise;
    },
    breakLink: undefined,
    codes: () => rig.health.entries.map(({ code }) => code),
    close: async () => {
      await rig[Symbol.asyncDispose]();
    },
  };
};

function badInputs(client: () => BridgeClient | undefined): readonly BadInput[] {
  const published = (name: string, path: string, payload: string, recorded?: RegExp): BadInput => ({
    name,
    ...(recorded === undefined ? {} : { recorded }),
    send: async () => {
      await client()?.publish(`zigbee2mqtt/${path}`, payload, { retain: false, qos: 1 });
    },
  });
  const noObject = /state: not a JSON object/;
  return [
    published("not JSON", "door 302", "{", noObject),
    published("a list", "door 302", "[1,2]", noObject),
    published("nothing", "door 302", "null", noObject),
    published("an endless state", "door 302", JSON.stringify({ state: "x".repeat(70_000) }), noObject),
    published("a stranger's state", "nobody", '{"state":"UNLOCK"}'),
    published("a list of devices that is none", "bridge/devices", '{"devices":1}'),
    published("a list of devices that is broken", "bridge/devices", "[{"),
    published("an availability that is none", "door 302/availability", "perhaps"),
    published("a log of nonsense", "bridge/logging", '{"level":5}'),
    published("a state of nonsense", "door 302", '{"state":{"a":1},"battery":"full","__proto__":{"x":1}}'),
  ];
}
