import {
  type Cjt188MeterOptions,
  createCjt188Meter,
  createDlt645Meter,
  type Dlt645MeterOptions,
  withFaults,
} from "@gatehouse/device-sim";
import { describeCjt188, describeDlt645 } from "@gatehouse/protocol";
import { FakeClock, Random } from "@gatehouse/protocol/testing";
import { memoryVault } from "gatehouse/testing";
import { afterEach, describe, expect, it } from "vitest";
import { type MeterRig, type MeterRigOptions, openMeterRig } from "../support/meter-rig.ts";

const PERIOD_MS = 300_000;
const SECOND_MS = 1_000;
const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function open(options: MeterRigOptions): Promise<MeterRig> {
  const rig = await openMeterRig(options);
  ends.push(rig.close);
  return rig;
}

const electric = (options: Partial<Dlt645MeterOptions> = {}) =>
  createDlt645Meter({ id: "e-1", address: "202311000123", wh: 1_206_420, ...options }, new Random(options.id ?? "e-1"));
const water = (options: Partial<Cjt188MeterOptions> = {}) =>
  createCjt188Meter(
    { id: "w-1", address: "78330011223344", litres: 5_010, ...options },
    new Random(options.id ?? "w-1"),
  );

describe("electricity meters", () => {
  const one = { "meter-1": { address: "202311000123" } };

  it("tell their energy and their power, every period", async () => {
    const meter = electric();
    const rig = await open({ type: "dlt645", meters: [meter], devices: one });
    await rig.clock.advance(5 * SECOND_MS);
    expect(rig.readings).toEqual([
      { device: "meter-1", kind: "meter.energyWh", value: 1_206_420 },
      { device: "meter-1", kind: "meter.powerW", value: 0 },
      { device: "meter-1", kind: "device.online" },
    ]);
    meter.act({ kind: "use", wh: 100 }, rig.clock.monoMs());
    await rig.clock.advance(PERIOD_MS);
    expect(rig.values("meter.energyWh")).toEqual([1_206_420, 1_206_520]);
    expect(rig.values("meter.powerW")).toEqual([0, 100]);
    expect(rig.refused).toEqual([]);
  });

  it("of a whole staircase share a line, one of them dead, one of the old edition", async () => {
    const count = 32;
    const meters = Array.from({ length: count }, (_, i) =>
      electric({
        id: `e-${i}`,
        address: `20231100${String(i).padStart(4, "0")}`,
        wh: 1_000 * i,
        edition: i === 5 ? "1997" : "2007",
      }),
    );
    meters[7]?.act({ kind: "power", ok: false }, 0);
    const devices = Object.fromEntries(
      Array.from({ length: count }, (_, i) => [
        `meter-${i}`,
        { address: `20231100${String(i).padStart(4, "0")}`, ...(i === 5 ? { edition: "1997" } : {}) },
      ]),
    );
    const rig = await open({ type: "dlt645", meters, devices });
    await rig.clock.advance(120 * SECOND_MS);
    const heard = new Map(
      rig.readings.flatMap((r) =>
        "value" in r && "device" in r && "kind" in r && r.kind === "meter.energyWh" ? [[r.device, r.value]] : [],
      ),
    );
    expect(heard.size).toBe(count - 1);
    expect(heard.get("meter-5")).toBe(5_000);
    expect(rig.readings).toContainEqual({ device: "meter-7", kind: "device.offline" });
    meters[7]?.act({ kind: "power", ok: true }, 0);
    await rig.clock.advance(90 * SECOND_MS);
    expect(rig.readings).toContainEqual({ device: "meter-7", kind: "device.online" });
    expect(rig.readings.filter((r) => "kind" in r && r.kind === "device.offline")).toHaveLength(1);
  });

  it("are asked for nothing but readings", async () => {
    const said: string[] = [];
    const rig = await open({ type: "dlt645", meters: [], devices: one, config: { preamble: 0 } });
    rig.far.onBytes((bytes) => said.push(describeDlt645(bytes, "tx")));
    await rig.clock.advance(10 * SECOND_MS);
    expect(said.length).toBeGreaterThan(2);
    expect([...new Set(said)]).toEqual(["202311000123: read forward active energy, total"]);
    const unlock = { id: "c", action: "unlock" as const, notAfter: "2099-01-01T00:00:00Z" };
    await expect(rig.driver.command("meter-1", unlock, new AbortController().signal)).rejects.toMatchObject({
      name: "RejectedError",
    });
  });

  it("with long answers send them in parts, and voltage and current go to the log alone", async () => {
    const meter = electric({ partBytes: 4, phases: 1, absent: "00" });
    const keys = { address: "202311000123", items: ["energy", "voltage", "current"] };
    const rig = await open({ type: "dlt645", meters: [meter], devices: { "meter-1": keys } });
    await rig.clock.advance(10 * SECOND_MS);
    expect(rig.values("meter.energyWh")).toEqual([1_206_420]);
    const diagnostics = rig.log.lines.filter(({ message }) => message === "meter diagnostics");
    expect(diagnostics).toMatchObject([
      { fields: { voltage: [expect.closeTo(220, -1), null, null] } },
      { fields: { current: [null, null, null] } },
    ]);
    expect(rig.readings.map((reading) => "kind" in reading && reading.kind)).toEqual([
      "meter.energyWh",
      "device.online",
    ]);
  });

  it("behind current transformers are multiplied, and one that feeds back has a negative power", async () => {
    const meter = electric({ wh: 1_000 });
    meter.act({ kind: "use", wh: -250 }, 0);
    const keys = { address: "202311000123", ratio: 30, maxKW: 1_000 };
    const rig = await open({ type: "dlt645", meters: [meter], devices: { "meter-1": keys } });
    await rig.clock.advance(5 * SECOND_MS);
    expect([rig.values("meter.energyWh"), rig.values("meter.powerW")]).toEqual([[30_000], [-7_500]]);
  });

  it("that send no digits, or refuse, are recorded with the reason, and nothing of it becomes a reading", async () => {
    const meter = electric();
    const rig = await open({ type: "dlt645", meters: [meter], devices: one });
    await rig.clock.advance(5 * SECOND_MS);
    meter.faults.add("garbage");
    await rig.clock.advance(PERIOD_MS);
    expect(rig.refused).toEqual([
      "energy: forward active energy, total: 0c0b0a09 is no number",
      "power: active power, total: 0c0b0a is no number",
    ]);
    meter.faults.clear();
    meter.faults.add("refuse");
    await rig.clock.advance(PERIOD_MS);
    expect(rig.refused.slice(2)).toEqual([
      "energy: meter 202311000123 refuses 00010000: no such data",
      "power: meter 202311000123 refuses 02030000: no such data",
    ]);
    expect(rig.values("meter.energyWh")).toEqual([1_206_420]);
    expect(rig.readings).not.toContainEqual({ device: "meter-1", kind: "device.offline" });
  });

  it("whose total runs back are not believed until it stays so; then they count anew", async () => {
    const meter = electric();
    const rig = await open({ type: "dlt645", meters: [meter], devices: one });
    await rig.clock.advance(5 * SECOND_MS);
    meter.faults.add("counter-wrap");
    await rig.clock.advance(PERIOD_MS);
    expect(rig.refused).toEqual(["energy: total ran back, from 1206420 to 6420"]);
    meter.faults.clear();
    await rig.clock.advance(PERIOD_MS);
    expect(rig.values("meter.energyWh")).toEqual([1_206_420, 1_206_420]);
    meter.faults.add("counter-wrap");
    await rig.clock.advance(4 * PERIOD_MS);
    expect(rig.readings.filter((r) => "kind" in r && r.kind === "meter.energyWh").slice(2)).toEqual([
      { device: "meter-1", kind: "meter.energyWh", value: 6_420, epoch: 1 },
      { device: "meter-1", kind: "meter.energyWh", value: 6_420, epoch: 1 },
    ]);
    expect(rig.refused).toHaveLength(3);
  });

  it("replaced while the gateway was off are found out by what the vault remembers", async () => {
    const vault = memoryVault();
    const clock = new FakeClock();
    const both = { "meter-0": { address: "202311000099" }, ...one };
    const meters = [electric({ id: "e-0", address: "202311000099" }), electric()];
    const before = await open({ type: "dlt645", meters, devices: both, vault, clock });
    await clock.advance(5 * SECOND_MS);
    await before.close();
    const after = await open({ type: "dlt645", meters: [electric({ wh: 88_000_000 })], devices: one, vault, clock });
    await clock.advance(5 * SECOND_MS);
    expect(after.refused).toEqual(["energy: total ran ahead further than can be, from 1206420 to 88000000"]);
    await clock.advance(3 * PERIOD_MS);
    expect(after.readings).toContainEqual({ device: "meter-1", kind: "meter.energyWh", value: 88_000_000, epoch: 1 });
  });

  it("that answer under another address are strangers, and the right one is offline", async () => {
    const meter = electric();
    meter.faults.add("wrong-address");
    const rig = await open({ type: "dlt645", meters: [meter], devices: one });
    await rig.clock.advance(60 * SECOND_MS);
    expect(rig.values("meter.energyWh")).toEqual([]);
    expect(rig.readings).toEqual([{ device: "meter-1", kind: "device.offline" }]);
  });

  it("on a noisy line are read all the same", async () => {
    const meters = [1, 2, 3].map((i) => electric({ id: `e-${i}`, address: `20231100012${i}`, wh: 1_000 * i }));
    const noisy = meters.map((meter) =>
      withFaults(meter, ["noise", "drop", "duplicate", "slow"], new Random(meter.id), meter.own),
    );
    const devices = Object.fromEntries(
      [1, 2, 3].map((i) => [`meter-${i}`, { address: `20231100012${i}`, periodSeconds: 10 }]),
    );
    const rig = await open({ type: "dlt645", meters: noisy, devices });
    await rig.clock.advance(600 * SECOND_MS);
    for (const i of [1, 2, 3]) {
      const totals = rig.readings.filter(
        (r) => "device" in r && r.device === `meter-${i}` && "kind" in r && r.kind === "meter.energyWh",
      );
      expect(totals.length).toBeGreaterThan(10);
      expect(new Set(totals.map((r) => "value" in r && r.value))).toEqual(new Set([1_000 * i]));
    }
  });

  it("end the run when the line is lost", async () => {
    const rig = await open({ type: "dlt645", meters: [electric()], devices: one });
    await rig.clock.advance(SECOND_MS);
    rig.far.unplug();
    await rig.clock.advance(SECOND_MS);
    await expect(rig.ended).rejects.toMatchObject({ name: "LinkError" });
    expect(rig.far.closed).toBe(1);
  });
});

