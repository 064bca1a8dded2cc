/** Locks of the door node: who may release one, and that each comes back. */
import type { DoorNodeHostMessage } from "@gatehouse/protocol";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { DoorNodeHost, PINS } from "../../support/door-node-host.ts";
import { makeFirmware } from "../../support/firmware-build.ts";

const built = makeFirmware("host");
afterAll(() => built.remove());

let node: DoorNodeHost;
beforeEach(async () => {
  node = new DoorNodeHost(built.folder);
  await node.settle();
  await node.say({ kind: "hello", protocol: 1 });
});
afterEach(async () => await node.stop());

type LockCommand = DoorNodeHostMessage & { readonly kind: "lock" };
const pulse: LockCommand = {
  kind: "lock",
  boot: 1,
  command: 1,
  lock: 0,
  action: 1,
  pulseMs: 2000,
  notAfterMs: 30_000,
};
const status = async (command: LockCommand) => (await node.answer(command, "lock-result")).status;
const set = async (key: number, value: number) =>
  await node.answer({ kind: "config-write", key, value }, "config-written");
const stay = async (ms: number) => await node.messages(`run ${ms}`);
const kinds = (events: readonly { readonly event: number; readonly data: number }[]) =>
  events.map(({ event, data }) => [event, data]);

test("a pulse releases, is answered, and ends by itself", async () => {
  expect(await node.answer(pulse, "lock-result")).toMatchObject({
    boot: 1,
    command: 1,
    status: 0,
    lock: 0,
    released: 1,
  });
  expect(await node.lockReleased()).toBe(true);
  await stay(1900);
  expect(await node.lockReleased()).toBe(true);
  await stay(100);
  expect(await node.lockReleased()).toBe(false);
  expect(kinds(await node.drain()).slice(-2)).toEqual([
    [0x20, 0x10],
    [0x21, 0x20],
  ]);
});

test("a repeated id is answered and does nothing", async () => {
  expect(await status(pulse)).toBe(0);
  await stay(2100);
  expect(await status(pulse)).toBe(1);
  expect(await node.lockReleased()).toBe(false);
});

test.each([
  [2, "too late", { notAfterMs: 1 }],
  [2, "from a far future", { notAfterMs: 3_600_000 }],
  [3, "for another boot", { boot: 9 }],
  [4, "for a lock that is not there", { lock: 1 }],
  [4, "for a lock no board has", { lock: 77 }],
  [5, "that no page names", { action: 7 }],
  [5, "to hold, which is not allowed", { action: 2 }],
  [6, "longer than the limit", { pulseMs: 30_001 }],
] as const)("status %i for a command %s", async (expected, _what, change) => {
  expect(await status({ ...pulse, ...change })).toBe(expected);
  expect(await node.lockReleased()).toBe(false);
  // What was refused may be said again, right.
  expect(await status(pulse)).toBe(0);
});

test("command 0 is refused as out of range", async () => {
  expect(await node.say({ ...pulse, command: 0 })).toContainEqual({ kind: "refused", refusedId: 7, reason: 5 });
});

test("what is held is secured when the host is lost, a pulse goes its own way", async () => {
  await set(5, 7);
  expect(await status({ ...pulse, action: 2 })).toBe(0);
  for (let second = 0; second < 15; second++) {
    await stay(960);
    await node.answer({ kind: "heartbeat" }, "heartbeat-answer");
  }
  expect(await node.lockReleased()).toBe(true);
  await stay(9900);
  expect(await node.lockReleased()).toBe(true);
  await stay(200);
  expect(await node.lockReleased()).toBe(false);
  expect(kinds(await node.drain()).at(-1)).toEqual([0x21, 0x50]);
});

test("the door opened and closed again ends a pulse", async () => {
  await status({ ...pulse, pulseMs: 20_000 });
  await stay(500);
  await node.frames(`pin ${PINS.contact} 1`, "run 800");
  expect(await node.lockReleased()).toBe(true);
  await node.frames(`pin ${PINS.contact} 0`, "run 100");
  expect(await node.lockReleased()).toBe(false);
  const events = kinds(await node.drain());
  expect(events.slice(-4)).toEqual([
    [0x20, 0x10],
    [0x10, 1],
    [0x11, 0],
    [0x21, 0x60],
  ]);
});

