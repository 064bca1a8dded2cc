/** Finds electricity meters of DL/T 645 on a line, both editions. */
import {
  type Dlt645Edition,
  decodeDlt645Answer,
  decodeDlt645Frame,
  dlt645Control,
  dlt645Framing,
  dlt645ValuesOf,
  encodeDlt645Read,
  FrameError,
} from "@gatehouse/protocol";
import type { Ear } from "./ear.ts";
import { METER_WAIT_MS, searchMeters } from "./meter-call.ts";
import { EIGHT_E_ONE, type Finding, type Found, type OnProgress, type Scanner } from "./scanner.ts";

const ENERGY: Readonly<Record<Dlt645Edition, string>> = { "2007": "00010000", "1997": "9010" };

export const dlt645Scanner: Scanner = {
  name: "dlt645",
  format: EIGHT_E_ONE,
  defaultBauds: [2400, 9600, 1200, 4800],
  async *scan(ear, onProgress) {
    let found = false;
    for await (const finding of scanEdition(ear, "2007", (share, note) => onProgress(share * 0.98, note))) {
      found = true;
      yield finding;
    }
    if (!found) yield* scanEdition(ear, "1997", (share, note) => onProgress(0.98 + share * 0.02, note));
  },
};

function scanEdition(ear: Ear, edition: Dlt645Edition, onProgress: OnProgress): AsyncGenerator<Finding> {
  const ask = async (pattern: string) => {
    const request = encodeDlt645Read(pattern, ENERGY[edition]);
    const { frames, damaged } = await ear.call({ request, framing: dlt645Framing, waitMs: METER_WAIT_MS, one: false });
    return { meters: new Map(frames.flatMap((bytes) => meterIn(bytes, edition))), damaged };
  };
  return searchMeters(6, ask, onProgress);
}

function meterIn(bytes: Uint8Array, edition: Dlt645Edition): (readonly [string, Found])[] {
  const { address, control } = decodeDlt645Frame(bytes);
  if (!dlt645Control(control).fromMeter || !/^\d+$/.test(address)) return [];
  const keys = { kind: "energy-meter", address, ...(edition === "1997" ? { edition } : {}) };
  return [[address, { kind: "device", id: `meter-${address}`, about: `electricity meter, ${totalOf(bytes)}`, keys }]];
}

function totalOf(bytes: Uint8Array): string {
  try {
    const answer = decodeDlt645Answer(decodeDlt645Frame(bytes));
    if (answer.kind === "refusal") return `refuses its energy (${answer.errors.join(", ")})`;
    const value = answer.kind === "data" ? dlt645ValuesOf(answer.di, answer.data)[0] : undefined;
    return value?.kind === "value" ? `${value.text} kWh` : "without a total";
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return "with an answer that cannot be read";
  }
}
