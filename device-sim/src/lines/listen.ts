/** Where the lines of a scenario are: what the simulator listens at, and what a site file calls the same place. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scenario } from "../scenario.ts";
import { LINE_KINDS } from "./kinds.ts";
import type { Line } from "./scenario-lines.ts";

/** By line: `tcp:HOST:PORT` or `pty:PATH`; for boards on the network `udp:HOST:PORT`. */
export type LinePlaces = Readonly<Record<string, string>>;

const FIRST_PORT = 4001;

/** Where a line is listened at: as said, else at a port of loopback, 4001 for the first line, or a serial port in the folder for temporary files. */
export function placeOf({ lines }: Scenario, { id, speaks, over }: Line, places: LinePlaces = {}): string {
  const said = places[id];
  if (said !== undefined) return said;
  if (wayOf({ speaks, over }) === "pty") return `pty:${join(tmpdir(), `gatehouse-${id}`)}`;
  return `${wayOf({ speaks, over })}:127.0.0.1:${FIRST_PORT + lines.findIndex((line) => line.id === id)}`;
}

/** How a line is reached: boards are on the network. */
export const wayOf = ({ speaks, over }: Pick<Line, "speaks" | "over">): "tcp" | "pty" | "udp" =>
  speaks === "uhppote" ? "udp" : over;

/** The `link` of a site file that reaches it. */
export function linkOf({ speaks }: Line, place: string): string {
  const path = /^pty:(.+)$/.exec(place)?.[1];
  if (path === undefined) return place;
  const { baud } = LINE_KINDS[speaks];
  return `serial:${path}${baud === undefined ? "" : `?baud=${baud}`}`;
}