test("fire releases without a host, refuses to secure, and secures when it has ended", async () => {
  await stay(20_000);
  await node.frames(`pin ${PINS.fire} 1`, "run 40");
  expect(await node.lockReleased()).toBe(true);
  await stay(120_000);
  expect(await node.lockReleased()).toBe(true);
  await node.say({ kind: "hello", protocol: 1 });
  const { timeMs } = await node.answer({ kind: "heartbeat" }, "heartbeat-answer");
  const now = { notAfterMs: timeMs + 10_000 };
  expect(await status({ ...pulse, ...now, action: 0 })).toBe(7);
  expect(await node.lockReleased()).toBe(true);
  await status({ ...pulse, ...now, command: 2 });
  await stay(4000);
  expect(await node.lockReleased()).toBe(true);
  await node.frames(`pin ${PINS.fire} 0`, "run 40");
  expect(await node.lockReleased()).toBe(false);
});

test("the exit button releases without a host, and a door opened so is not forced", async () => {
  await stay(20_000);
  await node.frames(`pin ${PINS.button} 0`, "run 100", `pin ${PINS.button} 1`, "run 100");
  expect(await node.lockReleased()).toBe(true);
  await node.frames(`pin ${PINS.contact} 1`, "run 100", `pin ${PINS.contact} 0`, "run 6000");
  expect(await node.lockReleased()).toBe(false);
  const events = kinds(await node.drain()).slice(-5);
  expect(events).toEqual([
    [0x14, 0],
    [0x20, 0x30],
    [0x10, 1],
    [0x11, 0],
    [0x21, 0x60],
  ]);
});

test.each(["reset 8", "reset 2", "power 1", "power 4"])("after %s nothing is released", async (how) => {
  await set(5, 7);
  await stay(300);
  await status({ ...pulse, action: 2 });
  expect(await node.lockReleased()).toBe(true);
  await node.frames(how, "run 1");
  expect(await node.lockReleased()).toBe(false);
  await stay(2000);
  // The command of before is for another boot.
  await node.say({ kind: "hello", protocol: 1 });
  expect(await status({ ...pulse, command: 2 })).toBe(3);
});

test("fail-safe turns the output round", async () => {
  await set(1, 1);
  await stay(300);
  expect(await node.ask(`get ${PINS.lock}`)).toEqual(["pin 1 1"]);
  await status(pulse);
  expect(await node.ask(`get ${PINS.lock}`)).toEqual(["pin 1 0"]);
  await node.frames("power 1", "run 1");
  expect(await node.ask(`get ${PINS.lock}`)).toEqual(["pin 1 1"]);
});

test("a forced door sounds, one held open for too long is told once", async () => {
  await node.frames(`pin ${PINS.contact} 1`, "run 100");
  expect(await node.ask(`get ${PINS.buzzer}`)).toEqual(["pin 1 1"]);
  await stay(61_000);
  expect(await node.ask(`get ${PINS.buzzer}`)).not.toEqual([]);
  await node.frames(`pin ${PINS.contact} 0`, "run 100");
  expect(await node.ask(`get ${PINS.buzzer}`)).toEqual(["pin 1 0"]);
  const events = kinds(await node.drain());
  expect(events.slice(-4)).toEqual([
    [0x10, 0],
    [0x12, 0],
    [0x13, 0],
    [0x11, 0],
  ]);
});

test("tamper, and a switch that bounces", async () => {
  const bounce = Array.from({ length: 20 }, (_, at) => [`pin ${PINS.tamper} ${at % 2}`, "run 3"]).flat();
  await node.frames(...bounce, `pin ${PINS.tamper} 1`, "run 100", ...bounce, `pin ${PINS.tamper} 0`, "run 100");
  expect(kinds(await node.drain()).slice(-2)).toEqual([
    [0x15, 0],
    [0x16, 0],
  ]);
});
