/** The radars: what a line makes of a stranger's bytes, and what stands in answers to settings. */
import { readFileSync } from "node:fs";
import {
  decodeLd2410,
  decodeLd2410Limits,
  decodeLd2410Parameters,
  decodeLd2450,
  decodeLd2450Zones,
  decodeRadarConfig,
  describeRadar,
  encodeLd2410,
  encodeLd2450,
  encodeRadarConfig,
  type Framing,
  fromHex,
  InvariantError,
  ld2410Framing,
  ld2450Framing,
  radarFirmware,
  Splitter,
  toHex,
} from "@gatehouse/protocol";
import type { FuzzRow } from "./row.ts";

interface Vectors {
  readonly vectors: readonly { readonly hex: string; readonly decoded?: { readonly value?: string } }[];
}

const vectorsOf = (radar: string) => {
  const url = new URL(`../../../protocol/vectors/${radar}/frames.json`, import.meta.url);
  return (JSON.parse(readFileSync(url, "utf8")) as Vectors).vectors;
};
const framesOf = (radar: string) =>
  vectorsOf(radar)
    .filter(({ decoded }) => decoded !== undefined)
    .map(({ hex }) => fromHex(hex));
const values = ["ld2410", "ld2450"]
  .flatMap(vectorsOf)
  .flatMap(({ decoded }) => (decoded?.value === undefined ? [] : [fromHex(decoded.value)]));

/** Length and tail as the header wants them. */
function repair(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  if (copy.length < 12) return copy;
  if (copy[0] === 0xaa) copy.set([0x55, 0xcc], copy.length - 2);
  else {
    copy[4] = copy.length - 10;
    copy[5] = 0;
    copy.set(copy[0] === 0xfd ? [4, 3, 2, 1] : [0xf8, 0xf7, 0xf6, 0xf5], copy.length - 4);
  }
  return copy;
}

function same(again: Uint8Array, bytes: Uint8Array): void {
  if (toHex(again) !== toHex(bytes)) throw new InvariantError(`encoded as ${toHex(again)}`);
}

/** Bytes in, meaning out; what can be read is written as the same bytes. */
function line(framing: Framing, report: (frame: Uint8Array) => void) {
  return (bytes: Uint8Array): void => {
    const splitter = new Splitter(framing);
    for (const piece of [...splitter.push(bytes), ...splitter.flush()]) {
      describeRadar(piece.bytes, "rx");
      if (piece.kind !== "frame") continue;
      if (piece.bytes[0] === 0xfd) same(encodeRadarConfig(decodeRadarConfig(piece.bytes)), piece.bytes);
      else report(piece.bytes);
    }
  };
}

const ld2410Line = line(ld2410Framing, (frame) => {
  const again = encodeLd2410(decodeLd2410(frame));
  // Two bytes have no meaning: they are taken, and written as the maker writes them.
  if (again.length !== frame.length) throw new InvariantError(`encoded as ${toHex(again)}`);
});
const ld2450Line = line(ld2450Framing, (frame) => {
  const targets = decodeLd2450(frame);
  const again = decodeLd2450(encodeLd2450(targets));
  // A zero has two spellings; what is read is the same.
  const seen = (list: typeof targets) => JSON.stringify(list);
  if (seen(again) !== seen(targets)) throw new InvariantError(`read as ${seen(again)} where ${seen(targets)} was`);
});

export const RADAR_ROWS: readonly FuzzRow[] = [
  {
    name: "ld2410-line",
    seeds: framesOf("ld2410"),
    framing: ld2410Framing,
    repair,
    run: ld2410Line,
    decode: decodeReport,
  },
  {
    name: "ld2450-line",
    seeds: framesOf("ld2450"),
    framing: ld2450Framing,
    repair,
    run: ld2450Line,
    decode: decodeTargets,
  },
  ...(
    [
      ["ld2410-parameters", decodeLd2410Parameters],
      ["ld2410-limits", decodeLd2410Limits],
      ["ld2450-zones", decodeLd2450Zones],
      ["radar-firmware", radarFirmware],
    ] as const
  ).map(([name, read]) => ({ name, seeds: values, run: (bytes: Uint8Array) => void read(bytes) })),
];

function decodeReport(bytes: Uint8Array): void {
  for (const piece of new Splitter(ld2410Framing).push(bytes))
    if (piece.bytes[0] === 0xf4) decodeLd2410(piece.bytes);
    else if (piece.kind === "frame") decodeRadarConfig(piece.bytes);
}

function decodeTargets(bytes: Uint8Array): void {
  for (const piece of new Splitter(ld2450Framing).push(bytes))
    if (piece.bytes[0] === 0xaa && piece.kind === "frame") decodeLd2450(piece.bytes);
}
