/** A door board at a flat's door: the shipped image on a simulated chip, its beams broken by whoever lives there. The bridge owns it, no driver of the gateway. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { ConfigError } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { createDoorNode } from "../boards/door-node.ts";
import { boardTroubles } from "../boards/troubles.ts";
import { counterOf } from "../device-ids.ts";
import type { SimEvent } from "../devices/device.ts";
import { each, type Happening, type LineKind, type Lives, linkOnly } from "./line-kind.ts";
import { oneByOne } from "./one-by-one.ts";

const IMAGE = "@gatehouse/firmware-bridge/released/door-node-atmega328p.hex";
const SPEEDS_MM_PER_S = { low: 900, high: 1_600 };
/** From the start of a walk to the moment the firmware counts it, at a middling speed. */
const UNTIL_COUNTED_MS = 550;

export const doorNodeKind: LineKind = {
  driver: linkOnly,
  idOf: (flat) => counterOf(flat ?? ""),
  site: (flat) => ({ kind: "counter", portal: `door-${flat}`, tech: "beam" }),
  bridged: {
    board: (flat, link) => ({ id: `node-${flat}`, link, counter: counterOf(flat), fire: fireOf(flat) }),
    beside: (flat) => [{ id: fireOf(flat), kind: "fire-input", portal: `door-${flat}` }],
  },
  make: each((id, _index, random) => {
    const node = createDoorNode({ id, chip: "atmega328p", hex: shippedImage(), random });
    const troubles = boardTroubles(node, random.fork("troubles"));
    return { device: oneByOne(troubles.device), own: troubles.own };
  }),
  happenings: walks,
};

const fireOf = (flat: string): string => `fire-${flat}`;

/** Data of the package that builds it, not code: nothing of its source is imported. Throws ConfigError. */
function shippedImage(): string {
  try {
    return readFileSync(createRequire(import.meta.url).resolve(IMAGE), "latin1");
  } catch (cause) {
    const reason = `${IMAGE} cannot be read`;
    throw new ConfigError({ path: "lines", reason, fix: "install the package again" }, { cause });
  }
}

/** Everybody at a speed of their own, and so early that they have passed when they are to have passed: the board lives in real time, however fast the world's is. */
function* walks({ flats, movements, scale }: Lives): Generator<Happening> {
  const random = new Random(`walks/${flats.map(({ id }) => id).join()}`);
  for (const { atMs, direction } of movements()) {
    const event: SimEvent = {
      kind: "walk",
      direction,
      speedMmPerS: random.int(SPEEDS_MM_PER_S.low, SPEEDS_MM_PER_S.high),
    };
    yield { atMs: atMs - UNTIL_COUNTED_MS * scale, event };
  }
}
