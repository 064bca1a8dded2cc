/** `gatehouse prompts`: what an operator must look at, and that they did. */
import { type Deed, Prompt } from "@gatehouse/protocol";
import { Command } from "commander";
import { z } from "zod";
import { parseLang } from "./alerts.ts";
import { askRunning, orAway, type RunningFlags, STATE_OPTION, userName } from "./running.ts";

interface PromptFlags extends RunningFlags {
  readonly all?: true;
  readonly lang: "zh" | "en";
  readonly by?: string;
  readonly note?: string;
  readonly json?: true;
}

const PATIENCE_MS = 12_000;
const Answer = z.object({ prompts: z.array(Prompt) });

const EXAMPLES = `
Examples:
  gatehouse prompts                                             what is open, the oldest first
  gatehouse prompts handle prm_1x2y3z00001 --by wang --note "registered two people"
  gatehouse prompts here --by wang                              there is an operator on site

A prompt stays until it is handled or its cause ends, and gets louder meanwhile: see docs/prompts-and-hand-over.md.
Exits with 0 when done, 1 when there is no such prompt, 69 when no gateway runs there.`;

export function promptsCommand(): Command {
  const prompts = new Command("prompts")
    .summary("what operators must look at; handle it")
    .description("Lists the prompts of the gateway that runs on this box, and handles them.")
    .option(...STATE_OPTION)
    .option("--all", "also those that were handled")
    .option("--lang <lang>", "zh or en", parseLang, "zh")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES)
    .action((_: unknown, command: Command) => list(command.optsWithGlobals<PromptFlags>()));
  const sub = (name: string, description: string): Command =>
    new Command(name)
      .description(description)
      .exitOverride()
      .showHelpAfterError("(gatehouse prompts --help explains it)")
      .option("--by <name>", "who you are; default the name of the system's user");
  prompts.addCommand(
    sub("handle", "say that a prompt was seen to")
      .argument("<prompt>", "its id")
      .option("--note <text>", "what was done")
      .action((prompt: string, _: unknown, command: Command) => {
        const flags = command.optsWithGlobals<PromptFlags>();
        const note = flags.note === undefined ? {} : { note: flags.note };
        return doDeed(flags, { do: "handle-prompt", prompt, ...note }, `${prompt}: handled`);
      }),
  );
  prompts.addCommand(
    sub("here", "say that there is an operator on site").action((_: unknown, command: Command) =>
      doDeed(command.optsWithGlobals<PromptFlags>(), { do: "report-present" }, "noted"),
    ),
  );
  return prompts;
}

/** Has the gateway put the deed on disk, then says so. */
export async function doDeed(flags: RunningFlags & { readonly by?: string }, deed: Deed, done: string): Promise<void> {
  await orAway(flags, async () => {
    await askRunning(flags, "deed", { deed, by: flags.by ?? userName() }, PATIENCE_MS);
    process.stdout.write(`${done}\n`);
  });
}

async function list(flags: PromptFlags): Promise<void> {
  await orAway(flags, async () => {
    const params = { handled: flags.all === true };
    const { prompts } = Answer.parse(await askRunning(flags, "prompts", params, PATIENCE_MS));
    if (flags.json) process.stdout.write(`${JSON.stringify(prompts)}\n`);
    else if (prompts.length === 0) process.stdout.write(flags.lang === "en" ? "nothing is open\n" : "没有待办\n");
    else process.stdout.write(prompts.map((prompt) => line(prompt, flags.lang)).join(""));
  });
}

function line({ id, openedAt, text, state, step, handledBy }: Prompt, lang: "zh" | "en"): string {
  const when = openedAt.slice(0, 16).replace("T", " ");
  const stand = state === "open" ? (step === 0 ? "" : `  [escalated ${step}x]`) : `  [handled by ${handledBy}]`;
  return `${id}  ${when}  ${text[lang === "en" ? "en" : "zh"]}${stand}\n`;
}
