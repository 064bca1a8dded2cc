/** Radars: they speak unasked and obey nobody; what they see is told anew on every line. */
import { createLd2410, createLd2450, type SimDevice } from "@gatehouse/device-sim";
import { driverTypes } from "gatehouse";
import type { ReplugRow } from "./replug-run.ts";

const devices = [{ id: "radar", kind: "presence" as const, driver: "r", space: "s", reversed: false, holdSeconds: 10 }];

interface Seen {
  readonly kind?: string;
  readonly value?: number;
}

function radarRow(
  type: "ld2410" | "ld2450",
  make: (...random: Parameters<ReplugRow["simulate"]>) => SimDevice,
  tells: (item: Seen, people: number) => boolean,
): ReplugRow {
  const peopleOf = (n: number) => (n % 3) + 1;
  return {
    driver: type,
    query: "",
    create: (link, deps) => {
      const row = driverTypes.find((candidate) => candidate.type === type);
      if (row === undefined) throw new RangeError(`there is no driver type ${type}`);
      return row.create(type, row.config.parse({ link }) as never, { ...deps, devices });
    },
    simulate: (random) => {
      const radar = make(random);
      return {
        devices: [radar],
        happen: (n, nowMs) => radar.act({ kind: "presence", people: peopleOf(n) }, nowMs),
        tells: (item, n) => tells(item as Seen, peopleOf(n)),
        repeats: true,
        obeyed: () => 0,
      };
    },
  };
}

export const RADAR_ROWS: readonly ReplugRow[] = [
  radarRow(
    "ld2410",
    (random) => createLd2410({ id: "sim", missed: 0, ghosts: 0 }, random),
    ({ kind }) => kind === "presence.on",
  ),
  radarRow(
    "ld2450",
    (random) => createLd2450({ id: "sim", missed: 0 }, random),
    ({ kind, value }, people) => kind === "presence.count" && value === people,
  ),
];
