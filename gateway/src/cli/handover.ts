/** `gatehouse handover`: what is open goes from one person to the next, item by item. */
import { ConfigError, HandOver } from "@gatehouse/protocol";
import { Command } from "commander";
import { z } from "zod";
import { parseLang } from "./alerts.ts";
import { doDeed } from "./prompts.ts";
import { askRunning, orAway, type RunningFlags, STATE_OPTION } from "./running.ts";

interface HandOverFlags extends RunningFlags {
  readonly by: string;
  readonly lang: "zh" | "en";
  readonly json?: true;
}

const PATIENCE_MS = 12_000;
const Answer = z.object({ handOvers: z.array(HandOver) });

const EXAMPLES = `
Examples:
  gatehouse handover start --by wang --to li      lists what is open; li must accept each item
  gatehouse handover                              the latest hand-over and its items
  gatehouse handover accept alert:alr_1x2y3z00001 --by li
  gatehouse handover cancel --by wang --note "li is ill"

It is complete when the last item is accepted. An open one becomes a prompt after two hours: see docs/prompts-and-hand-over.md.
Exits with 0 when done, 1 when it cannot be done, 69 when no gateway runs there.`;

export function handoverCommand(): Command {
  const handover = new Command("handover")
    .summary("hand over what is open to the next person")
    .description("Lists, starts and accepts hand-overs of the gateway that runs on this box.")
    .option(...STATE_OPTION)
    .option("--lang <lang>", "zh or en", parseLang, "zh")
    .option("--json", "print all hand-overs as JSON")
    .addHelpText("after", EXAMPLES)
    .action((_: unknown, command: Command) => show(command.optsWithGlobals<HandOverFlags>()));
  const sub = (name: string, description: string): Command =>
    new Command(name)
      .description(description)
      .exitOverride()
      .showHelpAfterError("(gatehouse handover --help explains it)")
      .requiredOption("--by <name>", "who you are");
  handover.addCommand(
    sub("start", "begin a hand-over of everything that is open")
      .requiredOption("--to <name>", "who takes over")
      .action(async (_: unknown, command: Command) => {
        const flags = command.optsWithGlobals<HandOverFlags & { to: string }>();
        await doDeed(flags, { do: "start-hand-over", to: flags.to }, `handed to ${flags.to}`);
        if (process.exitCode === undefined) await show(flags);
      }),
  );
  handover.addCommand(
    sub("accept", "take over one item")
      .argument("<item>", "as the list names it, alert:ID or prompt:ID")
      .action((item: string, _: unknown, command: Command) =>
        withOpen(command.optsWithGlobals<HandOverFlags>(), (flags, handOver) =>
          doDeed(flags, { do: "accept-item", handOver, item }, `${item}: accepted by ${flags.by}`),
        ),
      ),
  );
  handover.addCommand(
    sub("cancel", "end the open hand-over without completing it")
      .requiredOption("--note <text>", "why")
      .action((_: unknown, command: Command) =>
        withOpen(command.optsWithGlobals<HandOverFlags & { note: string }>(), (flags, handOver) =>
          doDeed(flags, { do: "cancel-hand-over", handOver, note: flags.note }, `${handOver}: cancelled`),
        ),
      ),
  );
  return handover;
}

async function handOversOf(flags: HandOverFlags): Promise<HandOver[]> {
  return Answer.parse(await askRunning(flags, "hand-overs", {}, PATIENCE_MS)).handOvers;
}

async function withOpen<Flags extends HandOverFlags>(
  flags: Flags,
  work: (flags: Flags, id: string) => Promise<void>,
): Promise<void> {
  await orAway(flags, async () => {
    const open = (await handOversOf(flags)).find(({ state }) => state === "open");
    if (open === undefined) {
      const fix = "begin one with `gatehouse handover start --by NAME --to NAME`";
      throw new ConfigError({ path: "handover", reason: "no hand-over is open", fix });
    }
    await work(flags, open.id);
  });
}

async function show(flags: HandOverFlags): Promise<void> {
  await orAway(flags, async () => {
    const all = await handOversOf(flags);
    if (flags.json) process.stdout.write(`${JSON.stringify(all)}\n`);
    else process.stdout.write(sheet(all.at(-1), flags.lang));
  });
}

/** As lines to read or print. */
function sheet(handOver: HandOver | undefined, lang: "zh" | "en"): string {
  if (handOver === undefined) return lang === "en" ? "there was no hand-over yet\n" : "尚无交接记录\n";
  const { id, from, to, startedAt, state, items } = handOver;
  const head = `${id}  ${from} -> ${to}  ${startedAt.slice(0, 16).replace("T", " ")}  ${state}\n`;
  const lines = items.map(({ ref, text, acceptedAt }) => {
    const mark = acceptedAt === undefined ? "[ ]" : "[x]";
    return `${mark} ${ref}  ${lang === "en" ? text.en : text.zh}\n`;
  });
  return `${head}${lines.join("")}`;
}
