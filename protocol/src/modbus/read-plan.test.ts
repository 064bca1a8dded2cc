import fc from "fast-check";
import { expect, test } from "vitest";
import { planReads, valuesOf } from "./read-plan.ts";
import { amountOf, type NumberRegister, RegisterMap } from "./register-map.ts";
import { encodeRegisters, REGISTER_TYPES, wordsOf } from "./register-value.ts";

const mapOf = (registers: readonly object[], rest: object = {}) => RegisterMap.parse({ name: "m", registers, ...rest });
const energy = (address: number, more: object = {}) => ({
  id: `e${address}`,
  function: 3,
  address,
  type: "u32",
  unit: "kWh",
  reads: "meter.energyWh",
  ...more,
});
const blocksOf = (map: RegisterMap) =>
  planReads(map).map(({ function: code, start, quantity }) => [code, start, quantity]);

test("registers that lie together are one request, others are others", () => {
  expect(blocksOf(mapOf([energy(4), energy(0), energy(2)]))).toEqual([[3, 0, 6]]);
  expect(blocksOf(mapOf([energy(0), energy(3)]))).toEqual([
    [3, 0, 2],
    [3, 3, 2],
  ]);
  expect(blocksOf(mapOf([energy(0), energy(2, { function: 4, id: "x" })]))).toEqual([
    [3, 0, 2],
    [4, 2, 2],
  ]);
});

test("a bridge reads a few unused ones along, a limit ends a request", () => {
  expect(blocksOf(mapOf([energy(0), energy(14)], { bridge: 12 }))).toEqual([[3, 0, 16]]);
  expect(blocksOf(mapOf([energy(0), energy(2), energy(4)], { maxRead: 4 }))).toEqual([
    [3, 0, 4],
    [3, 4, 2],
  ]);
});

test("bits are counted as bits, and those of a register from its lowest", () => {
  const coils = mapOf([{ id: "in", function: 2, address: 0, type: "bits", count: 8 }]);
  expect(blocksOf(coils)).toEqual([[2, 0, 8]]);
  const words = mapOf([{ id: "in", function: 3, address: 32, type: "bits", count: 18 }]);
  const [block] = planReads(words);
  if (block === undefined) throw new RangeError("no block");
  expect([block.start, block.quantity]).toEqual([32, 2]);
  const [value] = valuesOf(block, words, [0x0005, 0x0002]);
  if (value === undefined || !("bits" in value)) throw new RangeError("no bits");
  expect(value.bits.flatMap((bit, i) => (bit ? [i] : []))).toEqual([0, 2, 17]);
});

test("every value comes out of its block, whatever the map", () => {
  const register = fc.record({ type: fc.constantFrom(...REGISTER_TYPES), address: fc.integer({ min: 0, max: 300 }) });
  fc.assert(
    fc.property(fc.array(register, { minLength: 1, maxLength: 30 }), fc.integer({ min: 0, max: 8 }), (all, bridge) => {
      const registers = all.map(({ type, address }, i) => energy(address, { id: `r${i}`, type }));
      const map = mapOf(registers, { bridge, maxRead: 60 });
      const memory = (address: number) => (address * 257) % 10;
      const found = planReads(map).flatMap((block) => {
        expect(block.quantity).toBeLessThanOrEqual(60);
        return valuesOf(
          block,
          map,
          Array.from({ length: block.quantity }, (_, i) => memory(block.start + i)),
        );
      });
      expect(found.map(({ register }) => register.id).sort()).toEqual(map.registers.map(({ id }) => id).sort());
      for (const value of found) {
        if ("bits" in value || value.raw === undefined || value.register.type === "float32") continue;
        const { type, address } = value.register;
        const words = Array.from({ length: wordsOf(type) }, (_, i) => memory(address + i));
        expect(encodeRegisters(value.raw, { type, byteOrder: "big", wordOrder: "big" })).toEqual(words);
      }
    }),
  );
});

test("amounts come in Wh, W, litres and persons, exactly", () => {
  const amount = (register: object, raw: number | undefined) =>
    amountOf(mapOf([register]).registers[0] as NumberRegister, raw);
  expect(amount(energy(0, { scale: 0.01 }), 7_133)).toBe(71_330);
  expect(amount(energy(0, { scale: 0.1, unit: "MWh" }), 3)).toBe(300_000);
  expect(amount(energy(0, { unit: "kW", type: "float32", reads: "meter.powerW" }), 0.5)).toBe(500);
  expect(amount(energy(0, { unit: "m3", reads: "meter.waterL", scale: 0.001 }), 1_234_567)).toBe(1_234_567);
  expect(amount(energy(0, { absent: [0xffff_ffff] }), 0xffff_ffff)).toBeUndefined();
  expect(amount(energy(0), undefined)).toBeUndefined();
});

test("the answer of a real DDS238 is read as its owner read it", () => {
  const answer = [0, 7133, 513, 0, 0, 0, 0, 0, 0, 2399, 0, 4733, 2306, 62, 132];
  const map = mapOf([energy(0, { scale: 0.01 }), energy(14, { type: "i16", unit: "W", reads: "meter.powerW" })], {
    bridge: 16,
  });
  const [block, ...others] = planReads(map);
  expect(others).toEqual([]);
  if (block === undefined) throw new RangeError("no block");
  const amounts = valuesOf(block, map, answer).map((value) =>
    "raw" in value ? amountOf(value.register, value.raw) : null,
  );
  expect(amounts).toEqual([71_330, 132]);
});
