/** The C of the door node and the TypeScript of the host read and write the same bytes; plain Firmata is answered. */
import { readFileSync } from "node:fs";
import {
  decodeFirmataBoard,
  encodeFirmataHost,
  encodeHostMessage,
  type FirmataBoardMessage,
  type FirmataHostMessage,
  firmataHostFraming,
  fromHex,
  isDoorNodeMessage,
  Splitter,
} from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { DoorNodeHost, hexOf, PINS } from "../../support/door-node-host.ts";
import { makeFirmware } from "../../support/firmware-build.ts";

interface OwnVector {
  readonly name: string;
  readonly own: boolean;
  readonly direction: string;
  readonly hex: string;
  readonly id: number;
  readonly layout: readonly ("u7" | "u14" | "u16" | "u32")[];
  readonly decoded: Readonly<Record<string, number>>;
}

const vectorFile = new URL("../../../protocol/vectors/firmata/messages.json", import.meta.url);
const all = (JSON.parse(readFileSync(vectorFile, "utf8")) as { readonly vectors: readonly OwnVector[] }).vectors;
const own = all.filter((vector) => vector.own);
const GROUPS = { u7: 1, u14: 2, u16: 3, u32: 5 };

const built = makeFirmware("host");
afterAll(() => built.remove());

let node: DoorNodeHost;
beforeEach(() => {
  node = new DoorNodeHost(built.folder);
});
afterEach(async () => await node.stop());

const firmata = async (message: FirmataHostMessage, ms = 60): Promise<FirmataBoardMessage[]> => {
  const frames = await node.frames(`rx ${hexOf(encodeFirmataHost(message))}`, `run ${ms}`);
  return frames.filter((frame) => !isDoorNodeMessage(frame)).map(decodeFirmataBoard);
};

test.each(own)("$name is read and written in C", async ({ hex, id, layout, decoded }) => {
  const types = layout.map((type) => GROUPS[type]).join(",");
  const values = Object.entries(decoded).flatMap(([name, value]) => (name === "kind" ? [] : [value]));
  expect(await node.ask(`decode ${hex} ${types}`)).toEqual([["fields", ...values].join(" ")]);
  if (layout.length > 0) expect(await node.ask(`encode ${id} ${types} ${values.join(" ")}`)).toEqual([`hex ${hex}`]);
  const flipped = hex.replace(/..(....f7)$/, (_, end: string) => `7e${end}`.slice(0, 8));
  if (flipped !== hex) expect(await node.ask(`decode ${flipped} ${types}`)).toEqual(["wrong"]);
});

test("tells version and name at the start, and again when asked", async () => {
  const greeting = [
    { kind: "version", major: 2, minor: 8 },
    { kind: "firmware", major: 1, minor: 1, name: "GatehouseDoorNode" },
  ];
  const first = (await node.frames("run 50")).map(decodeFirmataBoard);
  expect(first).toEqual(greeting);
  expect([...(await firmata({ kind: "version-query" })), ...(await firmata({ kind: "firmware-query" }))]).toEqual(
    greeting,
  );
});

test("lists every pin, pins with a role without a mode", async () => {
  await node.settle();
  const [capabilities] = await firmata({ kind: "capability-query" });
  if (capabilities?.kind !== "capabilities") throw new Error("no capabilities");
  expect(capabilities.pins).toHaveLength(20);
  const taken = capabilities.pins.flatMap((modes, pin) => (modes.length === 0 ? [pin] : []));
  expect(taken).toEqual([0, 1, ...Object.values(PINS).sort((a, b) => a - b)]);
  expect(capabilities.pins[10]).toEqual([
    { mode: 0, resolution: 1 },
    { mode: 11, resolution: 1 },
    { mode: 1, resolution: 1 },
  ]);
  expect(capabilities.pins[14]).toContainEqual({ mode: 2, resolution: 10 });
  const [mapping] = await firmata({ kind: "analog-mapping-query" });
  expect(mapping).toEqual({ kind: "analog-mapping", channels: [...Array(14).fill(127), 0, 1, 2, 3, 4, 5] });
});

