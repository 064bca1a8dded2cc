/** The report's rooms: what is known of each judged space, and its section on the page. */
import { type Alert, formatDay } from "@gatehouse/protocol";
import type { Stand } from "../../core/occupancy/estimate.ts";
import { estimateOf } from "../../core/occupancy/estimate-of.ts";
import { modelOf } from "../../core/state.ts";
import { isAboutResidents, type SpaceAlerts } from "../episodes.ts";
import type { Night } from "../nights.ts";
import type { Outcome } from "../outcome.ts";
import { limitsOf } from "../replay.ts";
import { both, escapeHtml, percent, persons, shortTime } from "./html.ts";
import { DRAWINGS, Plotter } from "./plots.ts";
import { kindName, levelName, sourceName, weightWords } from "./words.ts";

export interface Room {
  readonly id: string;
  readonly title: string;
  readonly limit: { readonly persons: number; readonly basis: string };
  readonly registered: number | undefined;
  /** Limits of what it is compared with. */
  readonly otherLimits: readonly number[];
  readonly nights: readonly Night[];
  /** In order of raising; of many, some. */
  readonly alerts: readonly Alert[];
  readonly counts: SpaceAlerts["byKind"];
  /** As believed at the end. */
  readonly stand: Stand | undefined;
}

export const aboutResidents = ({ counts }: Pick<Room, "counts">): number =>
  [...counts].reduce((sum, [kind, n]) => sum + (isAboutResidents(kind) ? n : 0), 0);

export const allAlerts = ({ counts }: Pick<Room, "counts">): number => [...counts.values()].reduce((a, b) => a + b, 0);

/** Judged spaces: those with findings about who lives there first, then those with other alerts, else as on the site. */
export function roomsOf([base, ...compared]: readonly [Outcome, ...Outcome[]]): Room[] {
  const limits = compared.map(({ replay }) => limitsOf(replay.state));
  const rooms = [...modelOf(base.replay.state).spaces].flatMap(([id, { limit, space }]): Room[] => {
    if (limit === undefined) return [];
    const { shown = [], byKind = new Map() } = base.episodes.spaces.get(id) ?? {};
    return [
      {
        id,
        title: space.name === undefined || space.name === id ? id : `${id} ${space.name}`,
        limit,
        registered: space.registered,
        otherLimits: limits.flatMap((each) => each.get(id) ?? []),
        nights: base.nights.of(id),
        alerts: [...shown].sort((a, b) => a.raisedAt.localeCompare(b.raisedAt)),
        counts: byKind,
        stand: estimateOf(base.replay.state, id)?.stand,
      },
    ];
  });
  const rank = (room: Room) => (aboutResidents(room) > 0 ? 0 : allAlerts(room) > 0 ? 1 : 2);
  return rooms.sort((a, b) => rank(a) - rank(b));
}

/** `2025-05-12T…+08:00` as ms of the local calendar. */
const localMs = (time: string): number => Date.parse(`${time.slice(0, 19)}Z`);

/** Local day numbers from the first to the last. */
export interface Span {
  readonly fromDay: number;
  readonly toDay: number;
  readonly endMs: number;
}

/** A room's section of the page, to be drawn: all that it takes. */
export interface RoomJob {
  readonly room: Room;
  readonly span: Span;
  readonly open: boolean;
  /** So many drawings stand before it on the page. */
  readonly drawings: number;
}

export function drawRoom({ room, span, open, drawings }: RoomJob): string {
  const { id, title, limit } = room;
  const badge = [...room.counts]
    .sort(([a], [b]) => Number(isAboutResidents(b)) - Number(isAboutResidents(a)))
    .map(([kind, n]) => `<b class="badge${isAboutResidents(kind) ? " strong" : ""}">${kindName(kind)} ${n}</b>`);
  return `<details class="room"${open ? " open" : ""}>
<summary><h3>${escapeHtml(title)}</h3> ${badge.join(" ")}</summary>
<p id="room-${escapeHtml(id)}">${both("上限", "limit")} <b>${limit.persons}</b> <small>${escapeHtml(limit.basis)}</small> · ${livingHere(room)}</p>
${standing(room.stand)}${plots(room, span, new Plotter(drawings))}
${alertList(room)}
</details>`;
}

/** A first sign, or that nothing can be said: what no alert tells. */
function standing(stand: Stand | undefined): string {
  if (stand === undefined) return "";
  const { sign, signSince, signNights, signNeeded, signOf, abstains } = stand;
  const first =
    sign === "first"
      ? `<p class="note">${both(
          `<b>初步迹象</b>：近${signOf}夜有${signNights}夜可能超员（满${signNeeded}夜预警），始于${escapeHtml(signSince?.slice(0, 10) ?? "")}`,
          `<b>First sign</b>: likely over the limit on ${signNights} of the last ${signOf} nights (an alert needs ${signNeeded}), since ${escapeHtml(signSince?.slice(0, 10) ?? "")}`,
        )}</p>\n`
      : "";
  const thin =
    abstains === null
      ? ""
      : `<p class="note">${both(`<b>依据不足，不作判断</b>：${escapeHtml(abstains.zh)}`, `<b>Too little is known to say</b>: ${escapeHtml(abstains.says)}`)}</p>\n`;
  return first + thin;
}

