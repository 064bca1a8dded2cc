/** An access board with the locks of up to four flats, on the network: it tells cards and doors with its own clock's time. */

import { lockOf } from "../device-ids.ts";
import { createUhppoteBoard } from "../devices/uhppote-board.ts";
import { passagesOf } from "../households/passages.ts";
import type { Happening, LineKind, Lives } from "./line-kind.ts";

const SERIAL = 405_419_896;
/** Cards of the households have 32 bits. */
const CARDS = "wiegand34";

export const boardKind: LineKind = {
  driver: (pace, link) => ({
    boards: [{ serial: SERIAL, host: link.replace(/^udp:/, "") }],
    pollSeconds: pace(2, 0.2),
    cards: CARDS,
  }),
  idOf: (flat) => lockOf(flat ?? ""),
  site: (flat, index) => ({
    kind: "lock",
    portal: `door-${flat}`,
    doorContact: true,
    serial: SERIAL,
    door: index + 1,
    direction: "in",
  }),
  // The doors of one board: the first of them hears and tells for all.
  make: (ids, _chance, clock) => {
    const board = createUhppoteBoard({ id: ids.join("+"), serial: SERIAL, clock });
    return ids.map((id, index) => ({
      own: board.ownFaults,
      device: {
        id,
        hear: (bytes) => (index === 0 ? board.hear(bytes) : []),
        act: (event) => {
          board.place = { door: index + 1, direction: "in" };
          board.act(event);
        },
      },
    }));
  },
  happenings: lockEvents,
};

function* lockEvents({ flats: [flat], world, movements }: Lives): Generator<Happening> {
  if (flat === undefined) return;
  for (const { atMs, reading } of passagesOf(movements(), world.timezone)) {
    if (reading.device !== lockOf(flat.id)) continue;
    const { kind, credential } = reading;
    if (kind === "access.granted") yield { atMs, event: { kind: "card", number: Number(credential), granted: true } };
    else if (kind === "door.opened" || kind === "door.closed")
      yield { atMs, event: { kind: "door", open: kind === "door.opened" } };
  }
}
