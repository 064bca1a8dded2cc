/** `gatehouse config`: the site file of the running gateway: what another one would change, using it, and going back. */
import { resolve } from "node:path";
import { LinkError, type Problem, systemClock } from "@gatehouse/protocol";
import { Command } from "commander";
import { z } from "zod";
import { wholeIn } from "../words/said.ts";
import { configState, untilInUse } from "./config-outcome.ts";
import { describeProblems } from "./report-failure.ts";
import { askRunning, orAway, type RunningFlags, STATE_OPTION, userName } from "./running.ts";
import { inTerminal, terminalLanguage } from "./terminal-language.ts";

interface ConfigFlags extends RunningFlags {
  readonly by?: string;
  readonly note?: string;
  readonly samePlatform?: readonly string[];
  readonly json?: true;
}

/** The gateway gives up checking a file before: it answers either way. */
const CHECK_PATIENCE_MS = 130_000;
/** Who waits longer is told for what. */
const TELL_AFTER_MS = 3_000;
const Trial = z.object({
  problems: z.array(z.custom<Problem>()),
  warnings: z.array(z.custom<Problem>()),
  diff: z.object({
    changes: z.array(
      z.object({ path: z.string(), kind: z.string(), was: z.unknown().optional(), is: z.unknown().optional() }),
    ),
    lines: z.array(z.object({ sign: z.string(), text: z.string(), line: z.number() })),
  }),
});
const Applied = z.object({ version: z.number(), hash: z.string() });

const EXAMPLES = `
Examples:
  gatehouse config                          the site file in use and its versions
  gatehouse config diff new.yaml            what it would change, and what is wrong with it
  gatehouse config apply new.yaml --note "block 4 added"
  gatehouse config rollback 3               the site file as it was in version 3
  gatehouse config reload                   the site file was edited by hand: use it

The gateway starts anew with each change, in about a second; what it owes its platforms is not touched. A file that is wrong is refused whole,
and one that the gateway does not start with is put back. Exits with 0 when the gateway runs with it, 78 when the file must change, 69 when no
gateway runs there, 75 when it is not ready in time.`;

export function configCommand(): Command {
  const config = new Command("config")
    .summary("the site file of a running gateway: diff, apply, history, roll back")
    .description("Shows which site file the gateway that runs on this box uses, and its earlier versions.")
    .option(...STATE_OPTION)
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES)
    .action((_: unknown, command: Command) => history(command.optsWithGlobals<ConfigFlags>()));
  const sub = (name: string, description: string): Command =>
    new Command(name)
      .description(description)
      .exitOverride()
      .showHelpAfterError("(gatehouse config --help explains it)");
  const flagsOf = (command: Command) => command.optsWithGlobals<ConfigFlags>();
  config.addCommand(
    sub("history", "earlier versions").action((_: unknown, command: Command) => history(flagsOf(command))),
  );
  config.addCommand(
    sub("diff", "what a file, or an earlier version, would change")
      .argument("<file|version>", "a site file, or the number of a version")
      .action((of: string, _: unknown, command: Command) => diff(of, flagsOf(command))),
  );
  config.addCommand(
    sub("apply", "use another site file")
      .argument("<file>", "it is copied over the site file in use")
      .option("--note <text>", "why, for the history")
      .option("--by <name>", "who you are; default the name of the system's user")
      .option(
        "--same-platform <name...>",
        "the platform of this name is the one that was removed: what still waits for it goes there",
      )
      .action((file: string, _: unknown, command: Command) => {
        const flags = flagsOf(command);
        return apply(flags, "config-apply", {
          file: resolve(file),
          note: flags.note ?? "",
          same: flags.samePlatform ?? [],
          ...byOf(flags),
        });
      }),
  );
  config.addCommand(
    sub("rollback", "use an earlier version")
      .argument("<version>", "its number in the history")
      .option("--by <name>", "who you are; default the name of the system's user")
      .action((version: string, _: unknown, command: Command) => {
        const flags = flagsOf(command);
        return apply(flags, "config-rollback", { version: Number(version), ...byOf(flags) });
      }),
  );
  config.addCommand(
    sub("reload", "use the site file as it stands now, after an edit by hand").action(
      (_: unknown, command: Command) => {
        const flags = flagsOf(command);
        return orAway(flags, async () => {
          const { versions } = await configState(flags);
          await askToUse(flags, "config-reload", {});
          await untilInUse(flags, versions.at(-1)?.n ?? 0);
          process.stdout.write("the file is in use: the gateway runs with it\n");
        });
      },
    ),
  );
  return config;
}

const byOf = ({ by = userName() }: ConfigFlags): object => (by === undefined ? {} : { by: `local:${by}`.slice(0, 64) });

function history(flags: ConfigFlags): Promise<void> {
  return orAway(flags, async () => {
    const state = await configState(flags);
    if (flags.json) return void process.stdout.write(`${JSON.stringify(state, null, 2)}\n`);
    const inUse = state.versions.findLast(({ hash }) => hash === state.hash)?.n;
    const language = terminalLanguage(process.env);
    const lines = state.versions.map(({ n, at, by, note }) => {
      const mark = n === inUse ? "*" : " ";
      return `${mark} ${String(n).padStart(4)}  ${at}  ${by}${note === "" ? "" : `: ${wholeIn(note, language)}`}`;
    });
    process.stdout.write(`${[`${state.file}, versions (* is in use):`, ...lines].join("\n")}\n`);
  });
}

function diff(of: string, flags: ConfigFlags): Promise<void> {
  return orAway(flags, async () => {
    const params = /^\d+$/.test(of) ? { version: Number(of) } : { file: resolve(of) };
    const trial = Trial.parse(await askRunning(flags, "config-diff", params, CHECK_PATIENCE_MS));
    if (trial.problems.length > 0) process.exitCode = 78;
    if (flags.json) return void process.stdout.write(`${JSON.stringify(trial, null, 2)}\n`);
    const lines = trial.diff.lines.map(({ sign, text }) => `${sign} ${text}`);
    if (lines.length === 0) lines.push("nothing differs");
    if (trial.problems.length > 0) lines.push("", describeProblems(trial.problems, "problem"));
    if (trial.warnings.length > 0) lines.push("", describeProblems(trial.warnings, "warning"));
    process.stdout.write(`${lines.join("\n")}\n`);
  });
}

function apply(flags: ConfigFlags, request: string, params: object): Promise<void> {
  return orAway(flags, async () => {
    const applied = Applied.parse(await askToUse(flags, request, params));
    await untilInUse(flags, applied.version);
    if (flags.json) return void process.stdout.write(`${JSON.stringify(applied)}\n`);
    process.stdout.write(`version ${applied.version} is in use: the gateway runs with it\n`);
  });
}

/** The answer tells what became of the file; where there is none at all, so does the history. */
async function askToUse(flags: ConfigFlags, request: string, params: object): Promise<unknown> {
  const cancel = systemClock.after(TELL_AFTER_MS, () =>
    process.stderr.write(`${inTerminal("the gateway is checking the file")} …\n`),
  );
  try {
    return await askRunning(flags, request, params, CHECK_PATIENCE_MS);
  } catch (cause) {
    if (!(cause instanceof LinkError) || cause.code !== "timeout") throw cause;
    const said = `${cause.message}: \`gatehouse config\` shows which version it uses`;
    throw new LinkError("timeout", said, { cause });
  } finally {
    cancel();
  }
}
