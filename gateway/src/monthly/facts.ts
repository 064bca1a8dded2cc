/** What a month was like on this site: alerts against their clocks, devices, prompts, exchange with the platforms. Pure. */
import { type Alert, AlertKind, formatTime } from "@gatehouse/protocol";
import { z } from "zod";
import { deviceMonth, monthBounds } from "../core/repair/repair.ts";
import { type CoreState, modelOf } from "../core/state.ts";

const share = z.number().min(0).max(1).nullable();

/** Crosses the control socket. Times are RFC 3339, lengths ms, shares 0 to 1; null where there is nothing to count. */
export const MonthFacts = z.object({
  site: z.object({ id: z.string(), name: z.string(), gateway: z.string(), address: z.string().nullable() }),
  month: z.string(),
  writtenAt: z.string(),
  alerts: z.array(
    z.object({
      kind: AlertKind,
      raised: z.int(),
      acknowledged: z.int(),
      inTime: z.int(),
      medianAnswerMs: z.number().nullable(),
      ended: z.int(),
      medianEndMs: z.number().nullable(),
      open: z.int(),
    }),
  ),
  devices: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      place: z.string(),
      uptime: share,
      faults: z.int(),
      repairs: z.int(),
      mttrMs: z.number().nullable(),
      inTime: z.int(),
      downNow: z.boolean(),
    }),
  ),
  prompts: z.object({ opened: z.int(), handled: z.int(), escalated: z.int(), open: z.int() }),
  handOvers: z.object({ completed: z.int(), cancelled: z.int(), open: z.int() }),
  exchange: z.array(
    z.object({ uplink: z.string(), sent: z.int(), rejected: z.int(), dropped: z.int(), waiting: z.int() }),
  ),
});
export type MonthFacts = z.infer<typeof MonthFacts>;

export interface MonthSources {
  readonly state: CoreState;
  /** All that are on disk, the latest form of each. */
  readonly alerts: readonly Alert[];
  readonly exchange: MonthFacts["exchange"];
  readonly nowMs: number;
}

/** `month` is `2026-11`, of the site's own calendar. */
export function monthFacts({ state, alerts, exchange, nowMs }: MonthSources, month: string): MonthFacts {
  const model = modelOf(state);
  const { site } = model.config.site;
  const [fromMs, toMs] = monthBounds(month, model.zone);
  const within = (time: string | undefined): boolean => {
    const ms = time === undefined ? Number.NaN : Date.parse(time);
    return ms >= fromMs && ms < toMs;
  };
  const episodes = alerts.flatMap(episodesOf).filter(({ raisedAt }) => within(raisedAt));
  const prompts = [...state.prompts.values()].filter(({ openedAt }) => within(openedAt));
  const handOvers = [...state.handOvers.values()].filter(({ startedAt }) => within(startedAt));
  return {
    site: { id: site.id, name: site.name, gateway: model.gateway, address: site.address?.text ?? null },
    month,
    writtenAt: formatTime(nowMs, model.zone),
    alerts: AlertKind.options.flatMap((kind) => {
      const ofKind = episodes.filter((episode) => episode.kind === kind);
      return ofKind.length === 0 ? [] : [{ kind, ...countsOf(ofKind) }];
    }),
    devices: [...model.devices.values()].map(({ id, kind }) => {
      const { uptime, mttrMs, ...rest } = deviceMonth(state, id, month, nowMs);
      const space = model.spaceOf.get(id);
      const place = space === undefined ? "" : (model.spaces.get(space)?.space.name ?? space);
      return { id, kind, place, uptime: uptime ?? null, mttrMs: mttrMs ?? null, ...rest };
    }),
    prompts: {
      opened: prompts.length,
      handled: prompts.filter(({ state: stands }) => stands === "handled").length,
      escalated: prompts.filter(({ step }) => step > 0).length,
      open: prompts.filter(({ state: stands }) => stands === "open").length,
    },
    handOvers: {
      completed: handOvers.filter(({ state: stands }) => stands === "complete").length,
      cancelled: handOvers.filter(({ state: stands }) => stands === "cancelled").length,
      open: handOvers.filter(({ state: stands }) => stands === "open").length,
    },
    exchange,
  };
}

/** Nothing was recorded in it: no device was heard, no alert raised, nobody asked for anything. */
export const isEmptyMonth = ({ alerts, devices, prompts, handOvers }: MonthFacts): boolean =>
  alerts.length === 0 &&
  devices.every(({ uptime, faults, repairs }) => uptime === null && faults === 0 && repairs === 0) &&
  prompts.opened === 0 &&
  handOvers.completed + handOvers.cancelled + handOvers.open === 0;

interface Episode {
  readonly kind: Alert["kind"];
  readonly raisedAt: string;
  answeredAt?: string;
  endedAt?: string;
  overdue: boolean;
}

const WAITING: readonly string[] = ["raised", "reopened"];
const OVER: readonly string[] = ["cleared", "closed"];

/** From one raising to the next, out of the alert's history. */
function episodesOf({ kind, history }: Alert): Episode[] {
  const episodes: Episode[] = [];
  for (const { at, to, note } of history) {
    const last = episodes.at(-1);
    if (last === undefined || (WAITING.includes(to) && last.endedAt !== undefined)) {
      episodes.push({ kind, raisedAt: at, overdue: false });
      continue;
    }
    if (note === "not acknowledged in time") last.overdue = true;
    if (OVER.includes(to)) last.endedAt ??= at;
    if (!WAITING.includes(to) && to !== "cleared") last.answeredAt ??= at;
  }
  return episodes;
}

function countsOf(episodes: readonly Episode[]) {
  const answered = episodes.filter(({ answeredAt }) => answeredAt !== undefined);
  const ended = episodes.filter(({ endedAt }) => endedAt !== undefined);
  return {
    raised: episodes.length,
    acknowledged: answered.length,
    inTime: answered.filter(({ overdue }) => !overdue).length,
    medianAnswerMs: median(answered.map(({ raisedAt, answeredAt = raisedAt }) => span(raisedAt, answeredAt))),
    ended: ended.length,
    medianEndMs: median(ended.map(({ raisedAt, endedAt = raisedAt }) => span(raisedAt, endedAt))),
    open: episodes.length - ended.length,
  };
}

const span = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
