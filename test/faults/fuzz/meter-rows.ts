/** Meters: frames of DL/T 645 and CJ/T 188, read by the reader, by a simulated meter, and said in words. */
import { readFileSync } from "node:fs";
import { createCjt188Meter, createDlt645Meter, type SimDevice } from "@gatehouse/device-sim";
import {
  cjt188Framing,
  createCjt188Exchange,
  createDlt645Exchange,
  decodeCjt188Answer,
  decodeCjt188Frame,
  decodeCjt188Request,
  decodeDlt645Answer,
  decodeDlt645Frame,
  decodeDlt645Request,
  describeCjt188,
  describeDlt645,
  dlt645Framing,
  dlt645Item,
  dlt645ValuesOf,
  type Framing,
  fromHex,
  litresOf,
  RejectedError,
  Splitter,
  sum8,
  wattHoursOf,
} from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import type { FuzzRow } from "./row.ts";

function seedsOf(protocol: "dlt645" | "cjt188"): Uint8Array[] {
  const file = new URL(`../../../protocol/vectors/${protocol}/frames.json`, import.meta.url);
  const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { vectors: { hex: string; expect?: string }[] };
  return vectors.filter(({ expect }) => expect === undefined).map(({ hex }) => fromHex(hex));
}

/** Length, end and sum as the header wants them; `lengthAt` from the first 68. */
const repairAt =
  (lengthAt: number) =>
  (bytes: Uint8Array): Uint8Array => {
    const from = bytes.indexOf(0x68);
    const copy = bytes.slice();
    const body = copy.subarray(Math.max(0, from));
    if (from < 0 || body.length < lengthAt + 3) return copy;
    if (lengthAt === 9) body[7] = 0x68;
    body[lengthAt] = body.length - lengthAt - 3;
    body[body.length - 2] = sum8(body.subarray(0, -2));
    body[body.length - 1] = 0x16;
    return copy;
  };

let nowMs = 0;

/** Bytes through the splitter, and each frame to whoever reads it. */
const reading =
  (framing: Framing, meter: SimDevice, describe: (bytes: Uint8Array) => string, read: (frame: Uint8Array) => void) =>
  (bytes: Uint8Array): void => {
    const splitter = new Splitter(framing);
    for (const piece of [...splitter.push(bytes), ...splitter.flush()]) {
      describe(piece.bytes);
      if (piece.kind === "frame") read(piece.bytes);
    }
    // A second after what it heard last, so that nothing is left of it.
    nowMs += 1_000;
    meter.hear(bytes, nowMs);
  };

/** A refusal is an answer. */
function patiently(hear: () => unknown): void {
  try {
    hear();
  } catch (error) {
    if (!(error instanceof RejectedError)) throw error;
  }
}

function readDlt645(bytes: Uint8Array): void {
  const frame = decodeDlt645Frame(bytes);
  if ((frame.control & 0x80) === 0) {
    decodeDlt645Request(frame);
    return;
  }
  const answer = decodeDlt645Answer(frame);
  if (answer.kind !== "data") return;
  patiently(() => createDlt645Exchange(frame.address, answer.di).hear(bytes));
  if (dlt645Item(answer.di) !== undefined) dlt645ValuesOf(answer.di, answer.data);
}

function readCjt188(bytes: Uint8Array): void {
  const frame = decodeCjt188Frame(bytes);
  if ((frame.control & 0x80) === 0) {
    decodeCjt188Request(frame);
    return;
  }
  const answer = decodeCjt188Answer(frame);
  const asked = { type: 0x10, address: "AA".repeat(7), order: "90-1F", serial: 0 } as const;
  patiently(() => createCjt188Exchange(asked).hear(bytes));
  if (answer.kind !== "totals") return;
  if (answer.reading.kind === "heat") wattHoursOf(answer.reading.current);
  else litresOf(answer.reading.current);
}

const electric = createDlt645Meter({ id: "e", address: "000000000161", partBytes: 8 }, new Random("e"));
const water = createCjt188Meter({ id: "w", address: "78330011223344" }, new Random("w"));

export const METER_ROWS: readonly FuzzRow[] = [
  {
    name: "dlt645",
    seeds: seedsOf("dlt645"),
    framing: dlt645Framing,
    repair: repairAt(9),
    run: reading(dlt645Framing, electric, (bytes) => describeDlt645(bytes, "rx"), readDlt645),
  },
  {
    name: "cjt188",
    seeds: seedsOf("cjt188"),
    framing: cjt188Framing,
    repair: repairAt(10),
    run: reading(cjt188Framing, water, (bytes) => describeCjt188(bytes, "rx"), readCjt188),
  },
];
