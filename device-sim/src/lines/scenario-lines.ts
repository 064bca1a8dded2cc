/** Lines of a scenario: devices that do not speak MQTT but bytes on a serial line or behind a device server. */
import { Id, type Problem } from "@gatehouse/protocol";
import { z } from "zod";
import { DEVICE_FAULTS, LINE_FAULTS } from "../devices/faulty.ts";

const LineDevice = z.strictObject({
  flat: Id.optional().describe("whose it is; a card reader has none, it stands at the compound's gate"),
  faults: z
    .array(z.enum([...LINE_FAULTS, ...DEVICE_FAULTS]))
    .default([])
    .describe("what it suffers, for as long as it runs"),
});

export const Line = z.strictObject({
  id: Id.describe("the driver's id in the site file"),
  speaks: z
    .enum(["osdp", "dlt645", "cjt188", "modbus", "ld2410", "ld2450", "uhppote", "door-node"])
    .describe(
      "what is on the line: card readers, electricity meters, water meters, people counters in place of those with MQTT, one radar, a board with up to four locks in place of those with MQTT, or one door board that `gatehouse bridge` owns, in place of a counter with MQTT",
    ),
  over: z.enum(["tcp", "pty"]).default("tcp").describe("a device server, or a serial port of its own"),
  devices: z.array(LineDevice).min(1).max(32),
});
export type Line = z.infer<typeof Line>;

const MAX_DOORS = 4;
const ALONE: Readonly<Partial<Record<Line["speaks"], string>>> = {
  ld2410: "a radar",
  ld2450: "a radar",
  "door-node": "a door board",
};

/** What is wrong with the lines beside the flats, if anything is. */
export function lineProblems(lines: readonly Line[], flats: ReadonlySet<string>): Problem[] {
  return lines.flatMap((line, at) => [
    ...repeated(
      lines.map(({ id }) => id),
      at,
      `lines.${at}.id`,
    ),
    ...line.devices.flatMap(({ flat }, index) => {
      const path = `lines.${at}.devices.${index}`;
      if (line.speaks === "osdp")
        return flat === undefined
          ? []
          : [{ path: `${path}.flat`, reason: "a card reader stands at the gate, not at a flat" }];
      if (flat === undefined) return [{ path: `${path}.flat`, reason: "is missing: whose device is it?" }];
      return flats.has(flat) ? [] : [{ path: `${path}.flat`, reason: `there is no flat "${flat}"` }];
    }),
    ...(ALONE[line.speaks] !== undefined && line.devices.length > 1
      ? [{ path: `lines.${at}.devices`, reason: `${ALONE[line.speaks]} has a line of its own` }]
      : []),
    ...(line.speaks === "uhppote" && line.devices.length > MAX_DOORS
      ? [{ path: `lines.${at}.devices`, reason: `a board has ${MAX_DOORS} doors` }]
      : []),
    ...twins(lines, at),
  ]);
}

function repeated(ids: readonly string[], at: number, path: string): Problem[] {
  return ids.indexOf(ids[at] ?? "") < at
    ? [{ path, reason: `"${ids[at]}" stands twice`, fix: "choose another id" }]
    : [];
}

/** A flat has one device of a kind, and the compound one gate. */
function twins(lines: readonly Line[], at: number): Problem[] {
  const line = lines[at];
  if (line === undefined) return [];
  const before = lines.slice(0, at).filter(({ speaks }) => speaks === line.speaks);
  const seen = new Set(before.flatMap(({ devices }) => devices.map(({ flat }) => flat)));
  return line.devices.flatMap(({ flat }, index) => {
    const isTwin = seen.has(flat);
    seen.add(flat);
    const whose = flat === undefined ? "the gate" : `"${flat}"`;
    return isTwin ? [{ path: `lines.${at}.devices.${index}`, reason: `${whose} has such a device already` }] : [];
  });
}