test("a free pin is written, read and told of", async () => {
  await node.settle();
  await firmata({ kind: "pin-mode", pin: 10, mode: 1 });
  await firmata({ kind: "pin-write", pin: 10, value: 1 });
  expect(await node.ask("get 10")).toEqual(["pin 1 1"]);
  expect(await firmata({ kind: "pin-state-query", pin: 10 })).toEqual([
    { kind: "pin-state", pin: 10, mode: 1, value: 1 },
  ]);
  await firmata({ kind: "port-write", port: 1, bits: 0 });
  expect(await node.ask("get 10")).toEqual(["pin 1 0"]);
  await firmata({ kind: "pin-mode", pin: 11, mode: 11 });
  expect(await firmata({ kind: "report-port", port: 1, on: true })).toEqual([{ kind: "port", port: 1, bits: 8 }]);
  expect((await node.frames("pin 11 0", "run 20")).map(decodeFirmataBoard)).toEqual([
    { kind: "port", port: 1, bits: 0 },
  ]);
  await node.ask("analog 2 777");
  await firmata({ kind: "sampling-interval", intervalMs: 100 });
  const samples = await firmata({ kind: "report-analog", channel: 2, on: true }, 1000);
  expect(samples).toEqual(Array(10).fill({ kind: "analog", channel: 2, value: 777 }));
  await firmata({ kind: "system-reset" });
  expect(await node.ask("get 10")).toEqual(["pin 0 0"]);
  expect(await node.frames("pin 11 1", "run 500")).toEqual([]);
});

test("nothing of plain Firmata moves a pin with a role", async () => {
  await node.settle();
  const random = new Random("firmware/7");
  const orders: FirmataHostMessage[] = Array.from({ length: 500 }, () => {
    const pin = random.int(0, 19);
    const kinds: FirmataHostMessage[] = [
      { kind: "port-write", port: random.int(0, 2), bits: 255 },
      { kind: "pin-write", pin, value: 1 },
      { kind: "pin-mode", pin, mode: random.int(0, 11) },
      { kind: "system-reset" },
    ];
    return random.pick(kinds);
  });
  for (const order of orders) {
    await node.frames(`rx ${hexOf(encodeFirmataHost(order))}`, "run 3");
    expect(await node.lockReleased()).toBe(false);
  }
  expect(await firmata({ kind: "pin-state-query", pin: PINS.lock })).toEqual([
    { kind: "pin-state", pin: PINS.lock, mode: 127, value: 0 },
  ]);
});

const refusal = (refusedId: number, reason: number) => [{ kind: "refused", refusedId, reason }];

test("what is wrong is refused, by its reason", async () => {
  await node.settle();
  const heard = async (hex: string) => await node.messages(`rx ${hex}`, "run 40");
  expect(await heard("f00a000000f7")).toEqual(refusal(10, 1));
  expect(await heard(`f00a${"00".repeat(100)}f7`)).toEqual(refusal(10, 2));
  expect(await node.messages(`rx ${hexOf(encodeHostMessage({ kind: "ack", journal: 1, seq: 1 }))}`, "run 40")).toEqual(
    refusal(3, 4),
  );
  expect(await node.say({ kind: "hello", protocol: 2 })).toEqual(refusal(1, 5));
  const [line = ""] = await node.ask("encode 14 1 1");
  expect(await heard(line.slice(4))).toEqual(refusal(14, 3));
  const [short = ""] = await node.ask("encode 8 1,1 4 4");
  expect(await heard(short.slice(4))).toEqual(refusal(8, 2));
});

test("a line full of noise moves no lock, and the next message is understood", async () => {
  await node.settle();
  await node.say({ kind: "hello", protocol: 1 });
  const random = new Random("firmware/11");
  const lock = encodeHostMessage({
    kind: "lock",
    boot: 1,
    command: 5,
    lock: 0,
    action: 1,
    pulseMs: 1000,
    notAfterMs: 50_000,
  });
  for (let round = 0; round < 300; round++) {
    const noise = Uint8Array.from({ length: random.int(0, 79) }, () => random.int(0, 255));
    const hurt = Uint8Array.from(lock);
    hurt[1 + random.int(0, hurt.length - 3)] = random.int(0, 127);
    if (hexOf(hurt) === hexOf(lock)) continue;
    await node.frames(`rx ${hexOf(noise)}${hexOf(hurt)}`, "run 30");
    expect(await node.lockReleased()).toBe(false);
  }
  // Nothing of what was heard in part is left over.
  await node.frames("run 3000", "rx f7");
  expect((await node.answer({ kind: "heartbeat" }, "heartbeat-answer")).boot).toBe(1);
});

test("the host's framing and the board's parser agree on where messages are", async () => {
  await node.settle();
  const random = new Random("firmware/23");
  for (let round = 0; round < 200; round++) {
    const noise = Uint8Array.from(
      { length: 1 + random.int(0, 59) },
      () => [0xf0, 0xf7, 0x0a, 0x56, 0x5b, 0x01, random.int(0, 255)][random.int(0, 6)] as number,
    );
    // Version queries and the like answer too: only own messages are compared.
    const splitter = new Splitter(firmataHostFraming);
    const pieces = [...splitter.push(noise), ...splitter.push(fromHex("F9"))];
    const frames = pieces.filter(({ kind, bytes }) => kind === "frame" && isDoorNodeMessage(bytes) && bytes.length > 2);
    const answers = await node.messages(`rx ${hexOf(noise)}f9`, "run 400");
    expect(answers.length, hexOf(noise)).toBe(frames.length);
  }
});
