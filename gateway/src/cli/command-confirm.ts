/** `gatehouse command confirm`: the second person's word for what a platform wants opened. */
import { ConfigError } from "@gatehouse/protocol";
import { Command } from "commander";
import { z } from "zod";
import { askRunning, orAway, type RunningFlags, userName } from "./running.ts";

interface ConfirmFlags extends RunningFlags {
  readonly by?: string;
  readonly json?: true;
}

const PATIENCE_MS = 6_000;
const Waiting = z.object({
  commands: z.array(z.object({ id: z.string(), target: z.string(), action: z.string(), issuer: z.string() })),
});

export function confirmCommand(): Command {
  return new Command("confirm")
    .description("Lists a platform's commands that wait for a second person, or lets one go on.")
    .argument("[id]", "the command's id")
    .option("--by <name>", "who you are; default the name of the system's user")
    .exitOverride()
    .showHelpAfterError("(gatehouse command --help explains it)")
    .action((id: string | undefined, _: unknown, command: Command) =>
      confirm(id, command.optsWithGlobals<ConfirmFlags>()),
    );
}

async function confirm(id: string | undefined, flags: ConfirmFlags): Promise<void> {
  await orAway(flags, async () => {
    if (id === undefined) {
      const { commands } = Waiting.parse(await askRunning(flags, "waiting-commands", {}, PATIENCE_MS));
      const lines = commands.map((each) => `${each.id}  ${each.target} ${each.action}, asked for by ${each.issuer}\n`);
      process.stdout.write(flags.json ? `${JSON.stringify(commands)}\n` : lines.join("") || "nothing waits\n");
      return;
    }
    const by = flags.by ?? userName();
    if (by === undefined)
      throw new ConfigError({ path: "--by", reason: "this system has no name for you", fix: "write --by NAME" });
    await askRunning(flags, "confirm-command", { id, by }, PATIENCE_MS);
    process.stdout.write(`${id}: confirmed\n`);
  });
}
