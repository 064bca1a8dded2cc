/** The report of a replay: one page a site manager can read offline, in Chinese and English. */
import { modelOf } from "../../core/state.ts";
import { isAboutResidents } from "../episodes.ts";
import type { Outcome } from "../outcome.ts";
import type { ReplaySummary } from "../summary.ts";
import { comparisonSection } from "./comparison.ts";
import type { Days } from "./frames.ts";
import { both, escapeHtml, grouped, persons } from "./html.ts";
import { Plotter } from "./plots.ts";
import { aboutResidents, allAlerts, drawRoom, type Room, roomsOf } from "./rooms.ts";
import { STYLE } from "./style.ts";

const DAY_MS = 86_400_000;
/** Rooms drawn on a page; those behind them stand in the table alone. */
const MAX_PLOTTED = 120;

export function reportPage(summary: ReplaySummary, outcomes: readonly [Outcome, ...Outcome[]]): string {
  const { site } = modelOf(outcomes[0].replay.state).config.site;
  const rooms = roomsOf(outcomes);
  const sections = sectionsOf(rooms.slice(0, MAX_PLOTTED), summary);
  const found = rooms.slice(0, MAX_PLOTTED).filter((room) => allAlerts(room) > 0).length;
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(site.name)} 回放 replay</title><style>${STYLE}</style></head><body>
<input class="lang" type="radio" name="lang" id="lang-zh" checked aria-label="中文"><input class="lang" type="radio" name="lang" id="lang-en" aria-label="English">
<header><div class="langs"><label for="lang-zh">中文</label><label for="lang-en">English</label></div>
<h1>${escapeHtml(site.name)}</h1></header>
<main>
${opening(summary, rooms)}
${comparisonSection(outcomes)}
<section><h2>${both("房间一览", "Rooms")}</h2>${tables(rooms)}</section>
<section><h2>${both("有预警的房间", "Rooms with alerts")}</h2>${LEGEND}
${found === 0 ? `<p>${both("没有。", "None.")}</p>` : sections.slice(0, found).join("\n")}</section>
${others(sections.slice(found), rooms.length - sections.length)}
<footer>gatehouse replay · alerts.ndjson, estimates.ndjson</footer>
</main></body></html>
`;
}

function sectionsOf(rooms: readonly Room[], summary: ReplaySummary): string[] {
  const { endMs, ...days } = spanOf(summary);
  using plotter = new Plotter(days);
  return rooms.map((room) => drawRoom(room, endMs, plotter));
}

/** Days of the local calendar. */
function spanOf({ from, to }: ReplaySummary): Days & { readonly endMs: number } {
  const ms = (time: string | null) => Date.parse(`${(time ?? "1970-01-01T00:00:00").slice(0, 19)}Z`);
  return { fromDay: Math.floor(ms(from) / DAY_MS), toDay: Math.ceil(ms(to) / DAY_MS), endMs: ms(to) };
}

function opening(summary: ReplaySummary, rooms: readonly Room[]): string {
  const [from, to] = [summary.from, summary.to].map((time) => escapeHtml((time ?? "-").slice(0, 10)));
  const over = rooms.filter((room) => aboutResidents(room) > 0);
  const standing = over.filter((room) =>
    room.alerts.some(({ kind, clearedAt }) => isAboutResidents(kind) && clearedAt === null),
  );
  const findings = over.reduce((sum, room) => sum + aboutResidents(room), 0);
  const looked = {
    zh: `${from} 至 ${to}，共 ${grouped(summary.readings)} 条读数，判定 ${rooms.length} 个房间。`,
    en: `From ${from} to ${to}: ${grouped(summary.readings)} readings, ${rooms.length} ${rooms.length === 1 ? "room" : "rooms"} judged.`,
  };
  const total = {
    zh: `全部预警 ${grouped(summary.alerts)} 次。`,
    en: `${grouped(summary.alerts)} alerts of all kinds.`,
  };
  const told =
    over.length === 0
      ? {
          zh: "<b>没有发现</b>居住人数超限的房间。",
          en: "<b>No room</b> was found to have more residents than allowed.",
        }
      : {
          zh: `<b>${over.length} 个房间</b>曾发现居住人数问题（${findings} 次预警），其中 ${standing.length} 个到最后仍未解除。`,
          en: `<b>${over.length} ${over.length === 1 ? "room" : "rooms"}</b> had a finding about who lives there (${findings} ${findings === 1 ? "alert" : "alerts"}), ${standing.length} of them still standing at the end.`,
        };
  const rejected =
    summary.rejected === 0
      ? []
      : [
          both(
            `${grouped(summary.rejected)} 条读数无法使用。`,
            `${grouped(summary.rejected)} readings could not be used.`,
          ),
        ];
  const notes = [...rejected, ...summary.notes.map(escapeHtml)];
  return `<p>${both(looked.zh + told.zh + total.zh, `${looked.en} ${told.en} ${total.en}`)}</p>${notes.map((note) => `<p class="note">${note}</p>`).join("")}`;
}

/** Rooms with a finding first; the rest is folded away. */
function tables(rooms: readonly Room[]): string {
  const linked = new Set(rooms.slice(0, MAX_PLOTTED));
  const found = rooms.filter((room) => aboutResidents(room) > 0);
  const rest = rooms.filter((room) => aboutResidents(room) === 0);
  const first = found.length === 0 ? "" : table(found, linked);
  if (rest.length === 0) return first;
  const all = both(`全部 ${rest.length} 个房间`, `all ${rest.length} rooms`);
  const others = both(`其余 ${rest.length} 个房间`, `the other ${rest.length} rooms`);
  return `${first}<details><summary>${found.length === 0 ? all : others}</summary>${table(rest, linked)}</details>`;
}

function table(rooms: readonly Room[], linked: ReadonlySet<Room>): string {
  const rows = rooms.map((room) => {
    const last = room.nights.at(-1);
    const here =
      last === undefined
        ? "-"
        : `${persons(last.residing)} <small>(${persons(last.low)}–${persons(last.high)})</small>`;
    const name = escapeHtml(room.title);
    const link = linked.has(room) ? `<a href="#room-${escapeHtml(room.id)}">${name}</a>` : name;
    const about = aboutResidents(room);
    return `<tr><th scope="row">${link}</th><td class="n">${room.limit.persons}</td><td class="n hide">${room.registered ?? "-"}</td><td class="n">${here}</td><td class="n">${about === 0 ? "0" : `<b>${about}</b>`}</td><td class="n">${allAlerts(room) - about}</td></tr>`;
  });
  const heads = [
    ["房间", "room", ""],
    ["上限", "limit", "n"],
    ["登记", "registered", "n hide"],
    ["居住", "living here", "n"],
    ["居住预警", "resident alerts", "n"],
    ["其他预警", "others", "n"],
  ].map(([zh = "", en = "", kind = ""]) => `<th scope="col" class="${kind}">${both(zh, en)}</th>`);
  return `<table><thead><tr>${heads.join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

const LEGEND = `<ul class="legend"><li><i class="line"></i>${both("居住人数", "people living here")}</li><li><i class="band"></i>${both("不确定范围", "uncertainty")}</li><li><i class="dot"></i>${both("凌晨三点在室", "present at 03:00")}</li><li><i class="limit"></i>${both("上限", "limit")}</li><li><i class="alerted"></i>${both("预警期间", "alert stands")}</li></ul>`;

function others(sections: readonly string[], undrawn: number): string {
  if (sections.length === 0 && undrawn === 0) return "";
  const rest =
    undrawn === 0
      ? ""
      : `<p>${both(`另有 ${undrawn} 个房间只列在表中。`, `${undrawn} more rooms stand in the table only.`)}</p>`;
  return `<section><h2>${both("其余房间", "The other rooms")}</h2>${sections.join("\n")}${rest}</section>`;
}
