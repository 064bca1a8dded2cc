/** The monthly report as a page to print: A4, offline, in Chinese and English. */
import { both, escapeHtml, grouped, percent } from "../replay/report/html.ts";
import { STYLE } from "../replay/report/style.ts";
import { kindName } from "../replay/report/words.ts";
import { isEmptyMonth, type MonthFacts } from "./facts.ts";

/** Devices are to be in use for at least this share of the time (the town's own figure, 设备使用率≥90%). */
const UPTIME_GOAL = 0.9;
/** Exchange errors are to stay below this share (数据交换异常率低于 0.1%). */
const ERROR_GOAL = 0.001;
const HOUR_MS = 3_600_000;

export function monthPage(facts: MonthFacts, lang: "zh" | "en"): string {
  const { site, month, writtenAt } = facts;
  const checked = (which: string) => (which === lang ? " checked" : "");
  return `<!doctype html>
<html lang="${lang === "zh" ? "zh-CN" : "en"}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(site.name)} ${escapeHtml(month)} 月报 monthly report</title><style>${STYLE}td.n{white-space:nowrap}@page{size:A4;margin:16mm}</style></head><body>
<input class="lang" type="radio" name="lang" id="lang-zh"${checked("zh")} aria-label="中文"><input class="lang" type="radio" name="lang" id="lang-en"${checked("en")} aria-label="English">
<header><div class="langs"><label for="lang-zh">中文</label><label for="lang-en">English</label></div>
<h1>${escapeHtml(site.name)} ${both("月度报告", "monthly report")} ${escapeHtml(month)}</h1>
<p>${escapeHtml(site.address ?? "")}</p>
<p><small>${both("网关", "gateway")} ${escapeHtml(site.gateway)} · ${both("生成于", "written")} <time>${escapeHtml(writtenAt.slice(0, 16).replace("T", " "))}</time></small></p></header>
<main>
${isEmptyMonth(facts) ? `<p><b>${both("该月没有任何记录。", "Nothing was recorded in this month.")}</b></p>` : ""}
${section("预警", "Alerts", alertTable(facts))}
${section("设备", "Devices", deviceTable(facts))}
${section("待办与交接", "Prompts and hand-over", promptTable(facts))}
${section("数据交换", "Exchange with the platforms", exchangeTable(facts))}
<footer>${both("由网关自动生成；不含姓名、卡号。", "Written by the gateway itself; no names, no card numbers.")}</footer>
</main></body></html>
`;
}

const section = (zh: string, en: string, body: string): string => `<section><h2>${both(zh, en)}</h2>${body}</section>`;
const none = `<p>${both("没有。", "None.")}</p>`;

type Cell = string | { readonly n: string };

function table(
  head: readonly (readonly [zh: string, en: string, n?: "n"])[],
  rows: readonly (readonly Cell[])[],
): string {
  if (rows.length === 0) return none;
  const heads = head.map(([zh, en, n]) => `<th${n === "n" ? ' class="n"' : ""} scope="col">${both(zh, en)}</th>`);
  const cells = (row: readonly Cell[]) =>
    row.map((cell) => (typeof cell === "string" ? `<td>${cell}</td>` : `<td class="n">${cell.n}</td>`)).join("");
  const body = rows.map((row) => `<tr>${cells(row)}</tr>`).join("");
  return `<div class="scroll" tabindex="0"><table><thead><tr>${heads.join("")}</tr></thead><tbody>${body}</tbody></table></div>`;
}

const n = (count: number): Cell => ({ n: grouped(count) });

function alertTable({ alerts }: MonthFacts): string {
  const head = [
    ["类别", "kind"],
    ["发生", "raised", "n"],
    ["已确认", "acknowledged", "n"],
    ["按时确认", "in time", "n"],
    ["确认用时（中位）", "median answer", "n"],
    ["已结束", "ended", "n"],
    ["结束用时（中位）", "median to the end", "n"],
    ["未结束", "open", "n"],
  ] as const;
  const rows = alerts.map((each) => [
    kindName(each.kind),
    n(each.raised),
    n(each.acknowledged),
    n(each.inTime),
    { n: length(each.medianAnswerMs) },
    n(each.ended),
    { n: length(each.medianEndMs) },
    n(each.open),
  ]);
  return table(head, rows);
}

