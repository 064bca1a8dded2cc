/** A gateway process and OSDP readers behind a raw TCP device server, as a site has them: cards, commands, keys, a reader that must not be believed. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createOsdpReader, type OsdpReader, serveTcp, shareLine } from "@gatehouse/device-sim";
import { isOutputOn, ledColour, systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { freePort } from "../support/free-port.ts";
import { GATEHOUSE, type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { eventually } from "../support/rig.ts";
import { tempDir } from "../support/temp-dir.ts";

const KEY = "00112233445566778899aabbccddeeff";
const CARD = 0x2a5c1f;
/** Long enough that no pseudonym or key of the box has it by chance. */
const CODE = "73915826";

interface Bus extends AsyncDisposable {
  readonly dir: string;
  readonly state: string;
  readonly siteFile: string;
  readonly reader: Readonly<Record<string, OsdpReader>>;
  start(): Promise<GatewayProcess>;
  gatehouse(...args: string[]): Promise<{ readonly code: number | null; readonly text: string }>;
  readings(): Promise<Record<string, unknown>[]>;
}

/** Readers by id, with the keys of the site file beside their address. */
async function openBus(readers: Readonly<Record<string, { key?: Uint8Array; site?: object }>>): Promise<Bus> {
  const temp = tempDir();
  const random = new Random("osdp e2e");
  const ids = Object.keys(readers);
  const devices = ids.map((id, n) =>
    createOsdpReader(
      { id, address: n + 1, ...(readers[id]?.key === undefined ? {} : { key: readers[id].key }) },
      random.fork(id),
    ),
  );
  const server = await serveTcp();
  const shared = shareLine(server, devices, { clock: systemClock });
  const siteFile = join(temp.path, "site.yaml");
  const state = join(temp.path, "state");
  writeFileSync(join(temp.path, "reader.key"), `${KEY}\n`);
  const site = {
    site: { id: "mq-0007", name: "Bus", kind: "rental-compound", address: { code: "310112104007", grid: "MQ-053" } },
    spaces: [{ id: "flat", kind: "flat", limit: { persons: 2, basis: "test" } }],
    portals: [{ id: "door", kind: "door", from: "outside", to: "flat" }],
    devices: ids.map((id, n) => ({
      id,
      kind: "reader",
      portal: "door",
      driver: "bus-1",
      address: n + 1,
      ...readers[id]?.site,
    })),
    drivers: [{ id: "bus-1", type: "osdp", link: `tcp:127.0.0.1:${server.port}?baud=115200` }],
    broker: { listen: `127.0.0.1:${await freePort()}`, anonymousLoopback: true },
  };
  writeFileSync(siteFile, JSON.stringify(site));
  let gateway: GatewayProcess | undefined;
  const bus: Bus = {
    dir: temp.path,
    state,
    siteFile,
    reader: Object.fromEntries(devices.map((device) => [device.id, device])),
    start: async () => {
      gateway = await startGateway({ siteFile, stateDir: state });
      return gateway;
    },
    gatehouse: async (...args) => {
      const child = spawn(process.execPath, [GATEHOUSE, ...args], { stdio: ["ignore", "pipe", "pipe"] });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += String(chunk)));
      const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
      return { code, text };
    },
    readings: async () => {
      const out = join(temp.path, `out-${random.uint32()}.ndjson`);
      await bus.gatehouse("export", "readings", "--state", state, "--out", out);
      const text = readFileSync(out, "utf8").trim();
      return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    async [Symbol.asyncDispose]() {
      await gateway?.end("SIGKILL");
      shared.stop();
      await server.close();
      temp[Symbol.dispose]();
    },
  };
  return bus;
}

const SITE_KEY = { key: { file: "reader.key" } };
const codesOf = async (gateway: GatewayProcess) =>
  (await gateway.health()).codes.map(({ code, subject }) => `${code} ${subject}`);

