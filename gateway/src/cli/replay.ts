/** `gatehouse replay`: the site's rules tried on recorded readings. */
import { systemClock } from "@gatehouse/protocol";
import { Command } from "commander";
import type { ReplayFlags } from "../replay/files.ts";
import type { SourceFlags } from "../replay/sources.ts";
import { progressBar } from "./progress.ts";
import { summaryText } from "./replay-summary.ts";

interface Flags extends Omit<ReplayFlags, "source"> {
  readonly site?: string;
  readonly readings?: string;
  readonly state?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  gatehouse replay --site site.yaml --readings march.ndjson.gz --out march/
  gatehouse replay --state /var/lib/gatehouse --out tried/ --limit 4,3      what if the limit were 4, or 3
  gatehouse replay --state /var/lib/gatehouse --out tried/ --limit 3-302=2  the same for one room
  gatehouse replay --site site.yaml --readings march.ndjson.gz --out march/ --compare stricter.yaml

Exits with 0 when it is done, with 78 when something given must change. docs/replay.md has more.`;

const gather = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

export function replayCommand(): Command {
  return new Command("replay")
    .summary("try the rules on recorded readings")
    .description(
      "Runs recorded readings through the same core as the running gateway, in virtual time. Writes alerts.ndjson, estimates.ndjson and report.html. No network, nothing changed on the box; the same input gives the same bytes.",
    )
    .option("--site <file>", "the site file; with --state the default is what the gateway ran with last")
    .option("--readings <file>", "accepted readings, one a line, in order of arrival (.ndjson or .ndjson.gz)")
    .option("--state <dir>", "take the readings from a gateway's state folder instead; it may be running")
    .requiredOption("--out <dir>", "folder for the results; made if need be")
    .option("--policy <file>", "use this policy instead of the site file's own")
    .option("--compare <file>", "try this policy as well, results in a folder of its own (repeatable)", gather)
    .option("--limit <limits>", "try other limits as well: 4, or 4,3, or ROOM=4,ROOM=2 (repeatable)", gather)
    .option("--until <time>", "stop at this time (RFC 3339)")
    .option("--json", "print the summary as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: Flags, command: Command) => {
      const source = sourceOf(flags, command);
      const { replayFiles } = await import("../replay/files.ts");
      const summary = await replayFiles({ ...flags, source }, progressBar("replay", systemClock), systemClock);
      process.stdout.write(flags.json ? `${JSON.stringify(summary)}\n` : summaryText(summary, flags.out));
    });
}

function sourceOf({ site, readings, state }: Flags, command: Command): SourceFlags {
  if (state !== undefined && readings !== undefined)
    command.error("error: --readings and --state cannot be given together", { exitCode: 64 });
  if (state !== undefined) return { site, state };
  if (readings === undefined) command.error("error: name the readings with --readings or --state", { exitCode: 64 });
  if (site === undefined) command.error("error: name the site the readings belong to with --site", { exitCode: 64 });
  return { site, readings };
}
