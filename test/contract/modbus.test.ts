/** The Modbus driver against simulated devices with real bytes, over TCP and a pseudo-terminal. */
import {
  createDds238,
  createDdsu666,
  createModbusCounter,
  createModbusIo,
  createModbusTurnstile,
  openPty,
  type SimDevice,
  serveTcp,
  shareLine,
  withFaults,
} from "@gatehouse/device-sim";
import { LinkError, systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { afterEach, describe, expect, test } from "vitest";
import { type ModbusDeviceKeys, type ModbusRigOptions, runModbus, until } from "../support/modbus-rig.ts";

const ends: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const random = () => new Random(7);

async function onTcp(devices: readonly SimDevice[]) {
  const far = await serveTcp();
  const line = shareLine(far, devices, { clock: systemClock });
  ends.push(
    () => far.close(),
    () => line.stop(),
  );
  return { far, line, link: `tcp:127.0.0.1:${far.port}` };
}

function start(options: ModbusRigOptions) {
  const rig = runModbus(options);
  ends.push(() => rig.stop());
  return rig;
}

const counterKeys: ModbusDeviceKeys = {
  id: "count-1",
  kind: "counter",
  unit: 5,
  map: "people-counter",
  periodSeconds: 0.1,
};
const ioKeys: ModbusDeviceKeys = {
  id: "lock-1",
  kind: "lock",
  unit: 3,
  map: "io-8ch",
  periodSeconds: 0.1,
  inputs: [
    { input: 1, as: "door" },
    { input: 2, as: "tamper" },
    { input: 3, as: "mains", inverted: true },
    { input: 4, as: "fire" },
    { input: 5, as: "panic" },
    { input: 6, as: "input", portal: "door-2" },
  ],
  lock: { output: 1, pulseSeconds: 0.4 },
};
const command = (action: "unlock" | "lock" | "output" | "text", args?: Record<string, unknown>, aheadMs = 5_000) => ({
  id: "cmd-1",
  action,
  notAfter: new Date(systemClock.nowMs() + aheadMs).toISOString(),
  ...(args === undefined ? {} : { args }),
});
const signal = new AbortController().signal;

describe.each(["rtu", "tcp"] as const)("a people counter over %s", (mode) => {
  test("its totals come, and every person once", async () => {
    const counter = createModbusCounter({ id: "c", unit: 5, mode, in: 100, out: 90 }, random());
    const { link } = await onTcp([counter]);
    const rig = start({ link, mode, devices: [counterKeys] });
    await until("the first totals", () => rig.of("count.totals").length === 1);
    expect(rig.readings[0]).toMatchObject({ device: "count-1", kind: "count.totals", value: { in: 100, out: 90 } });
    counter.act({ kind: "pass", direction: "in" }, 0);
    counter.act({ kind: "pass", direction: "in" }, 0);
    counter.act({ kind: "pass", direction: "out" }, 0);
    await until("the next", () => rig.of("count.totals").length === 2);
    expect(rig.readings.at(-1)?.value).toEqual({ in: 102, out: 91 });
    await systemClock.sleep(300);
    expect(rig.of("count.totals")).toHaveLength(2);
  });
});

describe("a people counter that does not run on", () => {
  async function counting(bits: 16 | 32) {
    const counter = createModbusCounter({ id: "c", unit: 5, in: 400, out: 300, bits }, random());
    const { link, far } = await onTcp([counter]);
    const map = bits === 16 ? "gauger" : "people-counter";
    const options = { link, mode: "rtu" as const, devices: [{ ...counterKeys, map }] };
    const rig = start(options);
    await until("the first totals", () => rig.of("count.totals").length > 0);
    const last = () => rig.of("count.totals").at(-1)?.value;
    const pass = (times: number) => {
      for (let i = 0; i < times; i++) counter.act({ kind: "pass", direction: "in" }, 0);
    };
    return { counter, rig, last, pass, options, far };
  }

  test("a reset adds what was counted since, and is said", async () => {
    const { counter, rig, last, pass } = await counting(32);
    counter.fault("reset");
    pass(2);
    await until("the note", () => rig.health.entries.some(({ code }) => code === "counter-odd"));
    expect(last()).toEqual({ in: 402, out: 300 });
    expect(rig.health.entries).toMatchObject([{ code: "counter-odd", subject: "count-1" }]);
    pass(1);
    await until("the next person", () => JSON.stringify(last()) === '{"in":403,"out":300}');
  });

  test("a jump is nobody, and is said", async () => {
    const { counter, rig, last, pass } = await counting(32);
    counter.fault("jump");
    await until("the note", () => rig.health.entries.some(({ code }) => code === "counter-odd"));
    expect(last()).toEqual({ in: 400, out: 300 });
    pass(3);
    await until("the next people", () => JSON.stringify(last()) === '{"in":403,"out":300}');
  });

  test("the end of a 16-bit register is no event", async () => {
    const { counter, rig, last, pass } = await counting(16);
    counter.fault("counter-wrap");
    await until("the jump that puts it there", () => rig.health.entries.length > 0);
    const before = (last() as { in: number }).in;
    pass(4);
    await until("four people over the end", () => (last() as { in: number }).in === before + 4);
    expect(counter.totals.in).toBe(2);
  });

  test("who passes while the gateway is down is counted when it is back, over a reset too", async () => {
    const { rig, pass, options, counter } = await counting(32);
    await rig.stop();
    pass(9);
    const again = start({ ...options, vault: rig.vault });
    await until("the totals", () => again.of("count.totals").length > 0);
    expect(again.readings[0]?.value).toEqual({ in: 409, out: 300 });
    await again.stop();
    counter.fault("reset");
    pass(7);
    const third = start({ ...options, vault: rig.vault });
    await until("the totals after the reset", () => third.health.entries.length > 0);
    expect(third.of("count.totals").at(-1)?.value).toEqual({ in: 416, out: 300 });
  });

  test("a crash between acceptance and memory counts nobody twice", async () => {
    const { rig, pass, options } = await counting(32);
    await rig.stop();
    const stale = new Map(rig.vault.files);
    const second = start({ ...options, vault: rig.vault });
    pass(10);
    await until("ten people", () => JSON.stringify(second.of("count.totals").at(-1)?.value) === '{"in":410,"out":300}');
    await second.stop();
    rig.vault.files.clear();
    for (const [name, content] of stale) rig.vault.files.set(name, content);
    const third = start({ ...options, vault: rig.vault });
    await until("the totals", () => third.of("count.totals").length > 0);
    expect(third.readings[0]?.value).toEqual({ in: 410, out: 300 });
  });
});

describe("inputs and outputs", () => {
  async function module8() {
    const io = createModbusIo({ id: "io", unit: 3 }, random());
    const { link, far } = await onTcp([io]);
    const options = { link, mode: "rtu" as const, devices: [ioKeys] };
    const rig = start(options);
    await until("the first look", () => rig.of("door.closed").length > 0);
    return { io, rig, options, far };
  }

  test("what is so at first is said once, edges as they come, with their places", async () => {
    const { io, rig } = await module8();
    expect(rig.readings.map(({ kind }) => kind)).toEqual(["door.closed", "tamper.off", "power.ok", "fire.off"]);
    for (const input of [0, 1, 2, 3, 4, 5]) io.inputs[input] = true;
    await until("six edges", () => rig.readings.length >= 10);
    expect(rig.readings.slice(4)).toEqual([
      { device: "lock-1", kind: "door.opened" },
      { device: "lock-1", kind: "tamper.on" },
      { device: "lock-1", kind: "power.fail" },
      { device: "lock-1", kind: "fire.on" },
      { device: "lock-1", kind: "panic" },
      { device: "lock-1", kind: "input.on", value: 6, portal: "door-2" },
    ]);
    io.inputs[4] = false;
    io.inputs[0] = false;
    await until("the door closes", () => rig.of("door.closed").length === 2);
    expect(rig.of("panic")).toHaveLength(1);
  });

  test("after a restart only what has changed is said", async () => {
    const { io, rig, options } = await module8();
    await rig.stop();
    io.inputs[0] = true;
    const again = start({ ...options, vault: rig.vault });
    await until("the door", () => again.readings.length > 0);
    expect(again.readings.map(({ kind }) => kind)).toEqual(["door.opened"]);
  });

  test("unlock opens for the time it says and comes back by itself", async () => {
    const { io, rig } = await module8();
    const result = await rig.driver.command("lock-1", command("unlock", { seconds: 0.3 }), signal);
    expect(result).toEqual({ id: "cmd-1", ok: true });
    expect(io.outputs[0]).toBe(true);
    await until("back", () => io.outputs[0] === false, 2_000);
    const [on, off] = io.switched;
    expect((off?.atMs ?? 0) - (on?.atMs ?? 0)).toBeGreaterThan(280);
    expect((off?.atMs ?? 0) - (on?.atMs ?? 0)).toBeLessThan(900);
    await until("both readings", () => rig.of("lock.locked").length === 1);
    expect(rig.of("lock.unlocked")).toHaveLength(1);
  });

  test("lock ends an unlock at once; other outputs stay as they were told", async () => {
    const { io, rig } = await module8();
    await rig.driver.command("lock-1", command("unlock", { seconds: 30 }), signal);
    await rig.driver.command("lock-1", command("lock"), signal);
    expect(io.outputs[0]).toBe(false);
    await rig.driver.command("lock-1", command("output", { output: 4, on: true }), signal);
    await systemClock.sleep(300);
    expect(io.outputs).toEqual([false, false, false, true, false, false, false, false]);
  });

  test("no door stays open: a gateway that stops in the middle locks first, one that died locks when it is back", async () => {
    const { io, rig, options } = await module8();
    await rig.driver.command("lock-1", command("unlock", { seconds: 60 }), signal);
    const died = new Map(rig.vault.files);
    await rig.stop();
    expect(io.outputs[0]).toBe(false);
    io.fault("well");
    rig.vault.files.clear();
    for (const [name, content] of died) rig.vault.files.set(name, content);
    const wasOn = createModbusIo({ id: "io", unit: 3 }, random());
    (wasOn.outputs as boolean[])[0] = true;
    const { link } = await onTcp([wasOn]);
    start({ ...options, link, vault: rig.vault });
    await until("locked again", () => wasOn.outputs[0] === false);
  });

  test("a second unlock that is refused leaves the end of the first as it was", async () => {
    const { io, rig } = await module8();
    await rig.driver.command("lock-1", command("unlock", { seconds: 0.5 }), signal);
    io.fault("exception");
    expect(await rig.driver.command("lock-1", command("unlock", { seconds: 9 }), signal)).toMatchObject({ ok: false });
    io.fault("well");
    await until("locked again", () => io.outputs[0] === false, 2_000);
  });

  test("an output that could not be switched back is tried until it is", async () => {
    const { io, rig } = await module8();
    await rig.driver.command("lock-1", command("unlock", { seconds: 0.2 }), signal);
    io.fault("exception");
    await systemClock.sleep(600);
    expect(io.outputs[0]).toBe(true);
    io.fault("well");
    await until("locked again", () => io.outputs[0] === false, 6_000);
  });

  test("a disk that takes nothing stops no door", async () => {
    const { io, rig, options } = await module8();
    await rig.stop();
    const full = { ...rig.vault, write: () => Promise.reject(new RangeError("no space left")) };
    const again = start({ ...options, vault: full });
    io.inputs[0] = true;
    await until("the door", () => again.of("door.opened").length === 1);
    expect(await again.driver.command("lock-1", command("unlock", { seconds: 0.2 }), signal)).toMatchObject({
      ok: true,
    });
    await until("locked again", () => io.outputs[0] === false, 2_000);
    expect(again.health.entries).toEqual([]);
    expect(again.log.lines.some(({ message }) => /could not be written/.test(message))).toBe(true);
  });

  test("what a device cannot do is refused in words", async () => {
    const { io, rig } = await module8();
    const ask = (...args: Parameters<typeof command>) => rig.driver.command("lock-1", command(...args), signal);
    await expect(ask("text", {})).rejects.toThrow(/cannot do "text"/);
    await expect(ask("output", { output: 9, on: true })).rejects.toThrow(/no output 9/);
    await expect(ask("output", { output: 1 })).rejects.toThrow(/output: on/);
    await expect(rig.driver.command("nobody", command("unlock"), signal)).rejects.toThrow(/not of driver bus-1/);
    io.fault("exception");
    const refused = await ask("unlock");
    expect(refused).toEqual({ id: "cmd-1", ok: false, error: "unit 3: exception 4: it failed while doing it" });
  });

  test("nothing moves behind the deadline", async () => {
    const { io, rig, far } = await module8();
    await expect(rig.driver.command("lock-1", command("unlock", {}, -1), signal)).rejects.toMatchObject({
      code: "timeout",
    });
    // The device hears nothing while the deadline passes, then everything again.
    const hear = io.hear;
    (io as { hear: typeof hear }).hear = () => [];
    const late = rig.driver.command("lock-1", command("unlock", {}, 200), signal);
    await expect(late).rejects.toMatchObject({ name: "LinkError", code: "timeout" });
    // What was sent in time may still be under way.
    await systemClock.sleep(100);
    (io as { hear: typeof hear }).hear = hear;
    await systemClock.sleep(1_000);
    expect(io.switched.filter(({ on }) => on)).toEqual([]);
    expect(far.connections).toBe(1);
  });
});

test("a turnstile counts, reports and releases", async () => {
  const turnstile = createModbusTurnstile({ id: "t", unit: 9 }, random());
  const { link } = await onTcp([turnstile]);
  const rig = start({
    link,
    mode: "rtu",
    devices: [{ id: "gate-1", kind: "turnstile", unit: 9, map: "turnstile", periodSeconds: 0.1 }],
  });
  await until("the first look", () => rig.of("count.totals").length > 0);
  expect(rig.readings.map(({ kind }) => kind)).toEqual(["count.totals", "tamper.off", "power.ok", "fire.off"]);
  await rig.driver.command("gate-1", command("unlock", { seconds: 0.2 }), signal);
  expect(turnstile.released).toEqual([true, false]);
  turnstile.act({ kind: "pass", direction: "in" }, 0);
  turnstile.act({ kind: "tamper", on: true }, 0);
  await until("passage and tamper", () => rig.of("tamper.on").length === 1 && rig.of("count.totals").length === 2);
  expect(rig.of("count.totals").at(-1)?.value).toEqual({ in: 1, out: 0 });
  await until("the arm is back", () => !turnstile.released[0]);
});

test("two meters of different words on one line", async () => {
  const chint = createDdsu666({ id: "m1", unit: 1, wh: 1_206_420, watts: 730 }, random());
  const hiking = createDds238({ id: "m2", unit: 2, wh: 71_330, watts: -132 }, random());
  const { link } = await onTcp([chint, hiking]);
  const rig = start({
    link,
    devices: [
      { id: "meter-1", kind: "energy-meter", unit: 1, map: "ddsu666", periodSeconds: 0.2 },
      { id: "meter-2", kind: "energy-meter", unit: 2, map: "dds238", periodSeconds: 0.2 },
    ],
  });
  await until("both meters", () => rig.readings.length >= 4);
  const value = (device: string, kind: string) =>
    rig.readings.find((reading) => reading.device === device && reading.kind === kind)?.value;
  expect(value("meter-1", "meter.energyWh")).toBeCloseTo(1_206_420, -1);
  expect(value("meter-1", "meter.powerW")).toBeCloseTo(730, 3);
  expect(value("meter-2", "meter.energyWh")).toBe(71_330);
  expect(value("meter-2", "meter.powerW")).toBe(-132);
  await systemClock.sleep(500);
  expect(rig.readings).toHaveLength(4);
  chint.act({ kind: "use", wh: 1_000 }, 0);
  await until("a kilowatt hour", () => rig.of("meter.energyWh").length === 3);
});

describe("one device in trouble", () => {
  test("a silent one is offline once and online once, and stops nobody else", async () => {
    const counter = createModbusCounter({ id: "c", unit: 5 }, random());
    const io = createModbusIo({ id: "io", unit: 3 }, random());
    const { link, line } = await onTcp([counter, io]);
    const rig = start({ link, mode: "rtu", replyMs: 60, devices: [counterKeys, ioKeys] });
    await until("both", () => rig.of("count.totals").length > 0 && rig.of("door.closed").length > 0);
    line.devices.delete(counter);
    await until("offline", () => rig.of("device.offline").length === 1);
    io.inputs[0] = true;
    await until("the door is heard all the same", () => rig.of("door.opened").length === 1, 1_000);
    await systemClock.sleep(1_000);
    line.devices.add(counter);
    await until("online", () => rig.of("device.online").length === 1, 8_000);
    expect(rig.of("device.offline")).toMatchObject([{ device: "count-1" }]);
    expect(rig.of("device.online")).toMatchObject([{ device: "count-1" }]);
  });

  test("an exception is said as what it means, and cleared when it is over", async () => {
    const counter = createModbusCounter({ id: "c", unit: 5 }, random());
    const { link } = await onTcp([counter]);
    counter.fault("exception");
    const rig = start({ link, mode: "rtu", devices: [counterKeys] });
    await until("the code", () => rig.health.entries.length > 0);
    const detail = "unit 5: exception 4: it failed while doing it";
    expect(rig.health.entries).toMatchObject([{ code: "device-rejected", subject: "count-1", detail }]);
    counter.fault("well");
    await until("cleared", () => rig.health.entries.length === 0);
    expect(rig.of("device.offline")).toEqual([]);
  });

  test("an answer under another unit's number is nobody's", async () => {
    const counter = createModbusCounter({ id: "c", unit: 5, in: 7 }, random());
    const { link } = await onTcp([counter]);
    counter.fault("wrong-unit");
    const rig = start({ link, mode: "rtu", replyMs: 60, devices: [counterKeys] });
    await until("offline", () => rig.of("device.offline").length === 1);
    expect(rig.of("count.totals")).toEqual([]);
    counter.fault("well");
    await until("online", () => rig.of("count.totals").length === 1, 8_000);
  });
});

test("a meter that answers too late gives no value of another register", async () => {
  const slow = createDdsu666({ id: "m", unit: 1, wh: 1_206_420, watts: 730, replyMs: 190 }, random());
  const { link } = await onTcp([slow]);
  const keys: ModbusDeviceKeys = { id: "meter-1", kind: "energy-meter", unit: 1, map: "ddsu666", periodSeconds: 0.1 };
  const rig = start({ link, mode: "rtu", replyMs: 150, devices: [keys] });
  await systemClock.sleep(2_500);
  expect(rig.readings.map(({ kind }) => kind)).toEqual(["device.offline"]);
});

test("over a line with noise, lost and doubled bytes, every person is counted once", async () => {
  const counter = createModbusCounter({ id: "c", unit: 5, in: 40 }, random());
  const noisy = withFaults(counter, ["noise", "drop", "duplicate"], new Random("noisy"));
  const { link, line } = await onTcp([noisy]);
  const rig = start({ link, mode: "rtu", replyMs: 60, devices: [{ ...counterKeys, periodSeconds: 0.1 }] });
  for (let i = 0; i < 15; i++) {
    counter.act({ kind: "pass", direction: "in" }, 0);
    await systemClock.sleep(260);
  }
  line.devices.clear();
  line.devices.add(counter);
  await until("everybody", () => JSON.stringify(rig.of("count.totals").at(-1)?.value) === '{"in":55,"out":0}', 10_000);
  const into = rig.of("count.totals").map(({ value }) => (value as { readonly in: number }).in);
  expect(into).toEqual(into.toSorted((a, b) => a - b));
  expect(rig.health.entries.filter(({ code }) => code === "counter-odd")).toEqual([]);
});

test("a lost line ends the run with a LinkError, commands under way too", async () => {
  const io = createModbusIo({ id: "io", unit: 3, replyMs: 5_000 }, random());
  const { link, far } = await onTcp([io]);
  const rig = start({ link, mode: "rtu", replyMs: 3_000, devices: [ioKeys] });
  await until("connected", () => far.connections === 1);
  const asked = rig.driver.command("lock-1", command("unlock"), signal);
  const outcome = asked.catch((error: unknown) => error);
  await systemClock.sleep(50);
  far.drop();
  await expect(rig.ended).rejects.toBeInstanceOf(LinkError);
  // It still waited for its turn: it is certain that nothing was sent.
  expect(await outcome).toMatchObject({ name: "LinkError", code: "refused" });
  await expect(rig.driver.command("lock-1", command("unlock"), signal)).rejects.toMatchObject({ code: "refused" });
});

test("over a serial line, unplugged and plugged in again, no person is lost", async () => {
  const counter = createModbusCounter({ id: "c", unit: 5, in: 40 }, random());
  let vault: ReturnType<typeof runModbus>["vault"] | undefined;
  for (let round = 0; round < 3; round++) {
    const pty = await openPty();
    const line = shareLine(pty, [counter], { clock: systemClock });
    const rig = runModbus({
      link: `serial:${pty.path}?baud=19200`,
      devices: [counterKeys],
      ...(vault === undefined ? {} : { vault }),
    });
    vault = rig.vault;
    await until("the totals", () => rig.of("count.totals").length > 0);
    expect(rig.of("count.totals").at(-1)?.value).toEqual({ in: 40 + 5 * round, out: 0 });
    line.stop();
    await pty.unplug();
    await expect(rig.ended).rejects.toBeInstanceOf(LinkError);
    for (let i = 0; i < 5; i++) counter.act({ kind: "pass", direction: "in" }, 0);
  }
});
