import { describe, expect, it } from "vitest";
import { flatsOf } from "../compound.ts";
import { endOf, movements, readings, worldOf } from "../households/generate.ts";
import { presentAt } from "../households/movements.ts";
import { readScenario, startOf } from "../scenario.ts";
import { type LineEvent, lineEvents } from "./line-events.ts";
import type { Line } from "./scenario-lines.ts";

const scenario = readScenario("compound");
const HOUR_MS = 3_600_000;
const all = (seed: number): LineEvent[] => [...lineEvents({ scenario, seed })];
const events = all(4);
const of = (device: string) => events.filter((event) => event.device === device);

describe("what happens to devices on lines", () => {
  it("is the same for the same seed, in order of time, and ends with the scenario", () => {
    expect(all(4)).toEqual(events);
    expect(all(5)).not.toEqual(events);
    const times = events.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeLessThan(endOf(scenario));
    const devices = new Set(events.map(({ device }) => device));
    expect([...devices].sort()).toEqual([
      "count-1-201",
      "count-3-301",
      "energy-1-101",
      "energy-1-102",
      "energy-2-301",
      "energy-3-302",
      "presence-1-101",
      "reader-gate",
      "water-3-302",
    ]);
  });

  it("shows every resident's card at the gate before each coming home, and nobody else's", () => {
    const shown = of("reader-gate").map(({ event }) => (event.kind === "card" ? event.number : Number.NaN));
    const home = [...movements({ scenario, seed: 4 })].flatMap(({ card }) =>
      card === undefined ? [] : [Number(card)],
    );
    expect(shown.slice(0, home.length)).toEqual(home);
    // Who comes home right after the end has shown the card before it.
    expect(shown.length - home.length).toBeLessThan(3);
  });

  it("counts who passes the door of a flat, and nobody at other doors", () => {
    const passed = of("count-1-201").map(({ event }) => (event.kind === "pass" ? event.direction : event.kind));
    const truth = [...movements({ scenario, seed: 4 })].filter(({ flat }) => flat === "1-201");
    expect(passed).toEqual(truth.map(({ direction }) => direction));
  });

  it("tells a radar how many are in, from the first moment on", () => {
    const flat = flatsOf(scenario).find(({ id }) => id === "1-101");
    if (flat === undefined) throw new RangeError("no flat 1-101");
    const seen = of("presence-1-101");
    expect(seen[0]?.atMs).toBe(startOf(scenario));
    const world = worldOf(scenario, 4);
    for (const { atMs, event } of seen.slice(0, 100)) {
      expect(event).toEqual({ kind: "presence", people: presentAt(flat, world, atMs) });
    }
  });

  it("has a board's locks told what a lock with MQTT says by itself, at the same times", () => {
    const board: Line = { id: "board", speaks: "uhppote", over: "tcp", devices: [{ flat: "2-302", faults: [] }] };
    const span = { scenario: { ...scenario, lines: [board] }, seed: 4 };
    const told = [...lineEvents(span)].map(({ atMs, event }) => {
      if (event.kind === "card") return `${atMs} access.granted ${String(event.number).padStart(10, "0")}`;
      return event.kind === "door" ? `${atMs} door.${event.open ? "opened" : "closed"} ` : event.kind;
    });
    const said = [...readings(span)].filter(({ reading }) => reading.device === "lock-2-302");
    expect(told).toEqual(said.map(({ atMs, reading }) => `${atMs} ${reading.kind} ${reading.credential ?? ""}`));
    expect(told.length).toBeGreaterThan(100);
  });

  it("uses electricity and water by the hour of world time, more where more people are", () => {
    const hours = (endOf(scenario) - startOf(scenario)) / HOUR_MS;
    const used = (device: string) => {
      const uses = of(device).map(({ event }) =>
        event.kind === "use" ? event : { wh: Number.NaN, litres: Number.NaN },
      );
      expect(uses.length).toBe(hours - 1);
      const sum = (values: (number | undefined)[]) => values.reduce<number>((total, value) => total + (value ?? 0), 0);
      return {
        kWhPerDay: (sum(uses.map(({ wh }) => wh)) * 24) / hours / 1_000,
        litresPerDay: (sum(uses.map(({ litres }) => litres)) * 24) / hours,
      };
    };
    const one = used("energy-1-101").kWhPerDay;
    const five = used("energy-2-301").kWhPerDay;
    const seven = used("energy-3-302").kWhPerDay;
    expect(one).toBeGreaterThan(1.5);
    expect(five).toBeGreaterThan(2 * one);
    expect(seven).toBeGreaterThan(five);
    expect(seven).toBeLessThan(25);
    expect(used("water-3-302").litresPerDay).toBeGreaterThan(300);
  });
});
