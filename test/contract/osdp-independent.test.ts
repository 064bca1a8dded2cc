/** `gatehouse run` against card readers that share no line of code with it: what they tell, what they do, and what is never believed of them. */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { GATEHOUSE, startGateway } from "../support/gateway-process.ts";
import { checkVectors, type IndependentPd, startIndependentPd, type Told } from "../support/independent-pd.ts";
import { eventually } from "../support/rig.ts";
import { tempDir } from "../support/temp-dir.ts";

const KEY = "00112233445566778899aabbccddeeff";
const OTHER_KEY = "ee".repeat(16);
const VECTORS = fileURLToPath(new URL("../../protocol/vectors/osdp", import.meta.url));
const PATIENCE_MS = 60_000;

/** Wiegand 26 with right parity. */
function card(facility: number, number: number): string {
  const bits = facility.toString(2).padStart(8, "0") + number.toString(2).padStart(16, "0");
  const ones = (part: string) => part.replaceAll("0", "").length;
  return `${ones(bits.slice(0, 12)) % 2}${bits}${1 - (ones(bits.slice(12)) % 2)}`;
}

interface Bus extends AsyncDisposable {
  readonly pd: IndependentPd;
  readonly gatehouse: (...args: string[]) => Promise<string>;
  readonly command: (device: string, action: string, args?: object) => Promise<string>;
  readonly kinds: (device: string) => Promise<string[]>;
  readonly health: () => Promise<string[]>;
  /** Resolves once such a thing is told. */
  readonly until: (what: (told: Told) => boolean) => Promise<void>;
}

/** The readers at the PD's end, each with what the site file says of it. */
async function openBus(readers: readonly { readonly pd: Told; readonly site?: object }[]): Promise<Bus> {
  const dir = tempDir();
  const pd = await startIndependentPd(readers.map((reader) => reader.pd));
  writeFileSync(join(dir.path, "reader.key"), `${KEY}\n`, { mode: 0o600 });
  const siteFile = join(dir.path, "site.yaml");
  const stateDir = join(dir.path, "state");
  const site = {
    site: { id: "bus", name: "Bus", kind: "rental-compound", address: { code: "310112104007", grid: "MQ-053" } },
    spaces: [{ id: "flat", kind: "flat", limit: { persons: 2, basis: "test" } }],
    portals: [{ id: "door", kind: "door", from: "outside", to: "flat" }],
    devices: readers.map(({ pd: { address }, site: more = { key: { file: "reader.key" } } }) => ({
      id: `r${address}`,
      kind: "reader",
      portal: "door",
      driver: "bus",
      address,
      ...more,
    })),
    drivers: [{ id: "bus", type: "osdp", link: `tcp:127.0.0.1:${pd.port}?baud=9600` }],
    broker: { listen: "127.0.0.1:0" },
  };
  writeFileSync(siteFile, JSON.stringify(site));
  const gateway = await startGateway({ siteFile, stateDir });
  const gatehouse = async (...args: string[]) => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [GATEHOUSE, ...args, "--state", stateDir]);
    return stdout + stderr;
  };
  let exports = 0;
  return {
    pd,
    gatehouse,
    command: (device, action, args = {}) => gatehouse("command", device, action, JSON.stringify(args)),
    health: async () => (await gateway.health()).codes.map(({ code, subject }) => `${subject}: ${code}`).sort(),
    kinds: async (device) => {
      exports += 1;
      const out = join(dir.path, `${exports}.ndjson`);
      await gatehouse("export", "readings", "--out", out);
      const lines = readFileSync(out, "utf8").split("\n").filter(Boolean);
      const all = lines.map((line) => JSON.parse(line) as { readonly device: string; readonly kind: string });
      return all.filter((reading) => reading.device === device).map(({ kind }) => kind);
    },
    until: async (what) => {
      await eventually(
        () => pd.told.some(what),
        (seen) => seen,
        20_000,
      );
    },
    [Symbol.asyncDispose]: async () => {
      await gateway.end();
      await pd[Symbol.asyncDispose]();
      dir[Symbol.dispose]();
    },
  };
}

const isUp =
  (pd: number) =>
  (told: Told): boolean =>
    told["pd"] === pd && told["session"] === "up";
const isConfirmed =
  (id: string) =>
  (told: Told): boolean =>
    told["confirmed"] === id;
/** Said in the clear where nothing may be but who it is and what it can, or under the key everybody knows. */
const isUnsafe = (told: Told): boolean => "clear" in told || told["secure"] === false || told["challenge"] === 0;

test("the independent reader itself decodes and encodes every vector", () => {
  const { checks, wrong } = checkVectors(VECTORS);
  expect(wrong).toEqual([]);
  expect(checks).toBeGreaterThan(2_000);
});

