import { FakeClock, Random } from "@gatehouse/protocol/testing";
import { describe, expect, it } from "vitest";
import type { SimDevice } from "./device.ts";
import { type Fault, type OwnFaults, withFaults } from "./faulty.ts";
import { shareLine, type Wire } from "./shared-line.ts";

/** Answers every byte that is its address with the address and 55. */
const echo = (address: number, afterMs = 10): SimDevice => ({
  id: `d${address}`,
  hear: (bytes) => (bytes.includes(address) ? [{ afterMs, bytes: Uint8Array.of(address, 0x55) }] : []),
  act: () => {},
});

function setUp(devices: readonly SimDevice[], characterMs = 0) {
  const clock = new FakeClock();
  const heard: { readonly atMs: number; readonly bytes: readonly number[] }[] = [];
  let ask: (bytes: Uint8Array) => void = () => {};
  const wire: Wire = {
    onBytes: (listener) => {
      ask = listener;
    },
    say: (bytes) => void heard.push({ atMs: clock.monoMs(), bytes: [...bytes] }),
  };
  const line = shareLine(wire, devices, { clock, characterMs });
  return { clock, heard, line, ask: (...bytes: readonly number[]) => ask(Uint8Array.from(bytes)) };
}

describe("devices on one line", () => {
  it("answer in the time the rate allows", async () => {
    const set = setUp([echo(1), echo(2)], 1);
    set.ask(2, 0, 0);
    await set.clock.advance(100);
    expect(set.heard).toEqual([{ atMs: 3 + 10 + 2, bytes: [2, 0x55] }]);
    set.line.stop();
    expect(set.clock.waiting).toBe(0);
  });

  it("garble each other when two answer at once, and not when they answer in turn", async () => {
    const set = setUp([echo(0x31), echo(0x52, 11)], 1);
    set.ask(0x31, 0x52);
    await set.clock.advance(100);
    expect(set.heard.map(({ bytes }) => bytes)).toEqual([[0x31, 0x55 & 0x52, 0x55]]);
    set.heard.length = 0;
    set.ask(0x31);
    set.ask(0x52);
    await set.clock.advance(100);
    expect(set.heard).toHaveLength(1);
    set.heard.length = 0;
    set.ask(0x31);
    await set.clock.advance(20);
    set.ask(0x52);
    await set.clock.advance(100);
    expect(set.heard.map(({ bytes }) => bytes)).toEqual([
      [0x31, 0x55],
      [0x52, 0x55],
    ]);
    set.line.stop();
  });

  it("say what they say unasked", async () => {
    const speaker: SimDevice = {
      id: "radar",
      hear: () => [],
      tick: (nowMs) => (nowMs % 100 === 0 ? [Uint8Array.of(7)] : []),
      act: () => {},
    };
    const set = setUp([speaker]);
    await set.clock.advance(1_000);
    expect(set.heard).toHaveLength(11);
    set.line.devices.delete(speaker);
    await set.clock.advance(1_000);
    expect(set.heard).toHaveLength(11);
    set.line.stop();
  });
});

describe("a faulty device", () => {
  const run = async (faults: readonly Fault[], own: OwnFaults = {}) => {
    const device = withFaults(echo(1), faults, new Random(5), own);
    const set = setUp([device]);
    for (let i = 0; i < 200; i++) {
      set.ask(1);
      await set.clock.advance(50);
    }
    await set.clock.advance(1_000);
    set.line.stop();
    return { heard: set.heard, device };
  };
  const whole = (heard: readonly { readonly bytes: readonly number[] }[]) =>
    heard.filter(({ bytes }) => bytes.length === 2 && bytes[0] === 1 && bytes[1] === 0x55).length;

  it("does what the name says", async () => {
    expect(whole((await run([])).heard)).toBe(200);
    expect((await run(["mute"])).heard).toEqual([]);
    const { heard: dropped } = await run(["drop"]);
    expect(dropped.length).toBeGreaterThan(100);
    expect(dropped.length).toBeLessThan(180);
    const { heard: doubled } = await run(["duplicate"]);
    expect(doubled.length).toBeGreaterThan(220);
    const { heard: noisy } = await run(["noise"]);
    expect(noisy).toHaveLength(200);
    expect(whole(noisy)).toBeLessThan(180);
    const { heard: slow } = await run(["slow"]);
    expect(slow[0]?.atMs).toBeGreaterThan(250);
    const { heard: babbling } = await run(["babble"]);
    expect(babbling.length).toBeGreaterThan(500);
  });

  it("is the same for the same seed", async () => {
    expect((await run(["noise", "drop", "slow"])).heard).toEqual((await run(["noise", "drop", "slow"])).heard);
  });

  it("suffers its own faults where it has them, and is silent while it reboots", () => {
    const suffered: string[] = [];
    const device = withFaults(echo(1), [], new Random(1), { reboot: (on) => void suffered.push(`reboot ${on}`) });
    expect(device.set("wrong-key", true, 0)).toBe(false);
    expect(device.set("reboot", true, 0)).toBe(true);
    expect(device.hear(Uint8Array.of(1), 1_999)).toEqual([]);
    expect(device.hear(Uint8Array.of(1), 2_000)).toHaveLength(1);
    expect(suffered).toEqual(["reboot true"]);
  });
});
