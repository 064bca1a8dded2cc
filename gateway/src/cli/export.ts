/** `gatehouse export`: what the gateway keeps, as files. */
import { systemClock } from "@gatehouse/protocol";
import { Command } from "commander";
import { progressBar } from "./progress.ts";
import { inTerminal } from "./terminal-language.ts";

interface ReadingsFlags {
  readonly state: string;
  readonly out: string;
  readonly from?: string;
  readonly to?: string;
}

const EXAMPLES = `
Examples:
  gatehouse export readings --state /var/lib/gatehouse --out march.ndjson.gz
  gatehouse export readings --state DIR --out day.ndjson --from 2026-03-01T00:00:00+08:00 --to 2026-03-02T00:00:00+08:00
  gatehouse replay --site site.yaml --readings march.ndjson.gz --out march/

The gateway may be running. Cards stand in it as pseudonyms only; even so it says who came when: handle it as personal data.`;

export function exportCommand(): Command {
  const readings = new Command("readings")
    .summary("accepted readings, one a line, in order of arrival")
    .description("Writes the accepted readings of a gateway's journal, one a line, in order of arrival.")
    .requiredOption("--state <dir>", "the state folder, as given to `gatehouse run`")
    .requiredOption("--out <file>", "the file to write; compressed when its name ends with .gz")
    .option("--from <time>", "only readings received at this time or later (RFC 3339)")
    .option("--to <time>", "only readings received before this time (RFC 3339)")
    .addHelpText("after", EXAMPLES)
    .action(exportReadings)
    .exitOverride()
    .showHelpAfterError("(gatehouse export readings --help explains it)");
  return new Command("export").description("write what the gateway keeps to a file").addCommand(readings);
}

async function exportReadings(flags: ReadingsFlags): Promise<void> {
  const { writeReadings } = await import("../replay/export-readings.ts");
  const written = await writeReadings(flags, progressBar("export", systemClock));
  const count = written.readings === 1 ? "1 reading" : `${written.readings} readings`;
  process.stdout.write(`${flags.out} is written: ${count}\n`);
  for (const note of written.notes) process.stderr.write(`note: ${inTerminal(note)}\n`);
}
