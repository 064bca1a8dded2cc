/** People before two beams: who they are, how fast and how close, against what the door node counts. */
import { Random } from "@gatehouse/protocol/testing";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { DoorNodeHost, PINS } from "../../support/door-node-host.ts";
import { makeFirmware } from "../../support/firmware-build.ts";

const APART_CM = 10;
const built = makeFirmware("host");
afterAll(() => built.remove());

let node: DoorNodeHost;
beforeEach(async () => {
  node = new DoorNodeHost(built.folder);
  await node.settle();
});
afterEach(async () => await node.stop());

interface Dark {
  readonly pin: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A body that walks through: beam A lies at 0 cm, B behind it. */
function walk(startMs: number, speedCmS: number, lengthCm: number, inward = true): Dark[] {
  const ms = (cm: number) => startMs + Math.round((cm / speedCmS) * 1000);
  const [first, last] = inward ? [PINS.beamA, PINS.beamB] : [PINS.beamB, PINS.beamA];
  return [
    { pin: first, fromMs: ms(0), toMs: ms(lengthCm) },
    { pin: last, fromMs: ms(APART_CM), toMs: ms(APART_CM + lengthCm) },
  ];
}

/** Comes so far that both beams are dark, and goes back. */
function turn(startMs: number, speedCmS: number, lengthCm: number, outside = true): Dark[] {
  const step = Math.round((APART_CM / speedCmS) * 1000);
  const [near, far] = outside ? [PINS.beamA, PINS.beamB] : [PINS.beamB, PINS.beamA];
  const stayMs = Math.round((lengthCm / speedCmS) * 1000);
  return [
    { pin: near, fromMs: startMs, toMs: startMs + 2 * step + stayMs },
    { pin: far, fromMs: startMs + step, toMs: startMs + step + stayMs },
  ];
}

/** Plays it, and gives the events of passages. */
async function seen(darks: readonly Dark[]): Promise<number[]> {
  const edges = darks
    .flatMap(({ pin, fromMs, toMs }) => [
      { atMs: fromMs, line: `pin ${pin} 1` },
      { atMs: toMs, line: `pin ${pin} 0` },
    ])
    .sort((a, b) => a.atMs - b.atMs);
  let nowMs = 0;
  const lines = edges.flatMap(({ atMs, line }) => {
    const wait = atMs - nowMs;
    nowMs = atMs;
    return wait > 0 ? [`run ${wait}`, line] : [line];
  });
  await node.frames(...lines, "run 450");
  const events = await node.drain();
  return events.map(({ event }) => event).filter((event) => event >= 2 && event <= 4);
}

const IN = 2;
const OUT = 3;
const BACK = 4;

test.each([30, 60, 120, 250, 400])("one person at %i cm/s, both ways", async (speed) => {
  expect(await seen(walk(10, speed, 30))).toEqual([IN]);
  expect(await seen(walk(10, speed, 30, false))).toEqual([OUT]);
});

test.each([
  [120, 60],
  [120, 12],
  [120, 6],
  [200, 8],
  [60, 5],
])("two people at %i cm/s, %i cm between them, are two", async (speed, gapCm) => {
  const second = 10 + Math.round(((30 + gapCm) / speed) * 1000);
  expect(await seen([...walk(10, speed, 30), ...walk(second, speed, 30)])).toEqual([IN, IN]);
  expect(await seen([...walk(10, speed, 30, false), ...walk(second, speed, 30, false)])).toEqual([OUT, OUT]);
});

test("who turns back in the doorway is counted nowhere", async () => {
  expect(await seen(turn(10, 80, 30))).toEqual([BACK]);
  expect(await seen(turn(10, 80, 30, false))).toEqual([BACK]);
});

const shift = (darks: readonly Dark[], ms: number): Dark[] =>
  darks.map(({ pin, fromMs, toMs }) => ({ pin, fromMs: fromMs + ms, toMs: toMs + ms }));

test("who has left both beams and is back at once is counted nowhere, whoever comes later is", async () => {
  // Through at 100 cm/s in 410 ms, and out again.
  const back = (afterMs: number) => [...walk(10, 100, 30), ...shift(walk(0, 100, 30, false), 410 + afterMs)];
  expect(await seen(back(200))).toEqual([BACK]);
  expect(await seen(back(900))).toEqual([IN, OUT]);
  // A child out of the door is not the adult who went in.
  expect(await seen([...walk(10, 100, 45), ...shift(walk(0, 100, 16, false), 560 + 200)])).toEqual([IN, OUT]);
  await node.answer({ kind: "config-write", key: 0x0e, value: 0 }, "config-written");
  expect(await seen(back(200))).toEqual([IN, OUT]);
});

test("a hand cart belongs to who pulls or pushes it; a small one only where the site says so", async () => {
  const pulled = (lengthCm: number) => [...walk(10, 100, 30), ...walk(10 + 300 + 250, 100, lengthCm)];
  expect(await seen(pulled(80))).toEqual([IN]);
  expect(await seen([...walk(10, 100, 80), ...walk(10 + 800 + 250, 100, 30)])).toEqual([IN]);
  expect(await seen(pulled(40))).toEqual([IN, IN]);
  await node.answer({ kind: "config-write", key: 0x0c, value: 30 }, "config-written");
  expect(await seen(pulled(40))).toEqual([IN]);
  expect(await seen([...walk(10, 100, 30), ...walk(10 + 300 + 400, 100, 30)])).toEqual([IN, IN]);
});

test("a passage that nothing follows is told when nobody can come back, also with somebody in the beam again", async () => {
  const stands = [...walk(10, 100, 30), { pin: PINS.beamB, fromMs: 600, toMs: 7_000 }];
  expect(await seen(stands)).toEqual([IN]);
});

test("who hesitates half way is one person", async () => {
  // A clears, is covered again for a moment while B is still dark, then goes through.
  const darks = [
    { pin: PINS.beamA, fromMs: 10, toMs: 300 },
    { pin: PINS.beamB, fromMs: 100, toMs: 1500 },
    { pin: PINS.beamA, fromMs: 700, toMs: 1400 },
  ];
  expect(await seen(darks)).toEqual([IN]);
});

test("a hand, a stick and a bag are no people", async () => {
  expect(await seen([{ pin: PINS.beamA, fromMs: 10, toMs: 500 }])).toEqual([]);
  expect(await seen(walk(10, 100, 4))).toEqual([]);
  expect(await seen([{ pin: PINS.beamB, fromMs: 10, toMs: 12 }])).toEqual([]);
  // A bag carried ahead, clear of the body.
  expect(await seen([...walk(10, 100, 8), ...walk(330, 100, 30)])).toEqual([IN]);
});

test("a beam that stays dark is told, and told again when it is clear", async () => {
  await node.frames(`pin ${PINS.beamA} 1`, "run 10100", `pin ${PINS.beamA} 0`, "run 100");
  const events = (await node.drain()).map(({ event, data }) => [event, data]);
  expect(events.slice(-2)).toEqual([
    [5, 1],
    [6, 1],
  ]);
});

test("two thousand people at random speeds and distances: the totals are the truth", async () => {
  const random = new Random("firmware/passages");
  const truth = { in: 0, out: 0 };
  const darks: Dark[] = [];
  let atMs = 10;
  let before = true;
  for (let person = 0; person < 2000; person++) {
    const speed = random.int(40, 250);
    const length = random.int(20, 45);
    const inward = random.int(0, 1) === 1;
    // Nobody stands ready where the other one has just been.
    if (inward !== before) atMs += 450;
    before = inward;
    darks.push(...walk(atMs, speed, length, inward));
    truth[inward ? "in" : "out"]++;
    atMs += Math.ceil(((length + APART_CM) / speed) * 1000) + random.int(10, 1500);
  }
  await seen(darks);
  const { in: counted, out } = await node.answer({ kind: "counts-query" }, "counts");
  expect({ in: counted, out }).toEqual(truth);
}, 60_000);

test("swapped beams swap the direction", async () => {
  await node.answer({ kind: "config-write", key: 5, value: 8 }, "config-written");
  expect(await seen(walk(10, 120, 30))).toEqual([OUT]);
});
