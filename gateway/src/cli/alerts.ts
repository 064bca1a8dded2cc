/** `gatehouse alerts`: what stands, and the steps people take with it. */
import { Alert, ConfigError, type Deed } from "@gatehouse/protocol";
import { Command } from "commander";
import { z } from "zod";
import { alertSheet, alertTable, type Lang } from "./alert-text.ts";
import { askRunning, orAway, type RunningFlags, STATE_OPTION } from "./running.ts";

interface AlertFlags extends RunningFlags {
  readonly all?: true;
  readonly lang: Lang;
  readonly json?: true;
}

interface DeedFlags extends AlertFlags {
  readonly by: string;
  readonly note?: string;
}

const PATIENCE_MS = 12_000;
const Answer = z.object({ alerts: z.array(Alert) });

const EXAMPLES = `
Examples:
  gatehouse alerts                                            what is open
  gatehouse alerts show alr_1x2y3z00001 --lang en             everything about one
  gatehouse alerts acknowledge alr_1x2y3z00001 --by wang
  gatehouse alerts rectify alr_1x2y3z00001 --by wang --note "landlord told, beds out by Friday"
  gatehouse alerts close alr_1x2y3z00001 --by wang --note "visited: three people live here"

raised -> acknowledged -> rectifying -> verifying -> closed; closed -> reopened. The sensors close what is rectified once they have
seen it in order for long enough. Closing against the sensors needs a note and is marked as contested: see docs/alerts.md.
Exits with 0 when done, 1 when the alert cannot take that step, 69 when no gateway runs there.`;

interface Step {
  readonly name: string;
  readonly what: string;
  readonly noteNeeded?: true;
  readonly deed: (alert: string, note: string | undefined) => Deed;
}

const plain =
  (kind: "acknowledge" | "rectify" | "verify" | "close") =>
  (alert: string, note: string | undefined): Deed => ({ do: kind, alert, ...(note === undefined ? {} : { note }) });
const noted =
  (kind: "reopen" | "note") =>
  (alert: string, note = ""): Deed => ({ do: kind, alert, note });

/** A new step is a row. */
const STEPS: readonly Step[] = [
  { name: "acknowledge", what: "say that you have seen it and take it on", deed: plain("acknowledge") },
  { name: "rectify", what: "say that it is being put right", deed: plain("rectify") },
  { name: "verify", what: "say that it was put right: the sensors are to prove it", deed: plain("verify") },
  { name: "close", what: "say that it is over", deed: plain("close") },
  { name: "reopen", what: "say that a closed one is not over", noteNeeded: true, deed: noted("reopen") },
  { name: "note", what: "write something down about it", noteNeeded: true, deed: noted("note") },
];

export function alertsCommand(): Command {
  const alerts = new Command("alerts")
    .summary("what is open, and what is done about it")
    .description("Lists the alerts of the gateway that runs on this box, and takes them on, step by step.")
    .option(...STATE_OPTION)
    .option("--all", "also those that are closed")
    .option("--lang <lang>", "zh or en", parseLang, "zh")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES)
    .action((_: unknown, command: Command) => list(command.optsWithGlobals<AlertFlags>()));
  const sub = (name: string, description: string): Command =>
    new Command(name)
      .description(description)
      .exitOverride()
      .showHelpAfterError("(gatehouse alerts --help explains it)");
  alerts.addCommand(
    sub("list", "what is open; the same as no command").action((_: unknown, command: Command) =>
      list(command.optsWithGlobals<AlertFlags>()),
    ),
  );
  alerts.addCommand(
    sub("show", "everything about one alert")
      .argument("<alert>", "its id")
      .action((id: string, _: unknown, command: Command) => show(id, command.optsWithGlobals<AlertFlags>())),
  );
  for (const step of STEPS) {
    const command = sub(step.name, step.what)
      .argument("<alert>", "its id")
      .requiredOption("--by <name>", "who you are");
    const note = ["--note <text>", "what was found or done"] as const;
    if (step.noteNeeded) command.requiredOption(...note);
    else command.option(...note);
    alerts.addCommand(
      command.action((id: string, _: unknown, own: Command) => take(step, id, own.optsWithGlobals<DeedFlags>())),
    );
  }
  return alerts;
}

export function parseLang(text: string): Lang {
  if (text === "zh" || text === "en") return text;
  throw new ConfigError({ path: "--lang", reason: `"${text}" is not spoken here`, fix: "write zh or en" });
}

async function alertsOf(flags: AlertFlags, params: object): Promise<Alert[]> {
  return Answer.parse(await askRunning(flags, "alerts", params, PATIENCE_MS)).alerts;
}

async function list(flags: AlertFlags): Promise<void> {
  await orAway(flags, async () => {
    const alerts = await alertsOf(flags, { closed: flags.all === true });
    process.stdout.write(flags.json ? `${JSON.stringify(alerts)}\n` : alertTable(alerts, flags.lang));
  });
}

async function show(id: string, flags: AlertFlags): Promise<void> {
  await orAway(flags, async () => {
    const [alert] = await alertsOf(flags, { id });
    if (alert === undefined) {
      const fix = "`gatehouse alerts --all` lists them";
      throw new ConfigError({ path: "<alert>", reason: `there is no alert "${id}"`, fix });
    }
    process.stdout.write(flags.json ? `${JSON.stringify(alert)}\n` : alertSheet(alert, flags.lang));
  });
}

async function take(step: Step, id: string, flags: DeedFlags): Promise<void> {
  await orAway(flags, async () => {
    await askRunning(flags, "deed", { deed: step.deed(id, flags.note), by: flags.by }, PATIENCE_MS);
    await show(id, flags);
  });
}