export function livingHere({ nights, registered }: Pick<Room, "nights" | "registered">): string {
  const last = nights.at(-1);
  const here =
    last === undefined
      ? both("没有可用的观测", "nothing was observed")
      : both(
          `末夜居住 <b>${persons(last.residing)}</b> 人（${persons(last.low)}–${persons(last.high)}）`,
          `living here at the end <b>${persons(last.residing)}</b> (${persons(last.low)} to ${persons(last.high)})`,
        );
  return registered === undefined ? here : `${here} · ${both("登记", "registered")} ${registered}`;
}

/** Drawings in the room's section. */
export const drawingsOf = ({ nights }: Room): number => (nights.length === 0 ? 0 : 2 * DRAWINGS);

function plots(room: Room, { fromDay, toDay, endMs }: Span, plotter: Plotter): string {
  const { nights, limit, otherLimits } = room;
  if (nights.length === 0) return "";
  const about = room.alerts.filter(({ kind }) => isAboutResidents(kind));
  const alerts = about.map(({ raisedAt, clearedAt }) => ({
    fromMs: localMs(raisedAt),
    toMs: clearedAt === null ? endMs : localMs(clearedAt),
  }));
  const plotted = { nights, fromDay, toDay, limit: limit.persons, otherLimits, alerts };
  const last = nights.at(-1);
  const label = `${room.title}: ${nights.length} nights 夜, limit 上限 ${limit.persons}, residing 居住 ${persons(last?.residing ?? 0)} (${persons(last?.low ?? 0)}–${persons(last?.high ?? 0)})`;
  const sign = nights.find(({ pOver }) => pOver >= 0.5);
  const firstSign =
    sign === undefined
      ? both("超员概率从未过半", "the probability never passed one half")
      : both(`首次过半：${formatDay(sign.day)}`, `first above one half: ${formatDay(sign.day)}`);
  return `<figure>${plotter.nights(plotted, label)}
<figcaption>${both("超过上限的概率（%）", "probability of being over the limit (%)")} · ${firstSign}</figcaption>
${plotter.chance(plotted, `${room.title}: probability over the limit 超员概率`)}</figure>`;
}

function alertList(room: Room): string {
  if (room.alerts.length === 0) return `<p>${both("没有预警。", "No alerts.")}</p>`;
  const [about, others] = [true, false].map((wanted) =>
    room.alerts.filter(({ kind }) => isAboutResidents(kind) === wanted),
  ) as [Alert[], Alert[]];
  const hidden = allAlerts(room) - room.alerts.length;
  const rest =
    others.length === 0
      ? ""
      : `<details><summary>${both(`其他预警 ${others.length + hidden} 次`, `${others.length + hidden} other alerts`)}</summary>
${others.map(alertItem).join("\n")}${hidden === 0 ? "" : `<p>${both(`另有 ${hidden} 次，见 alerts.ndjson。`, `${hidden} more stand in alerts.ndjson.`)}</p>`}</details>`;
  return `${about.map(alertItem).join("\n")}${rest}`;
}

function alertItem(alert: Alert): string {
  const { kind, level, raisedAt, clearedAt, offence, probability, persons: found, limit, evidence } = alert;
  const until = clearedAt === null ? both("至今", "still stands") : shortTime(clearedAt);
  const facts = [
    `${both("级别", "level")} ${levelName(level)}`,
    `${both("第", "offence ")}${offence}${both(" 次", "")}`,
    ...(probability === 1 ? [] : [`${both("概率", "probability")} ${percent(probability)}`]),
    ...(found === undefined
      ? []
      : [
          both(
            `居住 ${persons(found.residing)} 人（${persons(found.low)}–${persons(found.high)}），在室 ${persons(found.present)} 人`,
            `${persons(found.residing)} living here (${persons(found.low)} to ${persons(found.high)}), ${persons(found.present)} present`,
          ),
        ]),
    ...(limit === undefined ? [] : [`${both("上限", "limit")} ${limit.persons}`]),
  ];
  const why = evidence.map(
    (each) =>
      `<li><b>${sourceName(each.source)}</b>: ${both(escapeHtml(each.zh ?? each.says), escapeHtml(each.says))} <small>${weightWords(each)}</small></li>`,
  );
  return `<article class="alert level-${escapeHtml(level)}"><h4>${kindName(kind)} <time>${shortTime(raisedAt)}</time> → <time>${until}</time></h4>
<p>${facts.join(" · ")}</p>${why.length === 0 ? "" : `<ul>${why.join("")}</ul>`}</article>`;
}
