import { parseDiscoveryTopic } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import { MAX_ALL_BYTES, Register } from "./register.ts";

function announce(register: Register, index: number, filler: number): string | undefined {
  const topic = `homeassistant/sensor/s${index}/config`;
  const place = parseDiscoveryTopic("homeassistant", topic);
  if (place === undefined) throw new RangeError(topic);
  return register.take(
    topic,
    place,
    filler < 0 ? "" : JSON.stringify({ uniq_id: `s${index}`, stat_t: `t/${index}`, name: "x".repeat(filler) }),
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
