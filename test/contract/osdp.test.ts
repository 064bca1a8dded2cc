/** The OSDP driver and its readers over a real TCP line: sessions, keys, readings, commands, and what is never done. */
import {
  type DeviceCommand,
  decodeOsdpFrame,
  isOutputOn,
  LinkError,
  ledColour,
  pdCapabilities,
} from "@gatehouse/protocol";
import type { Accept } from "gatehouse";
import { memoryVault } from "gatehouse/testing";
import { afterEach, expect, test } from "vitest";
import { type OsdpLine, type OsdpLineOptions, openOsdpLine, READER, readingOf } from "../support/osdp-line.ts";

const KEY = Buffer.from("00112233445566778899aabbccddeeff", "hex");
const KEY_FILE = { key: { file: "reader.key" } };
const SECRETS = { "reader.key": Buffer.from(`${KEY.toString("hex")}\n`) };

const lines: OsdpLine[] = [];
afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
});

async function open(options: Partial<OsdpLineOptions> = {}): Promise<OsdpLine> {
  const line = await openOsdpLine({
    readers: [{ address: 3, key: KEY }],
    keys: [KEY_FILE],
    secrets: SECRETS,
    ...options,
  });
  lines.push(line);
  void line.run();
  return line;
}

const never = new AbortController().signal;

let commands = 0;
const wish = ({ clock }: OsdpLine, action: DeviceCommand["action"], args: object): DeviceCommand => {
  commands += 1;
  const notAfter = new Date(clock.nowMs() + 10_000).toISOString();
  return { id: `cmd-${commands}`, action, args: { ...args }, notAfter };
};

const matching = <T extends { readonly detail: RegExp }>(entry: T) => ({
  ...entry,
  detail: expect.stringMatching(entry.detail),
});

/** The longest time a reader was not spoken to once it had heard its first word. */
function longestSilenceMs({ tapped }: OsdpLine): number {
  const last = new Map<number, number>();
  let longestMs = 0;
  for (const { atMs, bytes } of tapped.filter(({ direction }) => direction === "tx")) {
    const { address } = decodeOsdpFrame(bytes);
    longestMs = Math.max(longestMs, atMs - (last.get(address) ?? atMs));
    last.set(address, atMs);
  }
  return longestMs;
}

const isOnline = (line: OsdpLine) => () => line.kinds().includes("device.online");

test("a reader with its key comes online in a secure session and tells cards, keys, tampering, power and its door", async () => {
  const line = await open({ keys: [{ ...KEY_FILE, contact: { input: 0 } }] });
  await line.until(isOnline(line));
  const [reader] = line.readers;
  await line.pass(1);
  reader?.act({ kind: "card", number: 0x2a5c1f }, 0);
  reader?.act({ kind: "keypad", digits: "1234" }, 0);
  reader?.act({ kind: "door", open: true }, 0);
  reader?.act({ kind: "tamper", on: true }, 0);
  reader?.act({ kind: "power", ok: false }, 0);
  await line.pass(2);
  expect(line.told).toMatchObject([
    { device: READER, kind: "device.online" },
    { kind: "tamper.off" },
    { kind: "power.ok" },
    { kind: "door.closed" },
    { kind: "card.read", credential: "c_00002a5c1f" },
    { kind: "keypad.entry", value: 4 },
    { kind: "door.opened" },
    { kind: "tamper.on" },
    { kind: "power.fail" },
  ]);
  expect(reader?.pd.isSecure).toBe(true);
  expect(line.codes()).toEqual([]);
});

test("a wrong key: health says so, and not one reading or secret of the reader is ever taken", async () => {
  const line = await open({ readers: [{ address: 3, key: Buffer.alloc(16, 9), secureRequired: false }] });
  line.readers[0]?.act({ kind: "card", number: 77 }, 0);
  line.readers[0]?.act({ kind: "tamper", on: true }, 0);
  await line.pass(120);
  expect(line.kinds()).toEqual(["device.offline"]);
  expect(line.health.entries).toMatchObject(
    [{ code: "device-key", subject: READER, detail: /has another key/ }].map(matching),
  );
  const codes = new Set(
    line.tapped.filter(({ direction }) => direction === "tx").map(({ bytes }) => decodeOsdpFrame(bytes).code),
  );
  // ID, CAP and CHLNG: nothing else is said without a session.
  expect([...codes].sort((a, b) => a - b)).toEqual([0x61, 0x62, 0x76]);
  expect(line.tapped.length).toBeLessThan(80);
});

