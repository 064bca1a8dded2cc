/** `gatehouse fire`: how the doors on the way out stand, and the word that the fire is over. */
import { ConfigError } from "@gatehouse/protocol";
import { Command } from "commander";
import { z } from "zod";
import { askRunning, orAway, userName } from "./running.ts";

interface FireFlags {
  readonly state: string;
  readonly json?: true;
  readonly by?: string;
  readonly note?: string;
}

const PATIENCE_MS = 4_000;
/** The gateway waits so long for the disk, and a little more. */
const RECORD_PATIENCE_MS = 12_000;

const Status = z.object({
  since: z.string().nullable(),
  inputsOn: z.array(z.string()),
  hold: z.string().nullable(),
  doors: z.array(
    z.object({ door: z.string(), state: z.string(), ms: z.number().nullable(), why: z.string().nullable() }),
  ),
});
type Status = z.infer<typeof Status>;

const EXAMPLES = `
Without a word it says which inputs are on and how each door stands. \`over\` says that the fire is over: the doors that a fire released are
locked again. It is refused while a fire input is on: reset the fire panel first.

Examples:
  gatehouse fire                                  how do the doors stand
  gatehouse fire over --note "false alarm"        let them lock again
  gatehouse fire --json --state ./state

Exits with 0 when it is as asked, 1 when the gateway refuses, 69 when no gateway runs there, 75 when there was no answer in time.`;

export function fireCommand(): Command {
  return new Command("fire")
    .summary("doors released by a fire: how they stand, and that it is over")
    .description("Shows the doors on the way out, and lets them lock again when somebody says that the fire is over.")
    .argument("[word]", "`over`: the fire is over")
    .option("--state <dir>", "the state folder of the gateway, as given to `gatehouse run`", "/var/lib/gatehouse")
    .option("--by <name>", "who says so; without it the user of this shell")
    .option("--note <text>", "why, for the record")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES)
    .action(answer);
}

async function answer(word: string | undefined, flags: FireFlags): Promise<void> {
  if (word !== undefined && word !== "over")
    throw new ConfigError({ path: "[word]", reason: `"${word}" is unknown`, fix: "write `over`, or nothing" });
  await orAway(flags, async () => {
    const { by = userName() ?? "unknown", note } = flags;
    const over = { by, ...(note === undefined ? {} : { note }) };
    const said =
      word === undefined
        ? await askRunning(flags, "fire", {}, PATIENCE_MS)
        : await askRunning(flags, "fire-over", over, RECORD_PATIENCE_MS);
    const status = Status.parse(said);
    process.stdout.write(flags.json ? `${JSON.stringify(status)}\n` : describe(status));
  });
}

function describe({ since, inputsOn, hold, doors }: Status): string {
  if (hold === null) return "the site file has no `fire` section: a fire releases no door\n";
  const on =
    inputsOn.length === 0 ? "the inputs are quiet; `gatehouse fire over` lets doors lock" : inputsOn.join(", ");
  const head = since === null ? "no fire stands" : `FIRE since ${since}: ${on}`;
  const width = Math.max(...doors.map(({ door }) => door.length));
  const lines = doors.map(({ door, state, ms, why }) => {
    const after = ms === null ? "" : ` after ${ms} ms`;
    return `${door.padEnd(width)}  ${state}${after}${why === null ? "" : `: ${why}`}\n`;
  });
  return `${head}\n${lines.join("")}`;
}
