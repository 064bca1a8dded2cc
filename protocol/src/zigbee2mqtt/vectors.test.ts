/** Exposes and states as Zigbee2MQTT publishes them, recorded from its own converters. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PointState } from "../points/point-state.ts";
import { readDevices } from "./expose.ts";
import { mapDevice } from "./map-device.ts";
import { pickState } from "./payload.ts";

interface Sample {
  readonly vendor: string;
  readonly model: string;
  readonly description: string;
  readonly categories: readonly string[];
  readonly exposes: readonly object[];
}

interface Recorded {
  readonly vendor: string;
  readonly model: string;
  readonly messages: readonly { readonly published: object }[];
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../vectors/zigbee2mqtt/${name}.json`, import.meta.url), "utf8")) as {
    devices: readonly never[];
  };
const samples: readonly Sample[] = read("sample").devices;
const recorded: readonly Recorded[] = read("states").devices;

const deviceOf = ({ vendor, model, description, exposes }: Sample) => {
  const entry = { ieee_address: "0x0000000000000001", definition: { vendor, model, description, exposes } };
  const [device] = readDevices([entry]) ?? [];
  if (device === undefined) throw new RangeError(`${vendor} ${model} is no device`);
  return device;
};

/** Reading kinds of a device's messages in turn. */
function hear(model: string, messages: readonly object[]): string[][] {
  const sample = samples.find((one) => one.model === model);
  if (sample === undefined) throw new RangeError(`${model} is not among the samples`);
  const mapping = mapDevice(deviceOf(sample));
  const state = new PointState(mapping);
  return messages.map((message, index) => {
    const picked = pickState(JSON.stringify(message), mapping);
    return picked === undefined ? [] : state.hear(picked, index * 1_000).map(({ kind }) => kind);
  });
}

const CLASSES = {
  lock: "lock",
  contact: "contact",
  occupancy: "presence",
  presence: "presence",
  vibration: "contact",
} as const;

describe("samples of devices", () => {
  test.each(samples.map((sample) => [`${sample.vendor} ${sample.model}`, sample] as const))(
    "%s is what it says it is",
    (_, sample) => {
      const { points, unsupported } = mapDevice(deviceOf(sample));
      const kinds = new Set(points.map(({ kind }) => kind));
      const wanted = sample.categories.map((category) => category.split(" ")[0]).filter((word) => word !== "button");
      for (const word of wanted) {
        const kind = CLASSES[word as keyof typeof CLASSES];
        // Its occupancy is its vibration, and it is listed as both.
        if (sample.model === "AV2010/33" && word === "occupancy") continue;
        expect([...kinds], word).toContain(kind);
      }
      expect(kinds.has(undefined) || kinds.size > 0 || unsupported !== undefined).toBe(true);
      if (wanted.length === 0) expect([...kinds]).not.toContain("lock");
    },
  );
});

describe("recorded states", () => {
  const messagesOf = (model: string) =>
    recorded.find((one) => one.model === model)?.messages.map(({ published }) => published) ?? [];

  test("a contact", () => {
    expect(hear("MCCGQ11LM", messagesOf("MCCGQ11LM"))).toEqual([["door.opened"], ["door.closed"]]);
  });

  test("a contact whose battery runs low, told once by the word for it and not by the percentage", () => {
    expect(hear("SNZB-04", messagesOf("SNZB-04"))).toEqual([
      ["door.opened"],
      ["door.closed"],
      ["door.opened", "battery.low"],
      [],
    ]);
  });

  test("a contact with a tamper", () => {
    expect(hear("TS0203", messagesOf("TS0203")).flat()).toEqual([
      "door.opened",
      "tamper.off",
      "tamper.on",
      "door.closed",
      "tamper.off",
    ]);
  });

  test("motion that comes and goes, with readings in between that change nothing", () => {
    expect(hear("9290012607", messagesOf("9290012607"))).toEqual([["presence.on"], ["presence.off"], [], []]);
  });

  test("a lock with actions by radio and by key", () => {
    const messages = messagesOf("YRD226HA2619");
    const told = hear("YRD226HA2619", messages).flat();
    expect(messages.length).toBeGreaterThan(2);
    expect(told.slice(0, 2)).toEqual(["lock.locked", "lock.unlocked"]);
    expect(told.filter((kind, index) => kind.startsWith("lock.") && kind === told[index - 1])).toEqual([]);
  });
});

describe("payloads of nonsense", () => {
  const mapping = mapDevice(deviceOf(samples.find(({ model }) => model === "YRD226HA2619") as Sample));

  test.each(["", "x", "[]", "null", "5", '"text"', `{"state":"${"x".repeat(70_000)}"}`])(
    "%.20s is no state",
    (payload) => {
      expect(pickState(payload, mapping)).toBeUndefined();
    },
  );

  test("only what is asked for is taken out, and nothing of a prototype", () => {
    const payload =
      '{"state":"LOCK","pin_code":{"pin_code":"1234"},"users":{"1":{"pin_code":"1234"}},"constructor":"x","__proto__":{"battery":1}}';
    expect([...(pickState(payload, mapping) ?? [])]).toEqual([["state", "LOCK"]]);
  });

  test("values that are none say nothing", () => {
    const state = new PointState(mapping);
    for (const payload of [
      '{"state":"AJAR"}',
      '{"state":{}}',
      '{"state":null,"battery":"full"}',
      '{"action":"","state":"toString"}',
    ])
      expect(state.hear(pickState(payload, mapping) ?? new Map(), 0)).toEqual([]);
  });
});
