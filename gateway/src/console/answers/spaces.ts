/** Answers about the site and its spaces. */
import { type Clock, formatDay, formatTime, localDay, type Policy } from "@gatehouse/protocol";
import { complianceOf } from "../../core/compliance/streak.ts";
import type { Belief } from "../../core/occupancy/belief.ts";
import { estimateOf } from "../../core/occupancy/estimate-of.ts";
import { alertIn } from "../../words/alert-in.ts";
import { titleOf } from "../../words/limit-basis.ts";
import type { Language } from "../../words/said.ts";
import type { Answers } from "../table/index.ts";
import type { SpaceRow } from "../table/spaces.ts";
import { type DeviceRowParts, deviceRows } from "./device-rows.ts";
import { limitInWords } from "./limit-words.ts";
import { pageOf } from "./page-of.ts";
import { notThere } from "./refusals.ts";
import { isOpenAlert, type SpaceRowParts, spaceRows } from "./space-rows.ts";

export interface SpaceParts extends SpaceRowParts, DeviceRowParts {
  readonly core: SpaceRowParts["core"] & DeviceRowParts["core"];
  readonly drivers: SpaceRowParts["drivers"];
  readonly clock: Clock;
  /** Every policy there is. */
  readonly policies: ReadonlyMap<string, Policy>;
  /** The wizard was finished, or a site file was given. */
  isSetUp(): boolean;
  readonly photosAllowed: boolean;
}

type Keys = "GET /api/1/site" | "GET /api/1/spaces" | "GET /api/1/spaces/:id" | "GET /api/1/spaces/:id/nights";

export function spaceAnswers(parts: SpaceParts): Answers<Keys> {
  const { core } = parts;
  return {
    "GET /api/1/site": async () => siteOf(parts),
    "GET /api/1/spaces": async ({ query }) => {
      const rows = spaceRows(parts);
      const wanted = rows.filter((row) => isWanted(row, query, core.model.spaces.get(row.id)?.address.plate));
      const order = new Map(rows.map(({ id }, index) => [id, index]));
      const at = (id: string) => order.get(id) ?? rows.length;
      return pageOf(
        wanted,
        query,
        ({ id }) => id,
        ({ id }, cursor) => at(id) > at(cursor),
      );
    },
    "GET /api/1/spaces/:id": async ({ params: { id } }, { language }) => spaceOf(parts, id, language),
    "GET /api/1/spaces/:id/nights": async ({ params: { id }, query: { days } }) => {
      if (!core.model.spaces.has(id)) throw notThere(id);
      const today = localDay(parts.clock.nowMs(), core.model.zone);
      return { nights: nightsOf(core.state.beliefs.get(id), today - days) };
    },
  };
}

function siteOf({ core, clock, policies, isSetUp, photosAllowed }: SpaceParts) {
  const { model, state } = core;
  const { site, policies: used } = model.config.site;
  const { code, text, grid, plate } = site.address ?? {};
  const alerts = [...state.alerts.values()].filter(({ alert }) => isOpenAlert(alert)).length;
  const prompts = [...state.prompts.values()].filter((prompt) => prompt.state === "open").length;
  const spaces = [...model.spaces.values()];
  return {
    id: site.id,
    gateway: model.gateway,
    name: site.name,
    kind: site.kind,
    timezone: model.zone,
    address: {
      ...(code === undefined ? {} : { code }),
      ...(text === undefined ? {} : { text }),
      ...(grid === undefined ? {} : { grid }),
      ...(plate === undefined ? {} : { plate }),
    },
    setUp: isSetUp(),
    counts: {
      spaces: spaces.length,
      judged: spaces.filter(({ limit }) => limit !== undefined).length,
      devices: model.devices.size,
      alerts,
      prompts,
    },
    policies: [...new Set(used.map(({ use }) => use))].flatMap((id) => {
      const policy = policies.get(id);
      if (policy === undefined) return [];
      const { name, reference = "" } = policy.source;
      return [{ id, title: titleOf(policy), basis: name, source: reference }];
    }),
    photos: photosAllowed,
    now: formatTime(clock.nowMs(), model.zone),
  };
}

interface Wanted {
  readonly risk?: SpaceRow["risk"] | undefined;
  readonly over?: boolean | undefined;
  readonly judged?: boolean | undefined;
  readonly search?: string | undefined;
}

function isWanted(row: SpaceRow, { risk, over, judged, search }: Wanted, plate: string | undefined): boolean {
  if (risk !== undefined && row.risk !== risk) return false;
  if (judged !== undefined && row.judged !== judged) return false;
  if (over !== undefined && isOver(row) !== over) return false;
  if (search === undefined || search === "") return true;
  const part = search.toLowerCase();
  return [row.id, row.name, plate].some((text) => text?.toLowerCase().includes(part));
}

const isOver = ({ limit, estimate }: SpaceRow): boolean =>
  limit !== null && estimate !== null && Math.max(estimate.present, estimate.residing) > limit.persons;

function spaceOf(parts: SpaceParts, id: string, language: Language) {
  const { model, state } = parts.core;
  const [row] = spaceRows(parts, new Set([id]));
  const place = model.spaces.get(id);
  if (row === undefined || place === undefined) throw notThere(id);
  const { space, limit, address } = place;
  const portals = [...model.portals.values()].filter(({ from, to }) => from === id || to === id);
  const here = new Set([...model.spaceOf].flatMap(([device, where]) => (where === id ? [device] : [])));
  const alerts = [...state.alerts.values()].map(({ alert }) => alert).filter((alert) => alert.space === id);
  return {
    row,
    space,
    address: { ...address },
    limitExplained: limit === undefined ? null : limitInWords(space, limit, parts.policies.get(limit.policy)),
    evidence: [...(estimateOf(state, id)?.evidence ?? [])],
    portals,
    devices: deviceRows(parts, language, here),
    alerts: alerts
      .sort((a, b) => Date.parse(b.raisedAt) - Date.parse(a.raisedAt))
      .map((alert) => alertIn(alert, language, model.config.policies)),
    compliance: complianceOf(state, id) ?? null,
  };
}

/** Nights behind local day `afterDay`, oldest first. One of an earlier release knows no interval. */
function nightsOf(belief: Belief | undefined, afterDay: number) {
  const mornings = belief?.mornings.filter(({ day }) => day > afterDay) ?? [];
  return mornings.map(({ day, residing, low = residing, high = residing, limit, pOver }) => ({
    date: formatDay(day),
    residing,
    low,
    high,
    limit: limit ?? null,
    pOver,
  }));
}
