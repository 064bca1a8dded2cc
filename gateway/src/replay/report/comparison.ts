/** The report's section that sets the configurations side by side: how many alerts each gives, and in which rooms. */
import type { Alert, AlertKind } from "@gatehouse/protocol";
import { isAboutResidents } from "../episodes.ts";
import type { Outcome } from "../outcome.ts";
import { limitsOf } from "../replay.ts";
import { alertsIn } from "../summary.ts";
import { both, escapeHtml } from "./html.ts";
import { kindName } from "./words.ts";

/** Rows of the room by room table at most. */
const MAX_ROWS = 300;
/** Times told in one cell at most. */
const MAX_TIMES = 6;

export function comparisonSection(outcomes: readonly Outcome[]): string {
  if (outcomes.length < 2) return "";
  const names = outcomes.map(({ variant: { name } }) => titleOf(name));
  const sentence = outcomes.map(({ episodes: { count } }, i) => `${names[i]}: <b>${count}</b>`).join(" · ");
  const kinds = [...new Set(outcomes.flatMap(({ episodes }) => [...episodes.byKind.keys()]))];
  const rows = kinds.map(
    (kind) => `<tr><th scope="row">${kindName(kind)}</th>${cells(outcomes, (o) => countOf(o, kind))}</tr>`,
  );
  return `<section id="comparison"><h2>${both("方案对比", "Side by side")}</h2>
<p>${both("预警次数：", "Alerts: ")}${sentence}</p>
<div class="scroll" tabindex="0" role="region" aria-label="comparison 方案对比"><table><thead><tr><th></th>${names.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>
<tbody>${rows.join("\n")}
<tr><th scope="row">${both("涉及房间", "rooms with a finding about residents")}</th>${cells(outcomes, roomsWithFinding)}</tr></tbody>
${roomRows(outcomes)}</table></div></section>`;
}

/** Of a variant's name. */
function titleOf(name: string): string {
  if (name === "") return both("现状", "as it is");
  const zh = name.replace(/^limit /, "上限 ").replace(/^policy /, "政策 ");
  return both(escapeHtml(zh), escapeHtml(name));
}

const cells = (outcomes: readonly Outcome[], of: (outcome: Outcome) => string | number): string =>
  outcomes.map((outcome) => `<td>${of(outcome)}</td>`).join("");

const countOf = ({ episodes }: Outcome, kind: AlertKind): number => episodes.byKind.get(kind) ?? 0;

const roomsWithFinding = ({ episodes }: Outcome): number =>
  [...episodes.spaces.values()].filter(({ byKind }) => [...byKind.keys()].some(isAboutResidents)).length;

/** Rooms where the findings about residents are not the same everywhere; those where only other alerts differ are counted. */
function roomRows(outcomes: readonly Outcome[]): string {
  const limits = outcomes.map(({ replay }) => limitsOf(replay.state));
  const differ = (of: (outcome: Outcome, id: string) => unknown) =>
    [...(limits[0]?.keys() ?? [])].filter((id) => new Set(outcomes.map((outcome) => of(outcome, id))).size > 1);
  const ids = differ((outcome, id) => JSON.stringify(findings(outcome, id).map(dates)));
  const others = differ(alertsIn).filter((id) => !ids.includes(id)).length;
  const rows = ids.slice(0, MAX_ROWS).map((id) => {
    const row = outcomes.map((outcome, i) => `<td>${cell(outcome, id, limits[i]?.get(id))}</td>`).join("");
    return `<tr><th scope="row"><a href="#room-${escapeHtml(id)}">${escapeHtml(id)}</a></th>${row}</tr>`;
  });
  const more = ids.length - rows.length;
  const notes = [
    ...(ids.length === 0
      ? [both("各房间的居住判断相同。", "The findings about residents are the same in every room.")]
      : []),
    ...(more > 0 ? [both(`另有 ${more} 个房间不同。`, `${more} more rooms differ.`)] : []),
    ...(others > 0
      ? [both(`另有 ${others} 个房间只有其他预警不同。`, `In ${others} more rooms only other alerts differ.`)]
      : []),
  ].map((note) => `<tr><td colspan="${outcomes.length + 1}"><small>${note}</small></td></tr>`);
  return `<tbody class="rooms">${[...rows, ...notes].join("\n")}</tbody>`;
}

const findings = ({ episodes }: Outcome, id: string): Alert[] =>
  (episodes.spaces.get(id)?.shown ?? []).filter(({ kind }) => isAboutResidents(kind));

function cell(outcome: Outcome, id: string, limit: number | undefined): string {
  const found = findings(outcome, id);
  const stands = found.slice(0, MAX_TIMES).map((alert) => `<br><span class="dates">${dates(alert)}</span>`);
  const more = found.length > MAX_TIMES ? "<br>…" : "";
  return `<b>${found.length}</b> <small>${both("上限", "limit")} ${limit ?? "-"}${stands.join("")}${more}</small>`;
}

/** `05-18 → 06-12`. */
const dates = ({ raisedAt, clearedAt }: Alert): string =>
  `${escapeHtml(raisedAt.slice(5, 10))} → ${clearedAt === null ? "…" : escapeHtml(clearedAt.slice(5, 10))}`;
