/** For how long a door node keeps what happens while its host is away, at a rush hour's pace. */
import { DOOR_NODE_EVENTS } from "@gatehouse/protocol";
import { afterAll, expect, test } from "vitest";
import { DoorNodeHost, PINS } from "../../support/door-node-host.ts";
import { makeFirmware } from "../../support/firmware-build.ts";

/** Of the chips: what `hal.h` gives each. */
const RINGS = { atmega328p: 144, atmega2560: 960 } as const;
const PEOPLE_A_MINUTE = 10;
const PERSON_MS = 60_000 / PEOPLE_A_MINUTE;

const inward = [
  `pin ${PINS.beamA} 1`,
  "run 80",
  `pin ${PINS.beamB} 1`,
  "run 150",
  `pin ${PINS.beamA} 0`,
  "run 80",
  `pin ${PINS.beamB} 0`,
];
const outward = inward.map((line) => line.replace(/pin [23]/, (pin) => (pin === "pin 2" ? "pin 3" : "pin 2")));
const WALK_MS = 310;
const opens = [`pin ${PINS.contact} 1`, "run 500"];
const shuts = ["run 500", `pin ${PINS.contact} 0`];
const presses = [`pin ${PINS.button} 0`, "run 100", `pin ${PINS.button} 1`, "run 100"];
const rest = (ms: number) => [`run ${ms}`];

/** One in and one out, as they are at a door that stands open and at one that falls shut behind each and is opened by the button from inside. */
const PAIRS = {
  "door stands open": [...inward, ...rest(PERSON_MS - WALK_MS), ...outward, ...rest(PERSON_MS - WALK_MS)],
  "door shut behind each": [
    ...[...opens, ...inward, ...shuts, ...rest(PERSON_MS - WALK_MS - 1_000)],
    ...[...presses, ...opens, ...outward, ...shuts, ...rest(PERSON_MS - WALK_MS - 1_200)],
  ],
};

const built = Object.fromEntries(
  Object.entries(RINGS).map(([chip, ring]) => [chip, makeFirmware("host", { HOST_DEFINES: `-DJOURNAL_RING=${ring}` })]),
);
afterAll(() => {
  for (const { remove } of Object.values(built)) remove();
});

test.each([
  ["atmega328p", "door stands open", 14],
  ["atmega328p", "door shut behind each", 2],
  ["atmega2560", "door stands open", 90],
  ["atmega2560", "door shut behind each", 18],
] as const)(
  "%s, %s: at least %i minutes of 10 people each, then the oldest are counted as lost",
  async (chip, pair, least) => {
    const node = new DoorNodeHost(built[chip]?.folder ?? "");
    await node.settle();
    await node.drain();
    // The session ends, and with it what a host hears.
    await node.frames("run 15000");
    let minutes = 0;
    let held = await node.answer({ kind: "identity-query" }, "identity");
    const began = held.acked;
    for (; minutes < 300; minutes += 2 / PEOPLE_A_MINUTE) {
      await node.frames(...PAIRS[pair]);
      held = await node.answer({ kind: "identity-query" }, "identity");
      const beat = await node.answer({ kind: "heartbeat" }, "heartbeat-answer");
      if ((beat.state >> 10) & 1) break;
    }
    console.log(`${chip}, ${pair}: ${minutes.toFixed(1)} minutes of rush hour, ${RINGS[chip]} events`);
    expect(minutes).toBeGreaterThanOrEqual(least);
    expect(held.acked).toBe(began);
    const { oldest, lost, ring } = await node.answer({ kind: "hello", protocol: 1 }, "hello");
    expect(ring).toBe(RINGS[chip]);
    expect(lost).toBe(oldest - 1 - began);
    const events = await node.drain();
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: ring }, (_, at) => oldest + at));
    expect(events.some(({ event }) => event === DOOR_NODE_EVENTS["passed-out"])).toBe(true);
    await node.stop();
  },
  120_000,
);