test(
  "readers of every manner on one line beside a dead one: what they tell arrives once, what they are told is done",
  async () => {
    await using bus = await openBus([
      { pd: { address: 0, key: KEY, out_reply: "ostat" }, site: { key: { file: "reader.key" }, lock: { output: 0 } } },
      { pd: { address: 5, key: KEY, delay: 40, split: 3, sum: true, bare_status: true } },
      { pd: { address: 9, key: KEY, dead: true } },
      { pd: { address: 126, key: KEY, mark: false, noise: "00a553" } },
    ]);
    const { pd, until } = bus;
    for (const address of [0, 5, 126]) await until(isUp(address));
    const faults = ["lose", "duplicate", "busy", "badcrc", "garble", "cutoff", "badmac", "clear", "nak6", "nak4"];
    for (const [n, fault] of faults.entries()) {
      for (const address of [0, 5, 126]) {
        pd.do(address, "faults", { list: [fault] });
        pd.do(address, "card", { id: `${address}-${fault}`, bits: card(address, n) });
      }
      for (const address of [0, 5, 126]) await until(isConfirmed(`${address}-${fault}`));
    }
    for (const address of [0, 5, 126]) {
      pd.do(address, "keypad", { digits: "31ff0d" });
      pd.do(address, "local", { to: [1, 1] });
      pd.do(address, "raw", { code: 0x90, data: "feca00c0ffee" });
      pd.do(address, "card", { id: `${address}-56`, bits: "1".repeat(56) });
      await until(isConfirmed(`${address}-56`));
    }
    for (const address of [0, 5, 126]) {
      const kinds = await bus.kinds(`r${address}`);
      expect(kinds.filter((kind) => kind === "card.read")).toHaveLength(faults.length + 1);
      expect(kinds.slice(-4)).toEqual(["keypad.entry", "tamper.on", "power.fail", "card.read"]);
    }
    await bus.command("r0", "unlock", { seconds: 1 });
    await bus.command("r5", "led", { color: "red", onSeconds: 0.5, offSeconds: 0.5, seconds: 30 });
    await bus.command("r126", "buzzer", { onSeconds: 0.2, offSeconds: 0.2, times: 3 });
    await bus.command("r126", "text", { text: "CALL OFFICE", seconds: 10 });
    const done = pd.told.filter((told) => "cmd" in told);
    expect(done).toMatchObject([
      { pd: 0, cmd: "OUT", secure: true, output: 0, code: 5, timer: 10 },
      { pd: 5, cmd: "LED", secure: true, temp: [2, 5, 5, 1, 0, 300] },
      { pd: 126, cmd: "BUZ", secure: true, on: 2, off: 2, count: 3 },
      { pd: 126, cmd: "TEXT", secure: true, seconds: 10, text: "CALL OFFICE" },
    ]);
    await eventually(
      () => bus.kinds("r0"),
      (kinds) => kinds.at(-1) === "lock.locked",
    );
    expect(await bus.health()).toContain("r9: device-offline");
    expect(pd.told.filter(isUnsafe)).toEqual([]);
  },
  PATIENCE_MS,
);

test(
  "readers that cannot prove their key: no reading of theirs, no word to them in the clear, no factory key",
  async () => {
    const strange = { required: false, install: true };
    await using bus = await openBus([
      { pd: { address: 1, key: KEY } },
      { pd: { ...strange, address: 2, key: OTHER_KEY } },
      { pd: { ...strange, address: 3, secure: false } },
      { pd: { ...strange, address: 4, key: KEY, says_factory: true } },
      // A card in the clear in place of a proof.
      { pd: { ...strange, address: 5, chlng: "5000011a0080800100" } },
      { pd: { ...strange, address: 6, chlng: "510000023737" } },
    ]);
    const { pd, until } = bus;
    for (const address of [2, 3, 4, 5, 6]) pd.do(address, "card", { id: `${address}`, bits: card(1, address) });
    const expected = ["r2: device-key", "r3: device-unsecured", "r4: device-key", "r5: device-key", "r6: device-key"];
    await eventually(bus.health, (codes) => expected.every((code) => codes.includes(code)), 20_000);
    pd.do(1, "card", { id: "good", bits: card(1, 1) });
    await until(isConfirmed("good"));
    expect(await bus.kinds("r1")).toContain("card.read");
    for (const address of [2, 3, 4, 5, 6]) {
      expect(await bus.kinds(`r${address}`)).toEqual(["device.offline"]);
      await expect(bus.command(`r${address}`, "unlock")).rejects.toThrow("nothing was sent");
    }
    expect(pd.told.filter(isUnsafe)).toEqual([]);
  },
  PATIENCE_MS,
);

test(
  "a new reader gets its key inside the window alone, and a card it holds outlives its restart",
  async () => {
    await using bus = await openBus([{ pd: { address: 7, install: true }, site: {} }]);
    const { pd, until } = bus;
    await eventually(bus.health, (codes) => codes.includes("r7: device-key"), 20_000);
    expect(pd.told.filter(isUnsafe)).toEqual([]);
    expect(await bus.gatehouse("osdp", "install", "r7")).toContain("has its own key now");
    expect(pd.told).toContainEqual(expect.objectContaining({ keyset: expect.stringMatching(/^[0-9a-f]{32}$/) }));
    const before = pd.told.length;
    pd.do(7, "reboot", { seconds: 1 });
    pd.do(7, "card", { id: "held", bits: card(7, 7) });
    await until(isConfirmed("held"));
    expect((await bus.kinds("r7")).filter((kind) => kind === "card.read")).toHaveLength(1);
    expect(pd.told.slice(before).filter(isUnsafe)).toEqual([]);
    expect(await bus.health()).toEqual([]);
  },
  PATIENCE_MS,
);