describe("water meters", () => {
  const one = { "water-1": { address: "78330011223344" } };

  it.each([
    { order: "90-1F", unit: "m3", litres: 5_010, expected: 5_010 },
    { order: "1F-90", unit: "m3", litres: 5_019, expected: 5_010 },
    { order: "both", unit: "L", litres: 123.45, expected: 123.45 },
  ] as const)("that take $order tell litres out of $unit", async ({ order, unit, litres, expected }) => {
    const rig = await open({ type: "cjt188", meters: [water({ order, unit, litres })], devices: one });
    await rig.clock.advance(10 * SECOND_MS);
    await rig.clock.advance(PERIOD_MS);
    expect(rig.values("meter.waterL")).toEqual([expected, expected]);
    expect(rig.readings).toContainEqual({ device: "water-1", kind: "device.online" });
    expect(rig.refused).toEqual([]);
  });

  it("are asked for nothing but their totals, in the order they answer to", async () => {
    const meter = water({ order: "1F-90" });
    const said: string[] = [];
    const rig = await open({ type: "cjt188", meters: [meter], devices: one });
    rig.far.onBytes((bytes) => {
      said.push(describeCjt188(bytes, "tx"));
      for (const answer of meter.hear(bytes, rig.clock.monoMs()))
        rig.clock.after(answer.afterMs, () => rig.far.say(answer.bytes));
    });
    await rig.clock.advance(10 * SECOND_MS);
    await rig.clock.advance(PERIOD_MS);
    expect(said.map((text) => text.replace(/serial \d+/, ""))).toEqual([
      "cold water 78330011223344: read 901F (sent 90-1F), ",
      "cold water 78330011223344: read 901F (sent 1F-90), ",
      "cold water 78330011223344: read 901F (sent 1F-90), ",
      "cold water 78330011223344: read 901F (sent 1F-90), ",
    ]);
  });

  it("with a battery that is low from the start say so with their first total", async () => {
    const meter = water();
    meter.act({ kind: "power", ok: false }, 0);
    const rig = await open({ type: "cjt188", meters: [meter], devices: one });
    await rig.clock.advance(10 * SECOND_MS);
    expect(rig.readings.map((r) => "kind" in r && r.kind)).toEqual(["battery.low", "meter.waterL", "device.online"]);
  });

  it("say once that their battery is low, wherever their maker keeps the bit", async () => {
    const meter = water({ profile: "high-bits" });
    const devices = { "water-1": { address: "78330011223344", profile: "high-bits" } };
    const rig = await open({ type: "cjt188", meters: [meter], devices });
    await rig.clock.advance(10 * SECOND_MS);
    meter.act({ kind: "power", ok: false }, 0);
    await rig.clock.advance(3 * PERIOD_MS);
    expect(rig.readings.filter((r) => "kind" in r && r.kind === "battery.low")).toHaveLength(1);
  });

  it("of heat tell their energy", async () => {
    const meter = water({ type: 0x20, wh: 54_427_880 });
    const devices = { "water-1": { address: "78330011223344", type: "heat" } };
    const rig = await open({ type: "cjt188", meters: [meter], devices });
    await rig.clock.advance(10 * SECOND_MS);
    expect(rig.values("meter.energyWh")).toEqual([54_427_880]);
  });

  it("without a total, with no digits, or that refuse are recorded with the reason", async () => {
    const meter = water();
    const rig = await open({ type: "cjt188", meters: [meter], devices: one });
    await rig.clock.advance(10 * SECOND_MS);
    for (const fault of ["absent", "garbage", "refuse"] as const) {
      meter.faults.clear();
      meter.faults.add(fault);
      await rig.clock.advance(PERIOD_MS);
    }
    expect(rig.refused).toEqual([
      "totals: the meter has no total",
      "totals: 0C0B0A09 is no number",
      "totals: meter 78330011223344 refuses its totals: status 0200",
    ]);
    expect(rig.values("meter.waterL")).toEqual([5_010]);
  });
});
