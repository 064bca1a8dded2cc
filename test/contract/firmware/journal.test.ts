/** What the door node keeps: events over host outages and resets, totals and boot numbers over power cuts. */
import { type DoorNodeBoardMessage, fromHex } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { DoorNodeHost, PINS } from "../../support/door-node-host.ts";
import { makeFirmware } from "../../support/firmware-build.ts";

const RING = 144;
const built = makeFirmware("host");
afterAll(() => built.remove());

let node: DoorNodeHost;
beforeEach(async () => {
  node = new DoorNodeHost(built.folder);
  await node.settle();
});
afterEach(async () => await node.stop());

const hello = async () => await node.answer({ kind: "hello", protocol: 1 }, "hello");
const counts = async () => await node.answer({ kind: "counts-query" }, "counts");
const seqs = (messages: readonly DoorNodeBoardMessage[]) =>
  messages.flatMap((one) => (one.kind === "event" ? [one.seq] : []));

/** Opens and closes the door: two events, or three when it was forced. */
const press = async (times: number) => {
  const one = [`pin ${PINS.button} 0`, "run 40", `pin ${PINS.button} 1`, "run 40"];
  await node.frames(...Array(times).fill(one).flat());
};
/** A person of 400 ms walks in. */
const walkIn = [`pin ${PINS.beamA} 1`, "run 100", `pin ${PINS.beamB} 1`, "run 300", `pin ${PINS.beamA} 0`, "run 100"];
const passIn = [...walkIn, `pin ${PINS.beamB} 0`, "run 450"];

test("without a greeting no event is told, and none is lost", async () => {
  expect(await node.messages(...passIn, "run 60000")).toEqual([]);
  const events = await node.drain();
  expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining([1, 2]));
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
});

test("eight events are under way at most, and come again from the oldest after a second", async () => {
  await press(20);
  const greeted = await node.say({ kind: "hello", protocol: 1 });
  const first = seqs([...greeted, ...(await node.messages("run 500"))]);
  expect(first).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(seqs(await node.messages("run 1000"))).toEqual(first);
  expect(seqs(await node.say({ kind: "ack", journal: 1, seq: 3 }))).toEqual([9, 10, 11]);
  expect(seqs(await node.say({ kind: "resend", journal: 1, from: 6 }))).toEqual([6, 7, 8, 9, 10, 11]);
});

test("an acknowledgement of another journal, or of what was not sent, forgets nothing", async () => {
  await press(20);
  await node.say({ kind: "hello", protocol: 1 });
  await node.messages("run 200");
  await node.say({ kind: "ack", journal: 2, seq: 4 });
  await node.say({ kind: "ack", journal: 1, seq: 30 });
  expect((await hello()).oldest).toBe(1);
  const beat = await node.answer({ kind: "heartbeat" }, "heartbeat-answer");
  expect(beat).toMatchObject({ boot: 1, journal: 1, acked: 0, state: 0x40 });
});

test("an overflow is counted and told before the first event behind the gap", async () => {
  await press(RING);
  const { oldest, next, lost, ring } = await hello();
  expect(ring).toBe(RING);
  expect(next - oldest).toBe(RING);
  expect(lost).toBe(oldest - 1);
  expect(lost).toBeGreaterThan(0);
  // Under way when the ring runs over.
  await node.messages("run 100");
  await press(30);
  const heard = await node.messages("run 60");
  const overflow =
    heard.find(({ kind }) => kind === "overflow") ?? (await node.say({ kind: "resend", journal: 1, from: oldest }))[0];
  expect(overflow).toMatchObject({ kind: "overflow", journal: 1 });
  const all = await node.drain();
  expect(all).toHaveLength(RING);
});

test.each([8, 2])("a reset of cause %i loses no event, no count and no time", async (cause) => {
  await node.frames(...passIn, ...passIn);
  const before = await hello();
  const after = await (async () => {
    await node.frames(`reset ${cause}`, "run 30");
    return await hello();
  })();
  expect(after).toMatchObject({ boot: 2, journal: 1, cause, oldest: before.oldest, lost: 0 });
  expect(after.timeMs).toBeGreaterThanOrEqual(before.timeMs);
  expect(await counts()).toMatchObject({ boot: 2, in: 2, out: 0 });
  const events = await node.drain();
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
  expect(events.filter(({ event }) => event === 2)).toHaveLength(2);
});

test("a power cut begins a new journal; totals lack a minute at most", async () => {
  await node.frames(...passIn, "run 61000", ...passIn);
  expect(await counts()).toMatchObject({ in: 2 });
  await node.frames("power 1", "run 30");
  expect(await hello()).toMatchObject({ boot: 2, journal: 2, lost: 0 });
  expect((await counts()).in).toBeGreaterThanOrEqual(1);
});

