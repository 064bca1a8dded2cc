/** The roll call as a page for the printer: A4, black on white, Chinese and English, no script, nothing loaded. */
import type { RollCall, RollCallSpace } from "../monitor/roll-call.ts";
import { escapeHtml } from "../replay/report/html.ts";
import { inLanguage } from "../words/said.ts";

const STYLE = `
@page { size: A4; margin: 14mm }
body { font: 11pt/1.35 "Noto Sans CJK SC", "Microsoft YaHei", system-ui, sans-serif; color: #000; background: #fff; margin: 1.5em auto; max-width: 190mm }
h1 { font-size: 16pt; margin: 0 0 .2em } h2 { font-size: 12pt; margin: 1.2em 0 .3em; break-after: avoid }
.total { font-size: 20pt; border: 2pt solid #000; padding: .3em .5em; margin: .6em 0 } .fire { font-weight: bold }
table { border-collapse: collapse; width: 100% } thead { display: table-header-group } tr { break-inside: avoid }
th, td { border: .5pt solid #000; padding: .25em .4em; text-align: left; vertical-align: top }
td.count, th.count { text-align: right } td.box { width: 22mm } .note { font-size: 9pt }
`;

const time = (text: string): string => escapeHtml(text.slice(0, 19).replace("T", " "));

export function rollCallPage(call: RollCall): string {
  const { at, site, fire, total, spaces, unjudged, unknown, startedAt } = call;
  const title = `点名表 Roll call — ${escapeHtml(site.name)}`;
  const alarm = fire.length === 0 ? "" : `<p class="fire">火警 FIRE: ${escapeHtml(fire.join(", "))}</p>`;
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head><body>
<h1>${title}</h1>
<p>${escapeHtml(site.id)} · 截至 As of ${time(at)}</p>${alarm}
<p class="total">在场 Present: <b>${total.present}</b> 人（${total.low}–${total.high}）${unknown.length === 0 ? "" : `<br>另有${unknown.length}处情况不明 Without ${unknown.length} not known`}</p>
<h2>房间 Rooms</h2>${table(spaces)}
${unjudged.length === 0 ? "" : `<h2>其他区域（进出差，可能与房间重复，未计入总数） Other spaces: in minus out, may be counted in a room too, not in the total</h2>${table(unjudged)}`}
${unknown.length === 0 ? "" : `<h2>情况不明，须现场查看 Not known well enough: look there</h2>${unknowns(unknown)}`}
<p class="note">区间：概率80%。“-”：自网关启动（${time(startedAt)}）之前。“!”：设备失联，数字可能已过时。
Interval: 80 %. "-": since before the gateway started. "!": a device cannot be heard, the number may be old.</p>
<p>点名人 Called by ____________________ 时间 Time ____________________</p>
</body></html>
`;
}

function table(spaces: readonly RollCallSpace[]): string {
  if (spaces.length === 0) return "<p>无 None</p>";
  const rows = spaces.map(
    ({ space, name, present, low, high, since, silent }) =>
      `<tr><td>${escapeHtml(space)}${name === space ? "" : `<br>${escapeHtml(name)}`}</td><td class="count"><b>${present}</b></td><td class="count">${low}–${high}</td><td>${since === null ? "-" : time(since)}</td><td>${silent.length === 0 ? "" : `! ${escapeHtml(silent.join(", "))}`}</td><td class="box"></td></tr>`,
  );
  return `<table><thead><tr><th>区域 Space</th><th class="count">人数 People</th><th class="count">区间 Between</th><th>自 Since</th><th>备注 Note</th><th>已清点 Counted</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function unknowns(spaces: RollCall["unknown"]): string {
  const rows = spaces.map(
    ({ space, name, why }) =>
      `<tr><td>${escapeHtml(space)}${name === space ? "" : `<br>${escapeHtml(name)}`}</td><td>${escapeHtml(inLanguage(why, "zh"))} ${escapeHtml(why)}</td><td class="box"></td></tr>`,
  );
  return `<table><thead><tr><th>区域 Space</th><th>原因 Why</th><th>已清点 Counted</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}
