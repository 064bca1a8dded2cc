/** The uplinks of the gateway with the city platform of the simulator at the other end, over TLS. */
import { type City, silentLog, startCity } from "@gatehouse/device-sim";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { uplinkTypes } from "gatehouse";
import { uplinkDeps } from "gatehouse/testing";
import type { OpenUplink } from "./uplink-contract.ts";

const ANY_PORT = { host: "127.0.0.1", port: 0 };
const SHARED = "a secret both sides know";
const CA = { ca: { file: "city-ca.pem" } };

function rowOf(type: string) {
  const row = uplinkTypes.find((candidate) => candidate.type === type);
  if (row === undefined) throw new RangeError(`there is no uplink type ${type}`);
  return row;
}

async function openCity(doors: Partial<Parameters<typeof startCity>[0]>) {
  const cityClock = new FakeClock();
  const city = await startCity({ ...doors, clock: cityClock, log: silentLog });
  const clock = new FakeClock();
  const deps = uplinkDeps(clock, { "city-ca.pem": city.ca ?? "", "shared.key": SHARED });
  return { city, cityClock, clock, deps, close: () => city.close() };
}

function maker(type: string, config: object, deps: ReturnType<typeof uplinkDeps>) {
  const row = rowOf(type);
  return () => row.create("city", row.config.parse(config) as never, deps);
}

const nothing = async () => {};

export const openHttpsUplink: OpenUplink = async () => {
  const keys = { gate: { alg: "hmac-sm3", key: Buffer.from(SHARED) } } as const;
  const { deps, ...rig } = await openCity({ https: ANY_PORT, keys });
  const url = rig.city.httpsUrl;
  const sign = { alg: "hmac-sm3", key: { file: "shared.key" }, keyId: "gate" };
  return { ...rig, via: "http", make: maker("https", { url, tls: CA, sign }, deps), silent: { hang: nothing } };
};

export const openMqttUplink: OpenUplink = async () => {
  const { deps, ...rig } = await openCity({ mqtt: { ...ANY_PORT, tls: true } });
  const url = rig.city.mqttUrl;
  const pages = () =>
    deps.log.lines.filter(({ message }) => message === "the platform sent something that is no receipt");
  return {
    ...rig,
    via: "mqtt",
    make: maker("mqtt", { url, tls: CA }, deps),
    silent: {
      hang: nothing,
      html: async (items) => {
        while (pages().length < items) await settle();
      },
      "lose-receipts": (items) => recorded(rig.city, items),
    },
  };
};

export const openNatsUplink: OpenUplink = async () => {
  const { deps, ...rig } = await openCity({ nats: { ...ANY_PORT, tls: true } });
  return {
    ...rig,
    via: "nats",
    answersByMessage: true,
    make: maker("nats", { servers: [rig.city.natsUrl], tls: CA }, deps),
    silent: { hang: nothing, "lose-receipts": (items) => recorded(rig.city, items) },
  };
};

export const openSparkplugUplink: OpenUplink = async () => {
  const { deps, ...rig } = await openCity({ mqtt: { ...ANY_PORT, tls: true } });
  const pages = () =>
    deps.log.lines.filter(({ message }) => message === "the platform sent something that is no receipt");
  return {
    ...rig,
    via: "sparkplug",
    make: maker("sparkplug", { servers: [rig.city.mqttUrl], receipt: "host", tls: CA }, deps),
    silent: {
      hang: nothing,
      html: async (items) => {
        while (pages().length < items) await settle();
      },
      "lose-receipts": (items) => recorded(rig.city, items),
    },
  };
};

function recorded(city: City, items: number): Promise<void> {
  const before = city.events.length;
  return city.until(() => city.events.length >= before + items, AbortSignal.timeout(20_000));
}
