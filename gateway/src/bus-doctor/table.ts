/** Reports and dialogues as text. */

import { inLanguage, type Language } from "../words/said.ts";
import { widthOf } from "../words/width.ts";
import type { Entry } from "./entry.ts";
import type { LineReport } from "./tally.ts";

const HEAD: Readonly<Record<Language, readonly string[]>> = {
  en: ["address", "device", "asked", "answered", "silent", "damaged", "twice", "unasked", "round trip ms"],
  zh: ["地址", "设备", "询问", "应答", "无应答", "损坏", "重复", "未询问", "往返毫秒"],
};
const MAX_HEX = 96;

/** `12:00:00.123 -> 53 03 08 00 04 60 …  ACU to 3, seq 1: POLL`. `->` is what the gateway said. */
export function dialogueLine(entry: Entry, language: Language = "en"): string {
  const arrow = entry.direction === "tx" ? "->" : entry.kind === "noise" ? "~~" : "<-";
  const hex = entry.hex.length <= MAX_HEX ? entry.hex : `${entry.hex.slice(0, MAX_HEX - 1)}…`;
  const foreign = entry.foreign ? `  ${language === "zh" ? "非本网关" : "NOT OURS"}` : "";
  // What a frame holds is told in the words of its standard.
  const means = entry.kind === "noise" ? inLanguage(entry.means, language) : entry.means;
  return `${formatTime(entry.atMs)} ${arrow} ${hex}  ${means}${foreign}`.trimEnd();
}

export function reportText(
  report: LineReport,
  nameOf: (address: string) => string | undefined,
  language: Language = "en",
): string {
  const head = HEAD[language];
  const rows = report.addresses.map((row) => [
    row.address,
    nameOf(row.address) ?? "",
    row.asked,
    share(row.answered, row.asked),
    share(row.silent, row.asked),
    share(row.damaged, row.asked),
    row.twice,
    row.unexpected,
    row.roundTrips.count === 0
      ? ""
      : `${(row.roundTrips.sumMs / row.roundTrips.count).toFixed(1)} (max ${row.roundTrips.maxMs.toFixed(0)})`,
  ]);
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] as string))));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] as number, column))
      .join("  ")
      .trimEnd(),
  );
  const { seconds, framesHeard, noiseBytes, bytesHeard, foreign } = report;
  const others = foreign === 0 ? "" : `, ${foreign} frames of another controller`;
  const sums = `${seconds.toFixed(1)} s, ${framesHeard} frames heard, ${noiseBytes} of ${bytesHeard} bytes noise${others}`;
  const found = report.findings.map((text) => `! ${inLanguage(text, language)}`);
  const ends = found.length === 0 ? [inLanguage("nothing is wrong with this line", language)] : found;
  return [...lines, "", inLanguage(sums, language), ...ends].join("\n");
}

/** Words to the left, figures to the right. */
function pad(cell: string, width: number, column: number): string {
  const space = " ".repeat(Math.max(0, width - widthOf(cell)));
  return column < 2 ? cell + space : space + cell;
}

const share = (count: number, of: number): string =>
  of === 0 ? String(count) : `${count} (${((100 * count) / of).toFixed(count === of || count === 0 ? 0 : 1)} %)`;

/** `12:00:00.123` in the zone of this machine. */
function formatTime(atMs: number): string {
  const at = new Date(atMs);
  const parts = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0"));
  return `${parts.join(":")}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}
