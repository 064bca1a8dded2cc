/** `gatehouse replay`: the site's rules tried on recorded readings. */
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { Command } from "commander";
import type { ReplayFiles } from "../replay/files.ts";
import type { ReplaySummary } from "../replay/replay.ts";
import { progressBar } from "./progress.ts";

interface ReplayFlags extends ReplayFiles {
  readonly json?: boolean;
}

export function replayCommand(): Command {
  return new Command("replay")
    .summary("try the rules on recorded readings")
    .description(
      "Runs recorded readings through the same core as the running gateway, in virtual time. Writes alerts.ndjson, estimates.ndjson and report.html. No network, no database; the same input gives the same bytes.",
    )
    .requiredOption("--site <file>", "the site file")
    .requiredOption("--readings <file>", "accepted readings, one a line, in order of arrival (.ndjson or .ndjson.gz)")
    .requiredOption("--out <dir>", "folder for the results; made if need be")
    .option("--policy <file>", "use this policy instead of the site file's own")
    .option("--until <time>", "stop at this time (RFC 3339)")
    .option("--json", "print the summary as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  gatehouse replay --site site.yaml --readings march.ndjson.gz --out march/ --policy stricter.yaml\n",
    )
    .action(async (flags: ReplayFlags) => {
      const { replayFiles } = await import("../replay/files.ts");
      const summary = await replayFiles(flags, progressBar("replay", systemClock), systemClock);
      process.stdout.write(flags.json ? `${JSON.stringify(summary)}\n` : summaryText(summary, flags.out));
    });
}

function summaryText(summary: ReplaySummary, out: string): string {
  const lines = [
    `readings   ${summary.readings} (${summary.accepted} accepted, ${summary.duplicates} repeats, ${summary.rejected} rejected)`,
    `time       ${summary.from ?? "-"} to ${summary.to ?? "-"}`,
    `alerts     ${summary.alerts}${
      summary.alerts === 0
        ? ""
        : ` (${Object.entries(summary.alertsByKind)
            .map(([kind, n]) => `${n} ${kind}`)
            .join(", ")})`
    }`,
    `written    ${join(out, "alerts.ndjson")}, estimates.ndjson, report.html`,
    ...summary.problems.map((problem) => `rejected   ${problem}`),
  ];
  return `${lines.join("\n")}\n`;
}
