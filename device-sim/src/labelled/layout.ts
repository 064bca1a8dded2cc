/** The plan of a site: its spaces with area and limit, and the doors between them. */
import type { Random } from "@gatehouse/protocol/testing";
import { between } from "./draws.ts";
import type { Family, LabelledPlan } from "./options.ts";

/** A space somebody may live in. */
export interface Dwelling {
  readonly id: string;
  readonly kind: "flat" | "room" | "shed";
  /** Areas of the living rooms of a flat; one number for a room or shed. */
  readonly roomsM2: readonly number[];
  /** By head count and area; a family may have more. */
  readonly limit: number;
}

/** The space between the dwellings and outside, where there is one. */
export interface Hall {
  readonly id: string;
  readonly kind: "corridor" | "yard";
}

export interface Layout {
  readonly family: Family;
  readonly dwellings: readonly Dwelling[];
  readonly hall: Hall | undefined;
}

export const M2_PER_PERSON = 5;
const DOORS_PER_FLOOR = 6;

export function drawLayout(random: Random, plan: LabelledPlan): Layout {
  const { family } = plan;
  const mix = siteMix(random);
  const dwellings = Array.from({ length: plan.spaces }, (_, index) => DWELLING[family](random, index, mix));
  return { family, dwellings, hall: HALLS[family] };
}

interface Mix {
  /** Share of one-room flats, or of small rooms and sheds. */
  readonly small: number;
  readonly three: number;
}

const siteMix = (random: Random): Mix => ({ small: between(random, 0.3, 0.75), three: between(random, 0.2, 0.6) });

const HALLS: Readonly<Record<Family, Hall | undefined>> = {
  flats: undefined,
  dormitory: { id: "COR", kind: "corridor" },
  construction: { id: "CAMP", kind: "yard" },
};

const DWELLING: Readonly<Record<Family, (random: Random, index: number, mix: Mix) => Dwelling>> = {
  flats: flat,
  dormitory: (random, index, mix) =>
    bunkRoom(random, `R${301 + index}`, "room", random.chance(mix.small) ? 4 : random.chance(0.9) ? 6 : 8),
  construction: (random, index, mix) =>
    bunkRoom(random, `S${two(index + 1)}`, "shed", random.chance(0.07) ? 4 : random.chance(mix.small) ? 6 : 8),
};

function flat(random: Random, index: number, mix: Mix): Dwelling {
  const rooms = random.chance(mix.small) ? 1 : random.chance(mix.three) ? 3 : 2;
  const roomsM2 = Array.from({ length: rooms }, () =>
    tenth(rooms === 1 ? random.normal(14.5, 3.3) : random.normal(13, 2.4)),
  );
  const limit = roomsM2.reduce((sum, areaM2) => sum + Math.min(2, Math.floor(areaM2 / M2_PER_PERSON)), 0);
  const id = `F${two(1 + Math.floor(index / DOORS_PER_FLOOR))}${two(1 + (index % DOORS_PER_FLOOR))}`;
  return { id, kind: "flat", roomsM2, limit };
}

function bunkRoom(random: Random, id: string, kind: "room" | "shed", limit: number): Dwelling {
  const perBed = kind === "room" ? between(random, 4.45, 5.35) : between(random, 2.65, 3.4);
  return { id, kind, roomsM2: [tenth(limit * perBed)], limit };
}

const tenth = (areaM2: number): number => Math.round(Math.max(areaM2, 8) * 10) / 10;
const two = (n: number): string => String(n).padStart(2, "0");