test("no bit that flips in the RAM that is kept brings a wrong event back", async () => {
  await node.frames(...passIn);
  const truth = await node.drain();
  const random = new Random("firmware/garble");
  for (let round = 0; round < 40; round++) {
    await node.frames(...passIn);
    // The state, not the ring: 144 events of 8 bytes lie elsewhere.
    await node.frames(`garble ${random.int(0, 1_000_000)}`, "reset 8", "run 20");
    const { journal, oldest, next, boot } = await hello();
    expect(boot).toBe(round + 2);
    expect(next - oldest).toBeLessThanOrEqual(RING);
    expect(journal).toBeLessThanOrEqual(boot);
  }
  expect(truth.length).toBeGreaterThan(0);
});

test("power cuts at random instants: boot numbers grow, settings are old or new, totals never shrink by more than a minute", async () => {
  const random = new Random("firmware/power");
  let boot = 1;
  let held = 30;
  let passed = 0;
  for (let round = 0; round < 60; round++) {
    const wanted = random.int(1, 3600);
    await node.ask(`rx ${await encoded(9, "1,3", 4, wanted)}`);
    await node.frames(`run ${random.int(0, 260)}`, "power 4", `run ${random.int(1, 40)}`);
    const now = await hello();
    expect(now.boot).toBe(boot + 1);
    expect(now.journal).toBe(now.boot);
    boot = now.boot;
    const { value } = await node.answer({ kind: "config-read", key: 4 }, "config-value");
    expect([held, wanted]).toContain(value);
    held = value;
    await node.frames(...passIn, "run 61000");
    const total = await counts();
    passed++;
    expect(total.in).toBe(passed);
    await node.messages("run 200");
  }
});

const encoded = async (id: number, types: string, ...values: readonly number[]): Promise<string> => {
  const [line = ""] = await node.ask(`encode ${id} ${types} ${values.join(" ")}`);
  return line.slice(4);
};

test("records wander over the cells: none is written more often than the others", async () => {
  const written = async () => fromHex((await node.ask("eeprom"))[0]?.slice(7) ?? "");
  for (let round = 0; round < 70; round++) await node.frames("power 1", "run 2");
  expect((await hello()).boot).toBe(71);
  const cells = await written();
  const numbers = Array.from({ length: 58 }, (_, slot) => new DataView(cells.buffer).getUint32(96 + 16 * slot, true));
  expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 58 }, (_, at) => 14 + at));
});

test("settings that cannot be read are told, and factory values stand", async () => {
  await node.say({ kind: "config-write", key: 4, value: 77 });
  await node.messages("run 400");
  await node.ask(`spoil 0 ${"5a".repeat(96)}`);
  await node.frames("power 1", "run 30");
  expect(await node.answer({ kind: "config-read", key: 4 }, "config-value")).toMatchObject({ status: 0, value: 30 });
  expect((await node.answer({ kind: "self-test" }, "self-test-result")).problems & 1).toBe(1);
});

const identity = async () => (await node.answer({ kind: "identity-query" }, "identity")).identity;

test("a board keeps the number it took at its first start; another board has another", async () => {
  const first = await identity();
  for (const restart of ["reset 8", "power 1", "power 4"]) {
    await node.frames(restart, "run 30");
    expect(await identity()).toBe(first);
  }
  // One of its two copies is damaged.
  await node.ask("spoil 44 0000");
  await node.frames("power 1", "run 30");
  expect(await identity()).toBe(first);
  // An empty EEPROM is another board's.
  await node.ask(`spoil 0 ${"ff".repeat(1024)}`);
  await node.frames("power 1", "run 30");
  expect(await identity()).not.toBe(first);
  expect(await hello()).toMatchObject({ boot: 1, journal: 1 });
});

test("a changed setting leaves the identity alone", async () => {
  const before = await identity();
  for (const value of [5, 6, 7]) await node.answer({ kind: "config-write", key: 4, value }, "config-written");
  await node.frames("run 300", "power 1", "run 30");
  expect(await identity()).toBe(before);
  expect(await node.answer({ kind: "config-read", key: 4 }, "config-value")).toMatchObject({ value: 5 });
});

test.each([0, 777, 1999, 2001])(
  "a bit of byte %i of the program that falls over is told by the self-test",
  async (at) => {
    const problems = async () => (await node.answer({ kind: "self-test" }, "self-test-result")).problems & 128;
    await node.frames("run 600");
    expect(await problems()).toBe(0);
    await node.frames(`flip ${at}`, "run 4100");
    expect(await problems()).toBe(128);
  },
);

test.each<readonly [status: number, key: number, value: number, what: string]>([
  [0, 4, 3600, "the highest"],
  [2, 4, 3601, "one more"],
  [1, 0x0f, 1, "no key"],
  [2, 0x16, 5, "a pin that the button has"],
  [2, 0x16, 1, "a pin of the line"],
  [2, 0x16, 20, "a pin this chip lacks"],
  [0, 0x16, 10, "a free pin"],
])("status %i for setting %i to %i: %s", async (status, key, value) => {
  const before = await node.answer({ kind: "config-read", key }, "config-value");
  const answer = await node.answer({ kind: "config-write", key, value }, "config-written");
  expect(answer).toMatchObject({ status, key, value: status === 0 ? value : before.value });
});
