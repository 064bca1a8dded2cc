/** A replay's summary for people. */
import { join } from "node:path";
import type { ComparedSummary, ReplaySummary } from "../replay/summary.ts";
import { inTerminal } from "./terminal-language.ts";

const SHOWN_SPACES = 30;

export function summaryText(summary: ReplaySummary, out: string): string {
  const { readings, accepted, duplicates, rejected, from, to, alerts, alertsByKind } = summary;
  const lines = [
    `readings   ${readings} (${accepted} accepted, ${duplicates} repeats, ${rejected} rejected)`,
    `time       ${from ?? "-"} to ${to ?? "-"}`,
    `alerts     ${alerts}${kinds(alertsByKind)}`,
    ...comparison(summary),
    `written    ${join(out, "alerts.ndjson")}, estimates.ndjson, report.html`,
    ...summary.compared.map(({ folder }) => `           ${join(out, folder, "alerts.ndjson")}, estimates.ndjson`),
    ...summary.notes.map((note) => `note       ${inTerminal(note)}`),
    ...summary.problems.map((problem) => `rejected   ${problem}`),
  ];
  if (rejected > summary.problems.length) lines.push(`rejected   … ${rejected - summary.problems.length} more`);
  return `${lines.join("\n")}\n`;
}

function kinds(byKind: Readonly<Record<string, number>>): string {
  const parts = Object.entries(byKind).map(([kind, n]) => `${n} ${kind}`);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

/** `as it is: 5 alerts, with limit 4: 3, with limit 3: 9`, and where they differ. */
function comparison({ alerts, alertsByKind, compared }: ReplaySummary): string[] {
  if (compared.length === 0) return [];
  const all = [...new Set([alertsByKind, ...compared.map((each) => each.alertsByKind)].flatMap(Object.keys))];
  const line = (label: string, asItIs: number, of: (each: ComparedSummary) => number) => {
    const others = compared.map((each) => `with ${each.name}: ${of(each)}`).join(", ");
    return `compared   ${label}as it is: ${asItIs} ${asItIs === 1 ? "alert" : "alerts"}, ${others}`;
  };
  const byKind = all.length < 2 ? [] : all;
  return [
    line("", alerts, (each) => each.alerts),
    ...byKind.map((kind) => line(`${kind}: `, alertsByKind[kind] ?? 0, (each) => each.alertsByKind[kind] ?? 0)),
    ...differences(compared),
  ];
}

function differences(compared: readonly ComparedSummary[]): string[] {
  const ids = [...new Set(compared.flatMap(({ spaces }) => Object.keys(spaces)))].sort();
  const width = Math.max(0, ...ids.map((id) => id.length));
  const lines = ids.slice(0, SHOWN_SPACES).map((id) => {
    const asItIs = compared.flatMap(({ spaces }) => spaces[id]?.asItIs ?? [])[0] ?? 0;
    const parts = compared.map(({ name, spaces }) => `with ${name}: ${spaces[id]?.compared ?? asItIs}`);
    return `           ${id.padEnd(width)}  as it is: ${asItIs}, ${parts.join(", ")}`;
  });
  return ids.length > SHOWN_SPACES ? [...lines, `           … and ${ids.length - SHOWN_SPACES} more spaces`] : lines;
}
