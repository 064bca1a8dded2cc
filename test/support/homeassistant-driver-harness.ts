/** The Home Assistant discovery driver with a real broker, and a simulated device as a client of it. */
import { type BridgeClient, connectBridge, SimDiscoveredDevice } from "@gatehouse/device-sim";
import type { Device, DeviceCommand } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { type Accept, type Driver, driverTypes, FoundList, type HealthBoard } from "gatehouse";
import { bareDeps, MemoryLog, memoryVault, openBroker } from "gatehouse/testing";
import type { BadInput, OpenDriver } from "./driver-contract.ts";

const PASSWORD = "device secret";

export interface HomeAssistantRig extends AsyncDisposable {
  readonly driver: Driver;
  readonly device: SimDiscoveredDevice;
  readonly clock: FakeClock;
  readonly found: FoundList;
  readonly health: HealthBoard;
  readonly vault: ReturnType<typeof memoryVault>;
  join(): Promise<BridgeClient>;
  publish(topic: string, payload: string): Promise<void>;
  /** All that was published before has reached the driver, and counts. */
  settled(): Promise<void>;
  intercept: ((topic: string, payload: string) => Promise<void>) | undefined;
}

export interface HomeAssistantRigOptions {
  /** No quota of bytes: the time of a rig stands still. */
  readonly unlimited?: true;
  readonly accept: Accept;
  readonly devices: readonly Partial<Device>[];
  readonly vault?: ReturnType<typeof memoryVault>;
  readonly form?: "single" | "device";
}

export async function openHomeAssistantRig(options: HomeAssistantRigOptions): Promise<HomeAssistantRig> {
  const { accept, devices, vault = memoryVault(), form = "single" } = options;
  const clock = new FakeClock();
  const limits = options.unlimited === true ? { bytesPerSecond: 1e12, burstBytes: 1e12 } : {};
  const account = { role: "bridge" as const, password: Buffer.from(PASSWORD), topics: ["homeassistant/#", "locks/#"] };
  const broker = await openBroker({ clock, accounts: new Map([["locks", account]]), onPublish: "none", limits });
  const row = driverTypes.find(({ type }) => type === "homeassistant");
  if (row === undefined) throw new RangeError("there is no driver type homeassistant");
  const found = new FoundList();
  const { health } = broker;
  const driver = row.create("ha", row.config.parse({ topics: ["locks/#"] }) as never, {
    clock,
    log: new MemoryLog(),
    accept,
    health,
    devices: devices.map((device) => ({ driver: "ha", reversed: false, ...device }) as Device),
    broker: broker.broker,
    ...bareDeps(),
    vault,
    found,
  });
  let client: BridgeClient | undefined;
  const publish = async (topic: string, payload: string): Promise<void> => {
    await client?.publish(topic, payload, { retain: false, qos: 1 });
  };
  const device = new SimDiscoveredDevice({ id: "0xabc", name: "Flat 302", form, publish });
  const rig: HomeAssistantRig = {
    driver,
    device,
    clock,
    found,
    health,
    vault,
    publish,
    intercept: undefined,
    join: async () => {
      const hear = (topic: string, payload: string) => {
        const heard = rig.intercept === undefined ? device.hear(topic, payload) : rig.intercept(topic, payload);
        heard.catch(() => {});
      };
      client = await connectBridge({
        url: `mqtt://127.0.0.1:${broker.port}`,
        username: "locks",
        password: PASSWORD,
        hear,
      });
      await client.subscribe(device.subscriptions);
      return client;
    },
    settled: async () => {
      await publish("homeassistant/ping", "");
      await settle();
      await clock.advance(100);
      await settle();
    },
    [Symbol.asyncDispose]: async () => {
      await client?.close();
      await broker.close();
    },
  };
  return rig;
}

export const openHomeAssistantDriver: OpenDriver = async (accept) => {
  const rig = await openHomeAssistantRig({ accept, devices: [{ id: "lock-302", kind: "lock", address: "0xabc" }] });
  const { device, driver, clock } = rig;
  // Obeys only when a test says so.
  rig.intercept = async () => {};
  return {
    driver,
    clock,
    device: "lock-302",
    join: async () => {
      await rig.join();
      await device.announce();
      await rig.settled();
    },
    send: (seq) => void device.happen("keypad_unlock", seq % 1_000).catch(() => {}),
    acknowledged: () => Promise.reject(new RangeError("these devices number nothing")),
    isQuiet: async () => {
      await rig.publish("homeassistant/ping", "");
      return true;
    },
    badInputs: badInputs(rig),
    obey: (ok) => {
      const { promise, resolve } = Promise.withResolvers<Partial<DeviceCommand>>();
      device.jammed = !ok;
      rig.intercept = async (topic, payload) => {
        if (!topic.endsWith("/set")) return;
        await device.hear(topic, payload);
        resolve({ action: payload === "UNLOCK" ? "unlock" : "lock" });
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

function badInputs(rig: HomeAssistantRig): readonly BadInput[] {
  const published = (name: string, topic: string, payload: string, recorded?: RegExp): BadInput => ({
    name,
    ...(recorded === undefined ? {} : { recorded }),
    send: async () => {
      await rig.publish(topic, payload);
    },
  });
  const config = "homeassistant/lock/x/y/config";
  return [
    published("an announcement that is no JSON", config, "{"),
    published("an announcement of nothing", config, "null"),
    published("an endless announcement", config, JSON.stringify({ name: "x".repeat(200_000) })),
    published("a template that nobody knows", config, '{"stat_t":"a","val_tpl":"{{ states(1) }}"}'),
    published("a topic with wildcards", config, '{"stat_t":"#","cmd_t":"+"}'),
    published("a device without components", "homeassistant/device/x/config", '{"dev":{"ids":"x"}}'),
    published("an endless state", `${rig.device.base}/state`, "x".repeat(70_000), /state: 70000 bytes/),
    published("a state that is no JSON", `${rig.device.base}/state`, "{"),
    published("an event of nothing", `${rig.device.base}/event`, "[]"),
  ];
}