test("a reader whose key is put right comes back by itself", async () => {
  const line = await open({ readers: [{ address: 3, key: Buffer.alloc(16, 9) }] });
  await line.until(() => line.codes().includes("device-key"));
  line.readers[0]?.pd.setKey(KEY);
  await line.until(isOnline(line), 40);
  expect(line.codes()).toEqual([]);
});

test("clear text only where the site file says so, with a warning", async () => {
  const line = await open({ readers: [{ address: 3, secureRequired: false }], keys: [{ secure: "off" }] });
  await line.until(isOnline(line));
  line.readers[0]?.act({ kind: "card", number: 5 }, 0);
  await line.until(() => line.kinds().includes("card.read"));
  expect(line.log.lines.filter(({ level }) => level === "warn").map(({ message }) => message)).toEqual([
    expect.stringContaining("clear text"),
  ]);
});

test("a reader that insists on security is not used in the clear", async () => {
  const line = await open({ keys: [{ secure: "off" }] });
  await line.until(() => line.codes().includes("device-unsecured"));
  expect(line.kinds()).not.toContain("card.read");
});

test("without a key a reader is not asked at all, and the factory's key is not tried", async () => {
  const line = await open({ readers: [{ address: 3 }], keys: [{}] });
  await line.pass(30);
  expect(line.health.entries).toMatchObject([{ code: "device-key", detail: /gatehouse osdp install/ }].map(matching));
  expect(line.tapped).toEqual([]);
});

test("installation: a window by the operator's word, a key of its own, and the window closes by itself", async () => {
  const line = await open({ readers: [{ address: 3 }], keys: [{}] });
  await line.until(() => line.codes().includes("device-key"));
  await line.driver.command(READER, wish(line, "configure", { install: 5 }), never);
  expect(line.codes()).toContain("device-installing");
  const stored = JSON.parse(line.vault.files.get(`${READER}.json`)?.toString() ?? "{}");
  expect(stored.pending).toMatch(/^[0-9a-f]{32}$/);
  await line.until(isOnline(line));
  await line.pass(1);
  expect(line.codes()).toEqual([]);
  const kept = JSON.parse(line.vault.files.get(`${READER}.json`)?.toString() ?? "{}");
  expect(kept).toMatchObject({ current: stored.pending });
  expect(kept.pending).toBeUndefined();
  expect(line.readers[0]?.pd.key && Buffer.from(line.readers[0].pd.key).toString("hex")).toBe(stored.pending);
  expect(line.readers[0]?.pd.installMode).toBe(false);
});

test("a window that nobody uses closes after its time, and the factory's key is refused again", async () => {
  const line = await open({ readers: [{ address: 9 }], keys: [{ address: 3 }] });
  await line.pass(1);
  await line.driver.command(READER, wish(line, "configure", { install: 1 }), never);
  await line.pass(61);
  expect(line.codes()).not.toContain("device-installing");
  line.readers[0]?.pd.moveTo(3);
  await line.pass(60);
  expect(line.kinds()).not.toContain("device.online");
  expect(line.readers[0]?.pd.installMode).toBe(true);
});

test("a window longer than five minutes is not to be had", async () => {
  const line = await open({ readers: [{ address: 3 }], keys: [{}] });
  await line.pass(1);
  const asked = line.driver.command(READER, wish(line, "configure", { install: 6 }), never);
  await expect(asked).rejects.toThrow(/at most 5/);
});

test("secure: install opens the window once, without a person at a keyboard", async () => {
  const vault = memoryVault();
  const line = await open({ readers: [{ address: 3 }], keys: [{ secure: "install" }], vault });
  await line.until(isOnline(line));
  await line.stop();
  // A reader that was reset meanwhile is not taken in again.
  const again = await open({ readers: [{ address: 3 }], keys: [{ secure: "install" }], vault });
  await again.pass(60);
  expect(again.kinds()).toEqual(["device.offline"]);
  expect(again.codes()).toEqual(["device-key"]);
});

