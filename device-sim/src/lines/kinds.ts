/** What may be on a scenario's lines: a protocol is a row. */
import { Random } from "@gatehouse/protocol/testing";
import { counterOf } from "../device-ids.ts";
import { createCjt188Meter } from "../devices/cjt188-meter.ts";
import { createDlt645Meter } from "../devices/dlt645-meter.ts";
import { createLd2410 } from "../devices/ld2410.ts";
import { createLd2450 } from "../devices/ld2450.ts";
import { createModbusCounter } from "../devices/modbus-counter.ts";
import { createOsdpReader } from "../devices/osdp-reader.ts";
import { dailyUse } from "../households/daily-use.ts";
import { presentAt } from "../households/movements.ts";
import { boardKind } from "./board-kind.ts";
import { doorNodeKind } from "./door-node-kind.ts";
import { each, type Happening, type LineKind, type Lives, linkOnly } from "./line-kind.ts";
import type { Line } from "./scenario-lines.ts";

/** From the gate to one's own door. */
const WALK_MS = 60_000;
const KEY_BYTES = 16;
const GATE_READER = "reader-gate";

/** The key of a simulated reader: the same in every run, and nobody's secret. */
export function readerKey(reader: string): Uint8Array {
  const random = new Random(`${reader}/key`);
  return Uint8Array.from({ length: KEY_BYTES }, () => random.int(0, 255));
}

export const keyFileOf = (reader: string): string => `${reader}.key`;

export const LINE_KINDS: Readonly<Record<Line["speaks"], LineKind>> = {
  osdp: {
    baud: 9600,
    // At the demo's pace some eight cards a second come by; a reader tells one at each question.
    driver: (pace, link) => ({ link, pollMs: 1_000 * pace(0.1, 0.05) }),
    idOf: () => GATE_READER,
    site: (_flat, index) => ({
      kind: "reader",
      portal: "gate",
      address: index + 1,
      direction: "in",
      key: { file: keyFileOf(GATE_READER) },
    }),
    make: each((id, index, random) => {
      const device = createOsdpReader({ id, address: index + 1, key: readerKey(id) }, random);
      return { device, own: device.ownFaults };
    }),
    happenings: cardsAtGate,
  },
  dlt645: {
    baud: 2400,
    driver: linkOnly,
    idOf: (flat) => `energy-${flat}`,
    site: (flat, index, pace) => ({
      kind: "energy-meter",
      space: flat,
      address: electricAddress(index),
      // Power is left out: in fast time a moment's watts say nothing.
      items: ["energy"],
      periodSeconds: pace(900, 1),
    }),
    make: each((id, index, random) => {
      const device = createDlt645Meter({ id, address: electricAddress(index) }, random);
      return { device, own: device.own };
    }),
    happenings: useOf,
  },
  cjt188: {
    baud: 2400,
    driver: linkOnly,
    idOf: (flat) => `water-${flat}`,
    site: (flat, index, pace) => ({
      kind: "water-meter",
      space: flat,
      address: waterAddress(index),
      periodSeconds: pace(900, 1),
    }),
    make: each((id, index, random) => {
      const device = createCjt188Meter({ id, address: waterAddress(index) }, random);
      return { device, own: device.own };
    }),
    happenings: useOf,
  },
  modbus: {
    baud: 9600,
    driver: linkOnly,
    idOf: (flat) => counterOf(flat ?? ""),
    site: (flat, index, pace) => ({
      kind: "counter",
      portal: `door-${flat}`,
      unit: index + 1,
      map: "people-counter",
      tech: "stereo",
      // A total has no time of its own: it counts when it is asked for, so that a counter is asked more often than a meter.
      periodSeconds: pace(2, 0.2),
    }),
    make: each((id, index, random) => {
      const device = createModbusCounter({ id, unit: index + 1 }, random);
      const own = {
        "wrong-address": (on: boolean) => device.fault(on ? "wrong-unit" : "well"),
        "counter-wrap": (on: boolean) => (on ? device.fault("counter-wrap") : undefined),
      };
      return { device, own };
    }),
    happenings: passes,
  },
  ld2410: {
    baud: 256_000,
    driver: linkOnly,
    idOf: (flat) => `presence-${flat}`,
    site: (flat, _index, pace) => ({
      kind: "presence",
      space: flat,
      tech: "radar",
      holdSeconds: pace(30, 0.2),
    }),
    make: each((id, _index, random) => ({ device: createLd2410({ id }, random) })),
    happenings: presence,
  },
  ld2450: {
    baud: 256_000,
    driver: (pace, link) => ({ link, countSeconds: pace(10, 1), repeatSeconds: pace(900, 60) }),
    idOf: (flat) => `people-${flat}`,
    site: (flat, _index, pace) => ({
      kind: "presence",
      space: flat,
      tech: "radar",
      holdSeconds: pace(30, 0.2),
    }),
    make: each((id, _index, random) => ({ device: createLd2450({ id }, random) })),
    happenings: presence,
  },
  uhppote: boardKind,
  "door-node": doorNodeKind,
};

const electricAddress = (index: number): string => String(2026_1100_0001 + index);
const waterAddress = (index: number): string => String(7833_0011_2200_01 + index);

/** Every resident who comes home shows the card at the gate first. */
function* cardsAtGate({ movements }: Lives): Generator<Happening> {
  for (const { atMs, card } of movements()) {
    if (card !== undefined) yield { atMs: atMs - WALK_MS, event: { kind: "card", number: Number(card) } };
  }
}

function* passes({ movements }: Lives): Generator<Happening> {
  for (const { atMs, direction } of movements()) yield { atMs, event: { kind: "pass", direction } };
}

function* presence({ flats, world, fromMs, movements }: Lives): Generator<Happening> {
  const people = flats.reduce((sum, flat) => sum + presentAt(flat, world, fromMs), 0);
  yield { atMs: fromMs, event: { kind: "presence", people } };
  for (const { atMs, present } of movements()) yield { atMs, event: { kind: "presence", people: present } };
}

function* useOf({ flats: [flat], world, fromMs }: Lives): Generator<Happening> {
  if (flat === undefined) return;
  for (const { atMs, wh, litres } of dailyUse(flat, world, fromMs)) {
    yield { atMs, event: { kind: "use", wh, litres } };
  }
}
