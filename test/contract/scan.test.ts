import {
  createCjt188Meter,
  createDlt645Meter,
  createModbusCounter,
  createOsdpReader,
  type SimDevice,
  shareLine,
} from "@gatehouse/device-sim";
import { FakeClock, Random } from "@gatehouse/protocol/testing";
import { runScan, type ScanResult, scannersFor } from "gatehouse";
import { linePair, MemoryLog } from "gatehouse/testing";
import { expect, test } from "vitest";

const ADDRESS = { kind: "serial", path: "/dev/pair", baud: 9600, parity: "none", dataBits: 8, stopBits: 1 } as const;

/** A scan of a line on which these devices live at these rates, in virtual time. */
async function scan(
  protocols: readonly string[],
  devices: Readonly<Record<number, readonly SimDevice[]>>,
  options: { readonly bauds?: readonly number[]; readonly thorough?: boolean } = {},
) {
  const clock = new FakeClock();
  const notes: number[] = [];
  let done = false;
  const result = runScan(
    {
      address: ADDRESS,
      scanners: scannersFor(protocols, ADDRESS),
      thorough: false,
      ...options,
      clock,
      log: new MemoryLog(),
      onProgress: (share) => notes.push(share),
      open: async ({ baud, parity }) => {
        const { line, far } = await linePair(clock, { link: `serial:/dev/pair?baud=${baud}&parity=${parity}` });
        const shared = shareLine(far, devices[baud] ?? [], { clock, characterMs: line.characterMs });
        void line.lost.then(() => shared.stop());
        return line;
      },
    },
    new AbortController().signal,
  ).finally(() => {
    done = true;
  });
  result.catch(() => {});
  while (!done) await clock.advance(1_000);
  expect(notes.every((share, i) => share >= 0 && share <= 1 && share >= (notes[i - 1] ?? 0))).toBe(true);
  return result;
}

const found = ({ discoveries }: ScanResult) =>
  discoveries.map(({ protocol, address: { baud, parity }, devices }) => ({
    protocol,
    baud,
    parity,
    keys: devices.map(({ keys }) => keys),
  }));

const meter = (address: string, index = 0) =>
  createDlt645Meter({ id: address, address, wh: 1_206_420 + index }, new Random(address));

test("a bus of 32 meters with consecutive numbers is found whole", async () => {
  const meters = Array.from({ length: 32 }, (_, i) => meter(String(202_311_000_100 + i)));
  const result = await scan(["dlt645"], { 2400: meters });
  expect(found(result)).toEqual([
    {
      protocol: "dlt645",
      baud: 2400,
      parity: "even",
      keys: expect.arrayContaining(meters.map(({ id }) => ({ kind: "energy-meter", address: id }))),
    },
  ]);
  expect(result.discoveries[0]?.devices).toHaveLength(32);
  expect(result.remarks).toEqual([]);
  console.log(`32 meters with consecutive numbers at 2,400 baud: ${Math.round(result.seconds)} s on the line`);
  expect(result.seconds).toBeLessThan(120);
});

test("a bus of 32 meters with any numbers is found whole", async () => {
  const random = new Random("any");
  const meters = Array.from({ length: 32 }, () =>
    meter(String(random.int(100_000_000, 999_999_999)).padStart(12, "0")),
  );
  const result = await scan(["dlt645"], { 2400: meters });
  expect(result.discoveries[0]?.devices.map(({ keys }) => keys["address"]).sort()).toEqual(
    meters.map(({ id }) => id).sort(),
  );
  console.log(`32 meters with any numbers at 2,400 baud: ${Math.round(result.seconds)} s on the line`);
});

test("one meter at another rate, or of the 1997 edition, is found", async () => {
  const one = await scan(["dlt645"], { 9600: [meter("202311000123")] });
  expect(found(one)).toMatchObject([{ baud: 9600, keys: [{ address: "202311000123" }] }]);
  expect(one.discoveries[0]?.devices[0]?.about).toBe("electricity meter, 1206.42 kWh");
  expect(one.tried).toEqual(["dlt645 at 2400", "dlt645 at 9600"]);
  const old = createDlt645Meter({ id: "old", address: "000000004711", edition: "1997" }, new Random(1));
  const result = await scan(["dlt645"], { 2400: [old] });
  expect(found(result)).toMatchObject([{ keys: [{ address: "000000004711", edition: "1997" }] }]);
});

test("water meters are found in the order and under the type they answer to", async () => {
  const water = createCjt188Meter({ id: "w", address: "78330011223344", order: "1F-90", litres: 5_010 }, new Random(1));
  const one = await scan(["cjt188"], { 2400: [water] });
  expect(found(one)).toMatchObject([
    { keys: [{ kind: "water-meter", address: "78330011223344", type: "cold-water", order: "1F-90" }] },
  ]);
  const several = ["78330011223344", "78330011223345", "78330011223399"].map((address) =>
    createCjt188Meter({ id: address, address, partialWildcards: true }, new Random(address)),
  );
  expect((await scan(["cjt188"], { 2400: several })).discoveries[0]?.devices).toHaveLength(3);
});

test("water meters that know no partial wildcards are said to be there", async () => {
  const meters = [1, 2, 3, 4].map((i) =>
    createCjt188Meter({ id: `w${i}`, address: `7833001122334${i}` }, new Random(i)),
  );
  const result = await scan(["cjt188"], { 2400: meters });
  expect(result.remarks.join("\n")).toMatch(/several meters answer at once and know no narrower wildcards/);
});

test("32 readers are found at the rate they speak, and two at one address are told of", async () => {
  const readers = Array.from({ length: 32 }, (_, address) =>
    createOsdpReader({ id: `r${address}`, address, serial: 1_000 + address }, new Random(address)),
  );
  const result = await scan(["osdp"], { 115200: readers });
  expect(found(result)).toMatchObject([{ protocol: "osdp", baud: 115_200, parity: "none" }]);
  expect(result.discoveries[0]?.devices.map(({ keys }) => keys["address"])).toEqual(readers.map((_, i) => i));
  expect(result.discoveries[0]?.devices[5]?.about).toContain("serial 1005");
  console.log(`32 readers at 115,200 baud: ${Math.round(result.seconds)} s on the line`);
  const twins = [1, 2].map((i) => createOsdpReader({ id: `t${i}`, address: 7, serial: i }, new Random(i)));
  const doubled = await scan(["osdp"], { 9600: twins }, { bauds: [9600] });
  expect(doubled.remarks.join("\n")).toContain("at address 7 answers are damaged");
});

test("Modbus units are found, those that refuse too", async () => {
  const units = [3, 200].map((unit) => createModbusCounter({ id: `u${unit}`, unit }, new Random(unit)));
  const result = await scan(["modbus"], { 9600: units });
  expect(result.discoveries[0]?.devices.map(({ keys }) => keys["unit"])).toEqual([3, 200]);
  console.log(`Modbus units 1 to 247 at 9,600 baud: ${Math.round(result.seconds)} s on the line`);
});

test("a silent line gives nothing, after every protocol and rate", async () => {
  const result = await scan(["osdp", "dlt645", "cjt188", "modbus"], {});
  expect(result.discoveries).toEqual([]);
  expect(result.tried).toHaveLength(6 + 4 + 2 + 2);
  console.log(`a silent line, every protocol at its usual rates: ${Math.round(result.seconds)} s`);
});