test("a new key: stored before it is sent, believed when it is proved", async () => {
  const vault = memoryVault();
  const old = KEY.toString("hex");
  vault.files.set(`${READER}.json`, Buffer.from(JSON.stringify({ v: 1, current: old })));
  const line = await open({ keys: [{}], vault });
  await line.until(isOnline(line));
  await line.driver.command(READER, wish(line, "configure", { rotateKey: true }), never);
  const during = JSON.parse(vault.files.get(`${READER}.json`)?.toString() ?? "{}");
  expect(during.current).toBe(old);
  const isDone = () => JSON.parse(vault.files.get(`${READER}.json`)?.toString() ?? "{}").current === during.pending;
  await line.until(isDone);
  expect(Buffer.from(line.readers[0]?.pd.key ?? []).toString("hex")).toBe(during.pending);
  expect(line.kinds().filter((kind) => kind.startsWith("device."))).toEqual(["device.online"]);
});

test.each([
  ["before the reader had the new key", false],
  ["after the reader had it", true],
])("a crash %s locks nobody out", async (_when, readerHasIt) => {
  const vault = memoryVault();
  const [old, next] = [KEY.toString("hex"), "0f1e2d3c4b5a69788796a5b4c3d2e1f0"];
  vault.files.set(`${READER}.json`, Buffer.from(JSON.stringify({ v: 1, current: old, pending: next })));
  const key = Buffer.from(readerHasIt ? next : old, "hex");
  const line = await open({ readers: [{ address: 3, key }], keys: [{}], vault });
  await line.until(() => JSON.parse(vault.files.get(`${READER}.json`)?.toString() ?? "{}").current === next);
  await line.until(isOnline(line));
  expect(Buffer.from(line.readers[0]?.pd.key ?? []).toString("hex")).toBe(next);
});

test.each<[string, Partial<OsdpLineOptions>["readers"], RegExp]>([
  ["another reader", [{ address: 3, key: KEY, serial: 99 }], /serial 3.*serial 99/],
  [
    "a reader that claims to have no security",
    [{ address: 3, key: KEY, capabilities: pdCapabilities().filter(({ function: of }) => of !== 9) }],
    /claims to have none/,
  ],
])(
  "%s in the place of a known one is reported, and used when an operator says so",
  async (_what, readers = [], detail) => {
    const vault = memoryVault();
    const first = await open({ vault });
    await first.until(isOnline(first));
    await first.stop();
    const line = await open({ vault, readers });
    await line.until(() => line.codes().includes("device-changed"));
    expect(line.health.entries).toMatchObject([{ code: "device-changed", detail }].map(matching));
    line.readers[0]?.act({ kind: "card", number: 5 }, 0);
    await line.pass(30);
    expect(line.kinds()).toEqual(["device.offline"]);
    await line.stop();
    // It is not forgotten by a restart, nor by the old claim coming back.
    const third = await open({ vault });
    await third.pass(5);
    expect(third.codes()).toEqual(["device-changed"]);
    await third.driver.command(READER, wish(third, "configure", { trust: true }), never);
    await third.until(isOnline(third));
    expect(third.codes()).toEqual([]);
  },
);

test("a card whose parity is wrong is no reading, is recorded, and the person at the door is told", async () => {
  const denied = { led: "red", beeps: 3 };
  const line = await open({ keys: [{ ...KEY_FILE, feedback: { denied, read: { led: "green" } } }] });
  await line.until(isOnline(line));
  const { pd } = line.readers[0] ?? {};
  pd?.push({ kind: "raw", reader: 0, format: 1, bits: 26, data: Uint8Array.of(1, 2, 3, 0) });
  await line.until(() => line.told.some((item) => typeof item === "string"));
  expect(line.told.filter((item) => typeof item === "string")).toEqual([
    "card: wrong parity in the first half of 26 bits",
  ]);
  await line.pass(1);
  expect(pd && ledColour(pd.state, line.clock.monoMs())).toBe(1);
  expect(pd?.state.buzzers.get(0)).toMatchObject({ count: 3 });
  line.readers[0]?.act({ kind: "card", number: 5 }, 0);
  await line.pass(1);
  expect(pd && ledColour(pd.state, line.clock.monoMs())).toBe(2);
});

