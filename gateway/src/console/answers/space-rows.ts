/** Spaces as the board shows them. What depends on the site alone is worked out once for each configuration. */
import { type Alert, OUTSIDE } from "@gatehouse/protocol";
import type { LiveDrivers } from "../../core/commands/live-drivers.ts";
import type { Core } from "../../core/core.ts";
import type { Model, SpaceModel } from "../../core/model.ts";
import { estimateOf } from "../../core/occupancy/estimate-of.ts";
import type { CoreState } from "../../core/state.ts";
import type { SpaceRow } from "../table/spaces.ts";

export interface SpaceRowParts {
  readonly core: Pick<Core, "model" | "state">;
  readonly drivers: Pick<LiveDrivers, "get">;
}

type Level = Alert["level"];
const LEVELS: readonly Level[] = ["blue", "yellow", "red", "emergency"];

export const isOpenAlert = ({ state, clearedAt }: Alert): boolean => state !== "closed" || clearedAt === null;

/** In the order of the site file. `only` narrows them. */
export function spaceRows(parts: SpaceRowParts, only?: ReadonlySet<string>): SpaceRow[] {
  const { model, state } = parts.core;
  const fixed = fixedOf(model);
  const alerts = openBySpace(state);
  const rows: SpaceRow[] = [];
  for (const [id, place] of model.spaces) {
    if (id === OUTSIDE || only?.has(id) === false) continue;
    rows.push(rowOf(parts, id, place, fixed, alerts.get(id)));
  }
  return rows;
}

function rowOf(
  { core, drivers }: SpaceRowParts,
  id: string,
  place: SpaceModel,
  fixed: Fixed,
  alerts: OpenAlerts | undefined,
): SpaceRow {
  const { space, limit, risk } = place;
  const devices = fixed.devices.get(id) ?? NONE;
  let devicesDown = 0;
  for (const { device, driver } of devices)
    if (drivers.get(driver) === undefined || core.state.devices.get(device)?.online === false) devicesDown += 1;
  return {
    id,
    kind: space.kind,
    name: space.name ?? id,
    parent: space.parent ?? null,
    ...(fixed.places.get(id) ?? { building: null, floor: null }),
    risk,
    judged: limit !== undefined,
    registered: space.registered ?? null,
    limit: limit === undefined ? null : { persons: limit.persons, policy: limit.policy, basis: limit.basis },
    estimate: estimateRow(core.state, id),
    alerts: alerts?.count ?? 0,
    worst: alerts?.worst ?? null,
    devices: devices.length,
    devicesDown,
  };
}

const NONE: readonly never[] = [];

function estimateRow(state: CoreState, id: string): SpaceRow["estimate"] {
  const estimate = estimateOf(state, id);
  if (estimate === undefined) return null;
  const { present, presentLow, presentHigh, residing, low, high, pOver, stand } = estimate;
  const abstains = stand.abstains === null ? null : { en: stand.abstains.says, zh: stand.abstains.zh };
  return { present, presentLow, presentHigh, residing, low, high, pOver, sign: stand.sign, abstains };
}

interface OpenAlerts {
  count: number;
  worst: Level;
}

function openBySpace(state: CoreState): Map<string, OpenAlerts> {
  const open = new Map<string, OpenAlerts>();
  for (const { alert } of state.alerts.values()) {
    if (!isOpenAlert(alert)) continue;
    const known = open.get(alert.space);
    if (known === undefined) open.set(alert.space, { count: 1, worst: alert.level });
    else {
      known.count += 1;
      if (LEVELS.indexOf(alert.level) > LEVELS.indexOf(known.worst)) known.worst = alert.level;
    }
  }
  return open;
}

interface Fixed {
  readonly places: ReadonlyMap<string, { readonly building: string | null; readonly floor: string | null }>;
  readonly devices: ReadonlyMap<string, readonly { readonly device: string; readonly driver: string }[]>;
}

const fixedBy = new WeakMap<Model, Fixed>();

function fixedOf(model: Model): Fixed {
  const known = fixedBy.get(model);
  if (known !== undefined) return known;
  const devices = new Map<string, { device: string; driver: string }[]>();
  for (const [device, space] of model.spaceOf) {
    const driver = model.devices.get(device)?.driver ?? "";
    const there = devices.get(space);
    if (there === undefined) devices.set(space, [{ device, driver }]);
    else there.push({ device, driver });
  }
  const places = new Map([...model.spaces.keys()].map((id) => [id, placeOf(model, id)] as const));
  const fixed = { places, devices };
  fixedBy.set(model, fixed);
  return fixed;
}

/** By what lies above it, else by what its id says: `3-302` is on the third floor of building 3. */
function placeOf(model: Model, id: string): { building: string | null; floor: string | null } {
  let [building, floor]: (string | null)[] = [null, null];
  const seen = new Set<string>();
  for (let at: string | undefined = id; at !== undefined && !seen.has(at); ) {
    seen.add(at);
    const space: SpaceModel["space"] | undefined = model.spaces.get(at)?.space;
    if (space?.kind === "building") building ??= space.name ?? at;
    if (space?.kind === "floor") floor ??= space.name ?? at;
    at = space?.parent;
  }
  const [, told, number] = /^(?:(.+)-)?(\d{1,2})\d\d$/.exec(id) ?? [];
  return { building: building ?? told ?? null, floor: floor ?? number ?? null };
}
