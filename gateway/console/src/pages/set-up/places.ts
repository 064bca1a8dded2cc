/** The doors, gates and rooms of the site that a device can be put to; a gate that is missing is made by name. */
import { UNPLACED } from "./candidates.ts";
import type { Place } from "./number-match.ts";
import { type Edit, freeId, type SiteText } from "./site-file.ts";

export interface Places {
  /** Doors of rooms. */
  readonly portals: readonly Place[];
  /** Gates and turnstiles of the site, which no number tells; those that are only named yet too. */
  readonly gates: readonly Place[];
  readonly spaces: readonly Place[];
}

/** Doors go by the names of the room behind them. */
export function placesOf(site: SiteText, newGates: readonly NewGate[] = []): Places {
  const spaces = (site.spaces ?? []).map((space): Place => {
    const plate = (space["address"] as { plate?: string } | undefined)?.plate;
    const names = [space["name"], plate].filter((name) => typeof name === "string");
    return { id: space.id, names };
  });
  const byId = new Map(spaces.map((space) => [space.id, space]));
  const all = site.portals ?? [];
  const placeOf = ({ id, name, from = "", to = "" }: Portal): Place => {
    const inner = byId.get(to) ?? byId.get(from);
    const own = name === undefined ? [] : [name];
    return { id, names: inner === undefined ? own : [...own, inner.id, ...inner.names] };
  };
  const named = newGates
    .filter(({ id }) => !all.some((portal) => portal.id === id))
    .map(({ id, name }): Place => ({ id, names: [name] }));
  return {
    portals: all.filter((portal) => !isGate(portal)).map(placeOf),
    gates: [...all.filter(isGate).map(placeOf), ...named],
    spaces: spaces.filter(({ id }) => id !== UNPLACED),
  };
}

type Portal = NonNullable<SiteText["portals"]>[number];
const isGate = ({ kind }: Portal): boolean => kind === "gate" || kind === "turnstile";

/** A gate somebody named, which comes into the site file with the first device that is put there. */
export interface NewGate {
  readonly id: string;
  readonly name: string;
}

export function newGate(name: string, { portals = [] }: SiteText, others: readonly NewGate[]): NewGate {
  const taken = new Set([...portals, ...others].map(({ id }) => id));
  return { id: freeId(/^[\x20-\x7e]+$/.test(name) ? name : "gate", taken), name };
}

/** The named gates among these places, from the street into the yard the site has, or gets. */
export function gateEdits(
  places: readonly (string | undefined)[],
  gates: readonly NewGate[],
  { portals = [], spaces = [] }: SiteText,
  yardName: string,
): Edit[] {
  const used = gates.filter(({ id }) => places.includes(`portal:${id}`) && !portals.some((portal) => portal.id === id));
  if (used.length === 0) return [];
  const yard = spaces.find(({ id, kind }) => kind === "yard" && id !== UNPLACED)?.id;
  const to = yard ?? freeId("yard", new Set(spaces.map(({ id }) => id)));
  const space = { id: to, kind: "yard", name: yardName };
  return [
    ...(yard === undefined ? [{ op: "add" as const, path: "spaces", value: space }] : []),
    ...used.map(({ id, name }) => {
      const value = { id, kind: "gate", name, from: "outside", to };
      return { op: "add" as const, path: "portals", value };
    }),
  ];
}
