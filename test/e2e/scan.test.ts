import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  createCjt188Meter,
  createDlt645Meter,
  createUhppoteBoard,
  openPty,
  type SimDevice,
  serveTcp,
  serveUdp,
  shareLine,
} from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { GATEHOUSE, startGateway } from "../support/gateway-process.ts";
import { tempDir } from "../support/temp-dir.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** Beside this process, where the simulated devices live. */
async function gatehouse(...args: string[]) {
  const child = spawn(process.execPath, [GATEHOUSE, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const [status] = (await once(child, "close")) as [number];
  return { status, stdout, stderr };
}

async function onPty(devices: readonly SimDevice[]): Promise<string> {
  const pty = await openPty();
  const shared = shareLine(pty, devices, { clock: systemClock });
  ends.push(
    () => shared.stop(),
    () => pty.unplug(),
  );
  return `serial:${pty.path}`;
}

async function onTcp(devices: readonly SimDevice[]): Promise<string> {
  const far = await serveTcp();
  const shared = shareLine(far, devices, { clock: systemClock });
  ends.push(
    () => shared.stop(),
    () => far.close(),
  );
  return `tcp:127.0.0.1:${far.port}`;
}

const meter = () => createDlt645Meter({ id: "m", address: "202311000123", wh: 1_206_420 }, new Random(1));

describe("gatehouse scan", () => {
  it("finds a meter on a port; its piece of a site file, with the place filled in, runs and reads the meter", async () => {
    using dir = tempDir();
    const link = await onPty([meter()]);
    const scan = await gatehouse("scan", link, "--protocols", "dlt645");
    expect(scan, scan.stderr).toMatchObject({ status: 0 });
    expect(scan.stderr).toMatch(/scan \[#+\]\s+100 % 1 found/);
    expect(scan.stdout).toContain("# electricity meter, 1206.42 kWh");
    const piece = parse(scan.stdout.replaceAll("CHANGE-ME", "3-302")) as { drivers: object[]; devices: object[] };
    expect(piece.devices).toEqual([
      { id: "meter-202311000123", kind: "energy-meter", driver: "dlt645-1", space: "3-302", address: "202311000123" },
    ]);
    const siteFile = join(dir.path, "site.yaml");
    writeFileSync(
      siteFile,
      stringify({
        site: { id: "s", name: "s", kind: "rental-compound", address: { code: "1", grid: "unowned" } },
        spaces: [{ id: "3-302", kind: "flat", limit: { persons: 4, basis: "test" } }],
        broker: { listen: "127.0.0.1:0" },
        ...piece,
      }),
    );
    const checked = await gatehouse("check", siteFile);
    expect(checked, checked.stderr).toMatchObject({ status: 0 });
    const gateway = await startGateway({ siteFile, stateDir: join(dir.path, "state") });
    ends.push(() => gateway.end());
    const out = join(dir.path, "readings.ndjson");
    let text = "";
    for (let tries = 0; tries < 40 && !text.includes("meter.energyWh"); tries++) {
      await systemClock.sleep(250);
      const exported = await gatehouse(
        "export",
        "readings",
        "--state",
        join(dir.path, "state"),
        "--out",
        `${out}.${tries}`,
      );
      if (exported.status === 0) text = readFileSync(`${out}.${tries}`, "utf8");
    }
    const energy = text.split("\n").find((line) => line.includes("meter.energyWh"));
    expect(JSON.parse(energy ?? "{}")).toMatchObject({ device: "meter-202311000123", value: 1_206_420 });
  });

  it("tells machines what it found, tried and noticed, behind a device server that owns the rate", async () => {
    const water = createCjt188Meter({ id: "w", address: "78330011223344", order: "1F-90" }, new Random(2));
    const link = await onTcp([water]);
    const { status, stdout } = await gatehouse("scan", link, "--protocols", "cjt188", "--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      link,
      drivers: [{ type: "cjt188", link: `${link}?baud=2400&parity=even` }],
      devices: [
        { kind: "water-meter", address: "78330011223344", order: "1F-90", about: "cold water meter, 100.00 m3" },
      ],
      tried: ["cjt188"],
      complete: true,
    });
  });

  it("finds boards on the network, door by door", async () => {
    const board = createUhppoteBoard({ id: "b", serial: 423_187_757 });
    const server = await serveUdp([board], { clock: systemClock });
    ends.push(() => server.close());
    const { status, stdout, stderr } = await gatehouse("scan", "--broadcast", `127.0.0.1:${server.port}`);
    expect(status, stderr).toBe(0);
    const piece = parse(stdout) as { drivers: object[]; devices: { serial: number; door: number }[] };
    expect(piece.drivers).toMatchObject([{ type: "uhppote", boards: [{ serial: 423_187_757 }] }]);
    expect(piece.devices.map(({ serial, door }) => [serial, door])).toEqual(
      [1, 2, 3, 4].map((door) => [423_187_757, door]),
    );
  });

  it("says what to check when nothing answers, and ends with 1", async () => {
    const link = await onPty([]);
    const { status, stdout, stderr } = await gatehouse("scan", `${link}?baud=2400`, "--protocols", "dlt645");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/Nothing answered\. Check:\n.*by-id[\s\S]*A and B[\s\S]*--bauds/);
  });

  it.each([
    { args: ["scan", "serial:ttyUSB0"], says: /names no port/, exit: 78 },
    { args: ["scan", "serial:/dev/no-such-port"], says: /no-such-port/, exit: 1 },
    {
      args: ["scan", "tcp:127.0.0.1:4001", "--protocols", "bacnet"],
      says: /"bacnet" is unknown\. Known: osdp/,
      exit: 64,
    },
    { args: ["scan", "--protocols", "osdp"], says: /without a line[\s\S]*name the line/, exit: 78 },
    { args: ["scan", "serial:/dev/ttyUSB0", "--bauds", "fast"], says: /write rates from 300/, exit: 64 },
  ])("$args: a sentence, not a trace", async ({ args, says, exit }) => {
    const { status, stderr } = await gatehouse(...args);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(status).toBe(exit);
  });
});