test("commands are carried out in the session: door, lamp, sound, text", async () => {
  const line = await open();
  await line.until(isOnline(line));
  const { pd } = line.readers[0] ?? {};
  const now = () => line.clock.monoMs();
  const give = async (action: DeviceCommand["action"], args: object) => {
    const given = line.driver.command(READER, wish(line, action, args), never);
    await line.pass(0.5);
    expect(await given).toMatchObject({ ok: true });
  };
  await give("unlock", { seconds: 2 });
  expect(pd && isOutputOn(pd.state, 0, now())).toBe(true);
  await line.pass(2);
  expect(pd && isOutputOn(pd.state, 0, now())).toBe(false);
  await give("output", { output: 1, on: true });
  expect(pd && isOutputOn(pd.state, 1, now())).toBe(true);
  await give("led", { color: "blue", seconds: 3 });
  expect(pd && ledColour(pd.state, now())).toBe(4);
  await give("led", { color: "green" });
  expect(pd && ledColour(pd.state, now())).toBe(2);
  await give("buzzer", { times: 2, onSeconds: 0.5 });
  expect(pd?.state.buzzers.get(0)).toMatchObject({ tone: 2, onTenths: 5, count: 2 });
  await give("text", { text: "CALL OFFICE", seconds: 4 });
  expect(pd?.state.texts.get(0)).toMatchObject({ text: "CALL OFFICE", command: 3, seconds: 4 });
  await give("identify", {});
  expect(pd && ledColour(pd.state, now())).toBe(3);
});

test("a prompt stands until it is cleared, also over a reader that lost its power", async () => {
  const prompt = { led: "red", blink: true, beeps: "repeat" };
  const line = await open({ keys: [{ ...KEY_FILE, feedback: { prompt } }] });
  await line.until(isOnline(line));
  const { pd } = line.readers[0] ?? {};
  const give = async (args: object) => {
    const given = line.driver.command(READER, wish(line, "text", args), never);
    await line.pass(1);
    expect(await given).toMatchObject({ ok: true });
  };
  await give({ text: "CALL OFFICE" });
  const shown = () => [
    pd && ledColour(pd.state, line.clock.monoMs()),
    pd?.state.buzzers.get(0)?.count,
    pd?.state.texts.get(0)?.text,
  ];
  expect(shown()).toEqual([1, 0, "CALL OFFICE"]);
  pd?.state.leds.clear();
  pd?.state.buzzers.clear();
  pd?.state.texts.clear();
  pd?.reboot();
  await line.pass(5);
  expect(shown()).toEqual([1, 0, "CALL OFFICE"]);
  await give({ text: "" });
  expect(shown()).toEqual([0, 0, " ".repeat(16)]);
  expect(pd?.state.buzzers.get(0)?.tone).toBe(1);
});

test("a reader is moved to another address only while it is under repair", async () => {
  const line = await open();
  await line.until(isOnline(line));
  const move = { address: 7, baud: 115_200 };
  await expect(line.driver.command(READER, wish(line, "configure", move), never)).rejects.toThrow(/watch: false/);
  const repair = await open({ keys: [{ ...KEY_FILE, watch: false }] });
  await repair.until(isOnline(repair));
  const given = repair.driver.command(READER, wish(repair, "configure", move), never);
  await repair.pass(2);
  expect(await given).toMatchObject({ ok: true });
  expect(repair.readers[0]?.pd.address).toBe(7);
  repair.readers[0]?.act({ kind: "card", number: 5 }, 0);
  await repair.until(() => repair.kinds().includes("card.read"));
});

test("a silent reader costs the others nothing, and its commands are refused without being sent", async () => {
  const line = await open({
    readers: [
      { address: 3, key: KEY },
      { address: 4, key: KEY },
    ],
    keys: [KEY_FILE, { ...KEY_FILE, address: 5 }],
  });
  await line.until(isOnline(line));
  await line.pass(10);
  line.readers[0]?.act({ kind: "card", number: 5 }, 0);
  await line.until(() => line.kinds().includes("card.read"), 1);
  expect(line.told).toContainEqual({ device: "reader-1", kind: "device.offline" });
  const asked = line.driver.command("reader-1", wish(line, "unlock", {}), never);
  await expect(asked).rejects.toMatchObject({ name: "LinkError", code: "refused" });
});

test("cards and PINs stand in no log line and in no file", async () => {
  const line = await open();
  await line.until(isOnline(line));
  line.readers[0]?.act({ kind: "card", number: 0x2a5c1f }, 0);
  line.readers[0]?.act({ kind: "keypad", digits: "7391" }, 0);
  await line.pass(2);
  expect(line.kinds()).toContain("keypad.entry");
  const kept = JSON.stringify([line.log.lines, [...line.vault.files.values()].map(String), line.health.entries]);
  expect(kept).not.toMatch(/2a5c1f|2776095|7391|37333931/i);
  expect(JSON.stringify(line.told)).not.toMatch(/7391/);
});

