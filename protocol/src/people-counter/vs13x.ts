/**
 * Payloads of the Milesight VS13x people counters (LoRaWAN), by the maker's own examples: items of channel, type and value, numbers low byte
 * first. Four lines, each with running totals (D2) and persons of the last period (CC), and persons in four regions now (E3).
 */
import { ByteReader, ByteWriter } from "../bytes.ts";
import { FrameError } from "../errors.ts";

/** `line_1_total_in: 72`, names as the maker has them. */
export type Vs13xCounts = Readonly<Record<string, number>>;

const TOTAL = 0xd2;
const PERIOD = 0xcc;
const REGIONS = 0xe3;
const REGIONS_CHANNEL = 0x0f;
const LINES = [1, 2, 3, 4] as const;

/** Each line has three channels in a row: total in, total out, period. */
const firstChannel = (line: number): number => 3 * line;

/** Throws FrameError `truncated`, or `unknown` for an item the maker does not name. */
export function decodeVs13x(payload: Uint8Array): Vs13xCounts {
  const reader = new ByteReader(payload);
  const counts: Record<string, number> = {};
  while (reader.left > 0) {
    const [channel, type] = [reader.u8(), reader.u8()];
    const line = Math.floor(channel / 3);
    const place = channel % 3;
    const isLine = line >= 1 && line <= LINES.length;
    if (type === TOTAL && isLine && place < 2)
      counts[`line_${line}_total_${place === 0 ? "in" : "out"}`] = reader.u32le();
    else if (type === PERIOD && isLine && place === 2) {
      counts[`line_${line}_period_in`] = reader.u16le();
      counts[`line_${line}_period_out`] = reader.u16le();
    } else if (type === REGIONS && channel === REGIONS_CHANNEL)
      for (const region of LINES) counts[`region_${region}_count`] = reader.u8();
    else throw new FrameError("unknown", `item ${channel}/${type} of a VS13x counter is not known`);
  }
  return counts;
}

/** Items in the maker's order, where all values of an item are there. */
export function encodeVs13x(counts: Vs13xCounts): Uint8Array {
  const writer = new ByteWriter();
  const of = (name: string) => counts[name];
  for (const line of LINES) {
    const [into, out] = [of(`line_${line}_total_in`), of(`line_${line}_total_out`)];
    if (into !== undefined) writer.u8(firstChannel(line), TOTAL).u32le(into);
    if (out !== undefined) writer.u8(firstChannel(line) + 1, TOTAL).u32le(out);
  }
  for (const line of LINES) {
    const [into, out] = [of(`line_${line}_period_in`), of(`line_${line}_period_out`)];
    if (into !== undefined && out !== undefined)
      writer
        .u8(firstChannel(line) + 2, PERIOD)
        .u16le(into)
        .u16le(out);
  }
  const regions = LINES.map((region) => of(`region_${region}_count`)).filter((count) => count !== undefined);
  if (regions.length === LINES.length) writer.u8(REGIONS_CHANNEL, REGIONS).u8(...regions);
  return writer.done();
}
