/** Modbus against programs that are not ours: our driver asks a slave out of pymodbus, and mbpoll (libmodbus) asks our simulated devices. */
import {
  createDds238,
  createDdsu666,
  createModbusCounter,
  createModbusIo,
  openPty,
  type SimDevice,
  serveTcp,
  shareLine,
} from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { afterEach, describe, expect, test } from "vitest";
import { freePort } from "../support/free-port.ts";
import { mbpoll, type PymodbusServer, ptyPair, startPymodbus } from "../support/modbus-peers.ts";
import { runModbus, until } from "../support/modbus-rig.ts";

const ends: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const DEVICES = [
  { id: "count-1", kind: "counter", unit: 5, map: "people-counter", periodSeconds: 0.1 },
  { id: "meter-1", kind: "energy-meter", unit: 1, map: "ddsu666", periodSeconds: 0.1 },
  {
    id: "lock-1",
    kind: "lock",
    unit: 3,
    map: "io-8ch",
    periodSeconds: 0.1,
    inputs: [{ input: 1, as: "door" }],
    lock: { output: 2, pulseSeconds: 0.5 },
  },
] as const;

describe("our driver against pymodbus", () => {
  const ways: readonly (readonly [
    string,
    () => Promise<{ server: PymodbusServer; link: string; mode: "rtu" | "tcp" }>,
  ])[] = [
    ["Modbus TCP", () => overTcp("tcp")],
    ["RTU through a raw TCP device server", () => overTcp("rtu-tcp")],
    [
      "RTU over a serial line",
      async () => {
        const pair = await ptyPair();
        ends.push(() => pair[Symbol.asyncDispose]());
        const server = await startPymodbus("serial", pair.b);
        return { server, link: `serial:${pair.a}?baud=19200`, mode: "rtu" };
      },
    ],
  ];

  async function overTcp(mode: "tcp" | "rtu-tcp") {
    const port = await freePort();
    const server = await startPymodbus(mode, String(port));
    return { server, link: `tcp:127.0.0.1:${port}`, mode: mode === "tcp" ? ("tcp" as const) : ("rtu" as const) };
  }

  test.each(ways)("%s: counts, inputs, a meter and an output", async (_, open) => {
    const { server, link, mode } = await open();
    ends.push(() => server.end());
    await server.set(5, "i", 0, 0, 65_535, 0, 17);
    await server.set(1, "f", 0x2004, 0.73);
    await server.set(1, "f", 0x4000, 1_206.42);
    await server.set(3, "d", 0, 1);
    const rig = runModbus({ link, mode, replyMs: 500, devices: DEVICES });
    ends.push(() => rig.stop());
    await until("all three", () => rig.readings.length >= 4, 10_000);
    const value = (kind: string) => rig.readings.find((reading) => reading.kind === kind)?.value;
    expect(value("count.totals")).toEqual({ in: 65_535, out: 17 });
    expect(value("meter.powerW")).toBeCloseTo(730, 3);
    expect(value("meter.energyWh")).toBeCloseTo(1_206_420, -1);
    expect(rig.of("door.opened")).toHaveLength(1);

    await server.set(5, "i", 0, 1, 0);
    await server.set(3, "d", 0, 0);
    await until("the person over the word's end", () => rig.of("count.totals").length === 2);
    expect(rig.of("count.totals")[1]?.value).toEqual({ in: 65_536, out: 17 });
    await until("the door", () => rig.of("door.closed").length === 1);

    const notAfter = new Date(systemClock.nowMs() + 5_000).toISOString();
    const unlock = { id: "cmd-1", action: "unlock" as const, notAfter };
    expect(await rig.driver.command("lock-1", unlock, new AbortController().signal)).toEqual({ id: "cmd-1", ok: true });
    expect(await server.get(3, "c", 0, 3)).toEqual([0, 1, 0]);
    await until("locked again", () => rig.of("lock.locked").length === 1, 3_000);
    expect(await server.get(3, "c", 0, 3)).toEqual([0, 0, 0]);
    expect(rig.health.entries).toEqual([]);
  });

  test("registers a device does not have are said as that", async () => {
    const { server, link } = await overTcp("tcp");
    ends.push(() => server.end());
    const map = {
      name: "Elsewhere",
      registers: [{ id: "e", function: 3, address: 0x5000, type: "u32", unit: "kWh", reads: "meter.energyWh" }],
    };
    const keys = { id: "meter-2", kind: "energy-meter", unit: 1, map, periodSeconds: 0.1 } as const;
    const rig = runModbus({ link, mode: "tcp", replyMs: 500, devices: [keys] });
    ends.push(() => rig.stop());
    await until("the code", () => rig.health.entries.length > 0, 10_000);
    expect(rig.health.entries[0]?.detail).toMatch(/exception 2: it has no such register/);
  });
});

describe("mbpoll against our simulated devices", () => {
  const random = new Random(3);
  const fleet = (mode: "rtu" | "tcp") => ({
    counter: createModbusCounter({ id: "c", unit: 5, mode, in: 70_000, out: 17 }, random),
    io: createModbusIo({ id: "io", unit: 3, mode }, random),
    chint: createDdsu666({ id: "m1", unit: 1, mode, wh: 1_206_420, watts: 730 }, random),
    hiking: createDds238({ id: "m2", unit: 2, mode, wh: 71_330, watts: 132 }, random),
  });

  async function serve(mode: "rtu" | "tcp", devices: readonly SimDevice[]): Promise<readonly string[]> {
    if (mode === "tcp") {
      const far = await serveTcp();
      const line = shareLine(far, devices, { clock: systemClock });
      ends.push(
        () => far.close(),
        () => line.stop(),
      );
      return ["-m", "tcp", "-p", String(far.port), "127.0.0.1"];
    }
    const pty = await openPty();
    const line = shareLine(pty, devices, { clock: systemClock });
    ends.push(
      () => pty.unplug(),
      () => line.stop(),
    );
    return ["-m", "rtu", "-b", "19200", "-P", "none", pty.path];
  }

  test.each(["rtu", "tcp"] as const)("over %s", async (mode) => {
    const { counter, io, chint, hiking } = fleet(mode);
    const where = await serve(mode, [counter, io, chint, hiking]);
    io.inputs[2] = true;

    const totals = await mbpoll("-a", "5", "-t", "3:int", "-B", "-r", "0", "-c", "2", ...where);
    expect([...totals.values.values()], totals.text).toEqual([70_000, 17]);
    const inputs = await mbpoll("-a", "3", "-t", "1", "-r", "0", "-c", "8", ...where);
    expect([...inputs.values.values()], inputs.text).toEqual([0, 0, 1, 0, 0, 0, 0, 0]);
    const power = await mbpoll("-a", "1", "-t", "4:float", "-B", "-r", String(0x2004), "-c", "1", ...where);
    expect(power.values.get(0x2004), power.text).toBeCloseTo(0.73, 4);
    const energy = await mbpoll("-a", "2", "-t", "4:int", "-B", "-r", "0", "-c", "1", ...where);
    expect(energy.values.get(0), energy.text).toBe(7_133);

    const written = await mbpoll("-a", "3", "-t", "0", "-r", "4", ...where, "1");
    expect(written.ok, written.text).toBe(true);
    expect(io.outputs[4]).toBe(true);

    const beyond = await mbpoll("-a", "3", "-t", "1", "-r", "0", "-c", "9", ...where);
    expect(beyond.text).toMatch(/Illegal data address/);
    const unknown = await mbpoll("-a", "3", "-t", "4", "-r", "0", "-c", "1", ...where);
    expect(unknown.text).toMatch(/Illegal function/);
  });
});
