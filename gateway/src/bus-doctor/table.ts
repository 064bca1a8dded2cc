/** Reports and dialogues as text. */
import type { Entry } from "./entry.ts";
import type { LineReport } from "./tally.ts";

const HEAD = ["address", "device", "asked", "answered", "silent", "damaged", "twice", "unasked", "round trip ms"];
const MAX_HEX = 96;

/** `12:00:00.123 -> 53 03 08 00 04 60 …  ACU to 3, seq 1: POLL`. `->` is what the gateway said. */
export function dialogueLine(entry: Entry): string {
  const arrow = entry.direction === "tx" ? "->" : entry.kind === "noise" ? "~~" : "<-";
  const hex = entry.hex.length <= MAX_HEX ? entry.hex : `${entry.hex.slice(0, MAX_HEX - 1)}…`;
  const foreign = entry.foreign ? "  NOT OURS" : "";
  return `${formatTime(entry.atMs)} ${arrow} ${hex}  ${entry.means}${foreign}`.trimEnd();
}

export function reportText(report: LineReport, nameOf: (address: string) => string | undefined): string {
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
  const cells = [HEAD, ...rows].map((row) => row.map(String));
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => (row[column] as string).length)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] as number, column))
      .join("  ")
      .trimEnd(),
  );
  const { seconds, framesHeard, noiseBytes, bytesHeard, foreign } = report;
  return [
    ...lines,
    "",
    `${seconds.toFixed(1)} s, ${framesHeard} frames heard, ${noiseBytes} of ${bytesHeard} bytes noise${foreign === 0 ? "" : `, ${foreign} frames of another controller`}`,
    ...(report.findings.length === 0
      ? ["nothing is wrong with this line"]
      : report.findings.map((text) => `! ${text}`)),
  ].join("\n");
}

/** Words to the left, figures to the right. */
const pad = (cell: string, width: number, column: number): string =>
  column < 2 ? cell.padEnd(width) : cell.padStart(width);

const share = (count: number, of: number): string =>
  of === 0 ? String(count) : `${count} (${((100 * count) / of).toFixed(count === of || count === 0 ? 0 : 1)} %)`;

/** `12:00:00.123` in the zone of this machine. */
function formatTime(atMs: number): string {
  const at = new Date(atMs);
  const parts = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0"));
  return `${parts.join(":")}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}