function deviceTable({ devices }: MonthFacts): string {
  const known = devices.filter(({ uptime }) => uptime !== null);
  const mean = known.reduce((sum, { uptime }) => sum + (uptime ?? 0), 0) / Math.max(1, known.length);
  const below = known.filter(({ uptime }) => (uptime ?? 1) < UPTIME_GOAL).length;
  const never = devices.length - known.length;
  const summary = both(
    `设备 ${devices.length} 台，平均在线率 ${share(mean)}，低于 90 % 的 ${below} 台，从未上报的 ${never} 台。`,
    `${devices.length} devices, in use ${share(mean)} of the time on average; ${below} below 90 %, ${never} never heard.`,
  );
  const sorted = devices.toSorted((a, b) => (a.uptime ?? -1) - (b.uptime ?? -1) || (a.id < b.id ? -1 : 1));
  const head = [
    ["设备", "device"],
    ["位置", "place"],
    ["在线率", "in use", "n"],
    ["故障", "faults", "n"],
    ["修复", "repaired", "n"],
    ["48小时内", "within 48 h", "n"],
    ["平均修复", "mean time to repair", "n"],
  ] as const;
  const rows = sorted.map((each) => {
    const mark = each.downNow ? ` <span class="badge strong">${both("故障中", "down now")}</span>` : "";
    const uptime = each.uptime === null ? both("未上报", "never heard") : share(each.uptime);
    const isLow = each.uptime !== null && each.uptime < UPTIME_GOAL;
    return [
      `${escapeHtml(each.id)}${mark}`,
      escapeHtml(each.place),
      { n: isLow ? `<b>${uptime}</b>` : uptime },
      n(each.faults),
      n(each.repairs),
      n(each.inTime),
      { n: length(each.mttrMs) },
    ];
  });
  return `<p>${summary}</p>${table(head, rows)}`;
}

function promptTable({ prompts, handOvers }: MonthFacts): string {
  return table(
    [
      ["", ""],
      ["数量", "count", "n"],
    ],
    [
      [both("提示", "prompts"), n(prompts.opened)],
      [both("其中已处理", "… of them handled"), n(prompts.handled)],
      [both("其中曾升级", "… escalated"), n(prompts.escalated)],
      [both("其中未处理", "… open"), n(prompts.open)],
      [both("已完成的交接", "hand-overs completed"), n(handOvers.completed)],
      [both("已取消的交接", "hand-overs cancelled"), n(handOvers.cancelled)],
      [both("未完成的交接", "hand-overs open"), n(handOvers.open)],
    ],
  );
}

function exchangeTable({ exchange }: MonthFacts): string {
  const head = [
    ["平台", "uplink"],
    ["已送达", "sent", "n"],
    ["被拒", "rejected", "n"],
    ["丢弃", "dropped", "n"],
    ["待发送", "waiting", "n"],
    ["异常率", "errors", "n"],
  ] as const;
  const rows = exchange.map(({ uplink, sent, rejected, dropped, waiting }) => {
    const all = sent + rejected + dropped;
    const errors = all === 0 ? 0 : (rejected + dropped) / all;
    const text = `${(errors * 100).toFixed(2)} %`;
    return [
      escapeHtml(uplink),
      n(sent),
      n(rejected),
      n(dropped),
      n(waiting),
      { n: errors < ERROR_GOAL ? text : `<b>${text}</b>` },
    ];
  });
  const note = both("自网关本次启动起计。", "Counted since the gateway started.");
  return `${table(head, rows)}<p><small>${note}</small></p>`;
}

const share = (value: number): string =>
  value > 0.999 || value === 0 ? percent(value) : `${(value * 100).toFixed(1)} %`;

/** `35 min`, `2.5 h`, `3 d`. */
function length(ms: number | null): string {
  if (ms === null) return "–";
  if (ms < 2 * HOUR_MS) return both(`${Math.round(ms / 60_000)} 分钟`, `${Math.round(ms / 60_000)} min`);
  const hours = Math.round((ms / HOUR_MS) * 10) / 10;
  if (hours < 48) return both(`${hours} 小时`, `${hours} h`);
  const days = Math.round((hours / 24) * 10) / 10;
  return both(`${days} 天`, `${days} d`);
}