test("cards, keypad, tampering and commands, and a reader with a wrong key that is never believed", async () => {
  await using bus = await openBus({
    "reader-302": { key: Buffer.from(KEY, "hex"), site: { ...SITE_KEY, contact: { input: 0 } } },
    "reader-303": { key: Buffer.alloc(16, 7), site: SITE_KEY },
  });
  const { "reader-302": good, "reader-303": other } = bus.reader;
  const gateway = await bus.start();
  await eventually(
    () => good?.pd.isSecure,
    (secure) => secure === true,
  );
  good?.act({ kind: "card", number: CARD }, 0);
  other?.act({ kind: "card", number: CARD + 1 }, 0);
  good?.act({ kind: "keypad", digits: CODE }, 0);
  good?.act({ kind: "tamper", on: true }, 0);
  good?.act({ kind: "door", open: true }, 0);
  await eventually(
    () => good?.pd.events.waiting,
    (waiting) => waiting === 0,
  );
  const command = (...args: string[]) => bus.gatehouse("command", "reader-302", ...args, "--state", bus.state);
  expect(await command("unlock", '{"seconds":30}')).toEqual({ code: 0, text: "reader-302: unlock done\n" });
  expect(good && isOutputOn(good.pd.state, 0, systemClock.monoMs())).toBe(true);
  expect((await command("led", '{"color":"red","seconds":60}')).code).toBe(0);
  expect(good && ledColour(good.pd.state, systemClock.monoMs())).toBe(1);
  expect((await command("buzzer", '{"times":3}')).code).toBe(0);
  expect(good?.pd.state.buzzers.get(0)).toMatchObject({ count: 3 });
  expect((await command("text", '{"text":"CALL OFFICE","seconds":10}')).code).toBe(0);
  expect(good?.pd.state.texts.get(0)).toMatchObject({ text: "CALL OFFICE" });
  expect(await command("output", '{"output":9,"on":true}')).toMatchObject({
    code: 1,
    text: expect.stringMatching(/refused/),
  });
  expect(await codesOf(gateway)).toEqual(
    expect.arrayContaining(["device-key reader-303", "device-offline reader-303"]),
  );
  const told = (await bus.readings()).map(({ device, kind }) => `${device} ${kind}`);
  const wanted = ["card.read", "keypad.entry", "tamper.on", "door.opened", "device.online"];
  expect(told).toEqual(expect.arrayContaining(wanted.map((kind) => `reader-302 ${kind}`)));
  expect(told.filter((line) => line.startsWith("reader-303"))).toEqual(["reader-303 device.offline"]);
  expect(other?.pd.events.waiting).toBe(1);
  expect(await gateway.end("SIGTERM")).toBe(0);
  // The ballast is noise, in which any few digits may come up.
  const files = readdirSync(bus.state, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name !== "ballast",
  );
  const kept = files.map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString("latin1")).join("\n");
  expect(kept).not.toMatch(new RegExp(`2a5c1f|2776095|${CODE}`, "i"));
});

test("gatehouse osdp install: a new reader gets its key from a running gateway", async () => {
  await using bus = await openBus({ "reader-302": {} });
  const gateway = await bus.start();
  await eventually(
    () => codesOf(gateway),
    (codes) => codes.includes("device-key reader-302"),
  );
  const installed = await bus.gatehouse("osdp", "install", "reader-302", "--state", bus.state);
  expect(installed).toMatchObject({ code: 0, text: expect.stringContaining("reader-302 has its own key now") });
  expect(bus.reader["reader-302"]?.pd.installMode).toBe(false);
  expect(await codesOf(gateway)).toEqual([]);
  const before = bus.reader["reader-302"]?.pd.key;
  const rotated = await bus.gatehouse("osdp", "rotate", "reader-302", "--state", bus.state);
  expect(rotated).toEqual({ code: 0, text: "reader-302 has a new key\n" });
  expect(bus.reader["reader-302"]?.pd.key).not.toEqual(before);
  const listed = await bus.gatehouse("osdp", "list", "--site", bus.siteFile, "--state", bus.state);
  expect(listed.text).toMatch(/^reader-302 {2}bus-1 address 1 {2}key of its own {2}vendor/);
});

test("gatehouse osdp install: without a gateway the line is opened from here, and cards stay with the reader", async () => {
  await using bus = await openBus({ "reader-302": {} });
  const reader = bus.reader["reader-302"];
  reader?.act({ kind: "card", number: CARD }, 0);
  const alone = await bus.gatehouse("osdp", "install", "reader-302", "--state", bus.state);
  expect(alone).toMatchObject({ code: 78, text: expect.stringContaining("add --site site.yaml") });
  const installed = await bus.gatehouse("osdp", "install", "reader-302", "--state", bus.state, "--site", bus.siteFile);
  expect(installed).toMatchObject({ code: 0, text: expect.stringContaining("has its own key now") });
  expect(reader?.pd.events.waiting).toBe(1);
  await bus.start();
  await eventually(
    () => reader?.pd.events.waiting,
    (waiting) => waiting === 0,
  );
  expect((await bus.readings()).map(({ kind }) => kind)).toContain("card.read");
});

test("a reader that is not there: the window closes, and the command says what to look at", async () => {
  await using bus = await openBus({ "reader-302": {} });
  bus.reader["reader-302"]?.pd.moveTo(9);
  const unknown = await bus.gatehouse("osdp", "install", "reader-3o2", "--state", bus.state, "--site", bus.siteFile);
  expect(unknown).toMatchObject({ code: 78, text: expect.stringContaining('did you mean "reader-302"') });
  const wrong = await bus.gatehouse("osdp", "install", "reader-302", "--minutes", "9", "--state", bus.state);
  expect(wrong).toMatchObject({ code: 64, text: expect.stringContaining("from 1 to 5") });
});
