import { parseDiscoveryTopic } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import { MAX_ALL_BYTES, MAX_ENTITIES, Register } from "./register.ts";

function announce(register: Register, index: number, filler: number): string | undefined {
  const topic = `homeassistant/binary_sensor/s${index}/config`;
  const place = parseDiscoveryTopic("homeassistant", topic);
  if (place === undefined) throw new RangeError(topic);
  return register.take(
    topic,
    place,
    filler < 0
      ? ""
      : JSON.stringify({ uniq_id: `s${index}`, stat_t: `t/${index}`, dev_cla: "motion", name: "x".repeat(filler) }),
  );
}

test("all announcements together are bounded, and what is withdrawn makes room", () => {
  const register = new Register();
  let taken = 0;
  while (announce(register, taken, 100_000) === undefined) taken += 1;
  expect(taken).toBeLessThanOrEqual(MAX_ALL_BYTES / 100_000);
  expect(announce(register, 1_000, 100_000)).toContain("8 MB of announcements");
  expect(announce(register, 0, -1)).toBeUndefined();
  expect(announce(register, 1_000, 100_000)).toBeUndefined();
});

test("a known device is announced anew when strangers have filled all room, and keeps what it said where that does not fit", () => {
  const register = new Register();
  expect(announce(register, 0, 1_000)).toBeUndefined();
  let filler = 100_000;
  for (let index = 1; filler > 500; index += 1) if (announce(register, index, filler) !== undefined) filler /= 2;
  expect(announce(register, 0, 900)).toBeUndefined();
  const named = () => [...register.stateOf("t/0")].map(({ entity }) => entity.name);
  const before = named();
  expect(before).toHaveLength(1);
  expect(announce(register, 0, 10_000)).toContain("8 MB of announcements");
  expect(named()).toEqual(before);
  expect(announce(register, 0, -1)).toBeUndefined();
  expect(named()).toEqual([]);
});

test("a device with more entities than there is room for leaves nothing behind", () => {
  const register = new Register();
  const topic = "homeassistant/device/d/config";
  const place = parseDiscoveryTopic("homeassistant", topic);
  if (place === undefined) throw new RangeError(topic);
  const device = (count: number) => {
    const components = Array.from({ length: count }, (_, n) => [
      `c${n}`,
      { p: "binary_sensor", dev_cla: "motion", stat_t: `d/${n}` },
    ]);
    return register.take(topic, place, JSON.stringify({ dev: { ids: "d" }, cmps: Object.fromEntries(components) }));
  };
  expect(device(2)).toBeUndefined();
  for (let index = 0; register.all.length < MAX_ENTITIES - 1; index += 1) announce(register, index, 1);
  expect(device(4)).toContain("entities");
  expect(register.all).toHaveLength(MAX_ENTITIES - 1);
  expect(register.topics.size).toBe(MAX_ENTITIES - 1);
  expect(device(3)).toBeUndefined();
});
