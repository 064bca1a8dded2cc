/** `gatehouse report`: what is handed in on paper. */
import { systemClock } from "@gatehouse/protocol";
import { Command } from "commander";
import { parseLang } from "./alerts.ts";
import { askRunning, orAway, type RunningFlags, STATE_OPTION } from "./running.ts";

interface ReportFlags extends RunningFlags {
  readonly out?: string;
  readonly lang: "zh" | "en";
  readonly json?: true;
}

const PATIENCE_MS = 12_000;

const EXAMPLES = `
Examples:
  gatehouse report month --out october.html                 last month, to print from any browser
  gatehouse report month 2026-11 --out november.html --lang en
  gatehouse report month 2026-11 --json                     the figures alone

Alerts against their clocks, uptime and repairs of every device, prompts and hand-overs, exchange with the platforms.
Exits with 0 when it is written, 69 when no gateway runs there, 78 when the month is wrong.`;

export function reportCommand(): Command {
  const month = new Command("month")
    .summary("the monthly report")
    .description("Writes the monthly report of the gateway that runs on this box as one printable page.")
    .argument("[month]", "as 2026-11; default the month before this one")
    .option(...STATE_OPTION)
    .option("--out <file>", "the file to write; default report-MONTH.html")
    .option("--lang <lang>", "which language it opens in, zh or en", parseLang, "zh")
    .option("--json", "print the figures as JSON, write nothing")
    .addHelpText("after", EXAMPLES)
    .action(write)
    .exitOverride()
    .showHelpAfterError("(gatehouse report month --help explains it)");
  return new Command("report")
    .summary("the monthly report, to print")
    .description("Reports to hand in.")
    .addCommand(month);
}

async function write(given: string | undefined, flags: ReportFlags): Promise<void> {
  const month = given ?? monthBefore(systemClock.nowMs());
  await orAway(flags, async () => {
    const { MonthFacts } = await import("../monthly/facts.ts");
    const facts = MonthFacts.parse(await askRunning(flags, "month", { month }, PATIENCE_MS));
    if (flags.json) {
      process.stdout.write(`${JSON.stringify(facts)}\n`);
      return;
    }
    const { monthPage } = await import("../monthly/page.ts");
    const { writeFileDurably } = await import("../store/durable-file.ts");
    const out = flags.out ?? `report-${month}.html`;
    writeFileDurably(out, monthPage(facts, flags.lang === "en" ? "en" : "zh"));
    process.stdout.write(`${out} is written\n`);
  });
}

function monthBefore(nowMs: number): string {
  const now = new Date(nowMs);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}
