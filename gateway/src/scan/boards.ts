/** Finds UHPPOTE UDP boards on the local network, as a part of the site file. */
import type { Clock } from "@gatehouse/protocol";
import { discoverBoards } from "../drivers/uhppote/discover.ts";
import type { OnProgress } from "./scanner.ts";
import type { SitePart } from "./site-piece.ts";

/** Doors a board has, by the first digit of its serial number. */
const doorsOf = (serial: number): number => {
  const digit = Number(String(serial)[0]);
  return digit === 1 || digit === 2 || digit === 4 ? digit : 1;
};

/** Undefined when none answers. Throws LinkError when there is no network, or the signal aborts. */
export async function scanBoards(
  options: {
    readonly clock: Clock;
    readonly onProgress: OnProgress;
    readonly broadcast?: { host: string; port: number };
  },
  signal: AbortSignal,
): Promise<SitePart | undefined> {
  const { clock, onProgress, broadcast } = options;
  const boards = await discoverBoards(
    {
      clock,
      onProgress: (share, found) => onProgress(share, `uhppote: ${found} found`),
      ...(broadcast === undefined ? {} : { broadcast }),
    },
    signal,
  );
  if (boards.length === 0) return undefined;
  const places = boards.map(({ serial, from }) => ({
    serial,
    host: from.port === 60_000 ? from.host : `${from.host}:${from.port}`,
  }));
  return {
    driver: { id: "uhppote-1", type: "uhppote", boards: places },
    devices: boards.flatMap(({ serial, from }) =>
      Array.from({ length: doorsOf(serial) }, (_, index) => ({
        kind: "device" as const,
        id: `board-${serial}-${index + 1}`,
        about: `door ${index + 1} of the board at ${from.host}`,
        keys: { kind: "reader", serial, door: index + 1 },
      })),
    ),
  };
}