test("a card is on disk before the reader is told to forget it, and kept by the reader where it cannot be", async () => {
  const told: unknown[] = [];
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  const accept: Accept = async (items) => {
    await gate.promise;
    told.push(...items.map(readingOf));
    return [];
  };
  const line = await open({ accept });
  await line.until(() => told.length > 0);
  await line.pass(2);
  const [reader] = line.readers;
  gate = Promise.withResolvers();
  reader?.act({ kind: "card", number: 5 }, 0);
  await line.pass(5);
  expect(reader?.pd.events.waiting).toBe(1);
  gate.reject(new LinkError("closed", "the gateway stops"));
  await line.pass(20);
  expect(reader?.pd.events.waiting).toBe(1);
  gate = Promise.withResolvers();
  gate.resolve();
  await line.pass(30);
  expect(reader?.pd.events.waiting).toBe(0);
  expect(told).toContainEqual({ device: READER, kind: "card.read", credential: "c_0000000005" });
});

test("32 readers on a slow line come online one after the other, and none loses its session to the others", async () => {
  const readers = Array.from({ length: 32 }, (_, address) => ({ address, key: KEY }));
  const line = await open({ readers, keys: readers.map(() => KEY_FILE), baud: 9_600 });
  await line.until(() => line.kinds().filter((kind) => kind === "device.online").length === 32, 60);
  const challenges = () =>
    line.tapped.filter(({ direction, bytes }) => direction === "tx" && decodeOsdpFrame(bytes).code === 0x76).length;
  await line.pass(15);
  expect(challenges()).toBe(32);
  // A reader drops its session after 8 s: half of it is left for a bad day.
  expect(longestSilenceMs(line)).toBeLessThan(4_000);
  expect(line.kinds()).not.toContain("device.offline");
});

test.each([["noise"], ["drop"], ["duplicate"], ["slow"]] as const)(
  "with %s on the line no card is lost and none is made up, and the reader is whole again afterwards",
  async (fault) => {
    const line = await open({ faults: [fault], seed: fault });
    const cards = Array.from({ length: 30 }, (_, n) => 0x100000 + n);
    for (const number of cards) {
      line.readers[0]?.act({ kind: "card", number }, 0);
      await line.pass(2);
    }
    line.cure(fault);
    await line.until(() => line.readers[0]?.pd.events.waiting === 0, 120);
    await line.pass(10);
    const read = line.told.flatMap((item) => (typeof item === "string" ? [] : (item.credential ?? [])));
    const wanted = cards.map((number) => `c_${number.toString(16).padStart(10, "0")}`);
    expect(read).toEqual(wanted);
    expect(line.readers[0]?.pd.events.lost).toBe(0);
    expect(line.codes()).toEqual([]);
    expect(line.kinds().at(-1)).not.toBe("device.offline");
  },
);

test("a card that the reader tells again, because its session was lost before it knew, is one reading", async () => {
  const line = await open();
  await line.until(isOnline(line));
  await line.pass(1);
  const [reader] = line.readers;
  const cards = () => line.kinds().filter((kind) => kind === "card.read").length;
  reader?.act({ kind: "card", number: 5 }, 0);
  await line.until(() => cards() === 1);
  // The session is gone, the card is still held.
  reader?.pd.setKey(KEY);
  expect(reader?.pd.events.waiting).toBe(1);
  await line.pass(5);
  expect(reader?.pd.events.waiting).toBe(0);
  expect(cards()).toBe(1);
  reader?.act({ kind: "card", number: 5 }, 0);
  reader?.act({ kind: "card", number: 5 }, 0);
  await line.pass(2);
  expect(cards()).toBe(3);
});

test("a key of the site file is what a reader is given inside the window, and in place of one the gateway made", async () => {
  const line = await open({ readers: [{ address: 3 }], keys: [{ ...KEY_FILE, secure: "install" }] });
  await line.until(isOnline(line));
  expect(Buffer.from(line.readers[0]?.pd.key ?? [])).toEqual(KEY);
  const vault = memoryVault();
  const own = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
  vault.files.set(`${READER}.json`, Buffer.from(JSON.stringify({ v: 1, current: own })));
  const moved = await open({ readers: [{ address: 3, key: Buffer.from(own, "hex") }], vault });
  await moved.until(isOnline(moved));
  await moved.pass(2);
  expect(Buffer.from(moved.readers[0]?.pd.key ?? [])).toEqual(KEY);
  expect(String(vault.files.get(`${READER}.json`))).not.toContain(own);
});
