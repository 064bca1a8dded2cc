/** `gatehouse space`: what counts for a space, and setting it beside the site file. */
import { ConfigError, type Deed } from "@gatehouse/protocol";
import { Command } from "commander";
import { z } from "zod";
import { doDeed } from "./prompts.ts";
import { askRunning, orAway, type RunningFlags, STATE_OPTION } from "./running.ts";

interface SpaceFlags extends RunningFlags {
  readonly by?: string;
  readonly basis?: string;
  readonly json?: true;
}

const PATIENCE_MS = 6_000;
const Said = z.object({ by: z.string(), at: z.string() }).nullable();
const Answer = z.object({
  spaces: z.array(
    z.object({
      id: z.string(),
      registered: z.number().nullable(),
      registeredSet: Said,
      limit: z.object({ persons: z.number(), policy: z.string(), basis: z.string() }).nullable(),
      limitSet: Said,
    }),
  ),
  policies: z.object({ revision: z.number(), set: Said, ids: z.array(z.string()) }),
});

const EXAMPLES = `
Examples:
  gatehouse space                                                     limits and registered people, and who set them
  gatehouse space set-registered 3-302 4 --by wang
  gatehouse space set-limit 3-302 6 --basis "fire office, 2026-11-20" --by wang
  gatehouse space set-limit 3-302 none --basis "back to the rule"     the site file counts again

The later word counts: what is set here stands until the site file says something else for that space.
Exits with 0 when done, 1 when there is no such space, 69 when no gateway runs there.`;

export function spaceCommand(): Command {
  const space = new Command("space")
    .summary("limits and registered people of a running gateway; set them")
    .description(
      "Lists what counts for the spaces of the gateway that runs on this box, and sets it beside the site file.",
    )
    .option(...STATE_OPTION)
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES)
    .action((_: unknown, command: Command) => list(command.optsWithGlobals<SpaceFlags>()));
  const sub = (name: string, description: string): Command =>
    new Command(name)
      .description(description)
      .exitOverride()
      .showHelpAfterError("(gatehouse space --help explains it)")
      .argument("<space>", "its id")
      .argument("<persons>", "how many; `none` takes back what was set")
      .option("--by <name>", "who you are; default the name of the system's user");
  space.addCommand(
    sub("set-registered", "say how many people are registered").action(
      (id: string, persons: string, _: unknown, command: Command) =>
        set(command, { do: "set-registered", space: id, persons: parsePersons(persons, 0) }),
    ),
  );
  space.addCommand(
    sub("set-limit", "say how many people may live there")
      .requiredOption("--basis <text>", "why, for the one who reads the alert")
      .action((id: string, persons: string, flags: SpaceFlags, command: Command) =>
        set(command, { do: "set-limit", space: id, persons: parsePersons(persons, 1), basis: flags.basis ?? "" }),
      ),
  );
  return space;
}

function set(command: Command, deed: Deed & { readonly space: string }): Promise<void> {
  return doDeed(command.optsWithGlobals<SpaceFlags>(), deed, `${deed.space}: set`);
}

function parsePersons(text: string, least: number): number | null {
  if (text === "none") return null;
  const persons = Number(text);
  if (Number.isInteger(persons) && persons >= least && persons <= 10_000) return persons;
  const fix = `write a whole number from ${least} to 10000, or \`none\``;
  throw new ConfigError({ path: "<persons>", reason: `"${text}" is no number of people`, fix });
}

async function list(flags: SpaceFlags): Promise<void> {
  await orAway(flags, async () => {
    const answer = Answer.parse(await askRunning(flags, "spaces", {}, PATIENCE_MS));
    if (flags.json) {
      process.stdout.write(`${JSON.stringify(answer)}\n`);
      return;
    }
    const width = Math.max(...answer.spaces.map(({ id }) => id.length));
    for (const { id, registered, registeredSet, limit, limitSet } of answer.spaces) {
      const at = limit === null ? "not judged" : `limit ${limit.persons}  ${limit.basis}${from(limitSet)}`;
      process.stdout.write(`${id.padEnd(width)}  registered ${registered ?? "-"}${from(registeredSet)}  ${at}\n`);
    }
    const { revision, set: said, ids } = answer.policies;
    if (said !== null) process.stdout.write(`policies: revision ${revision}${from(said)}: ${ids.join(" ")}\n`);
  });
}

const from = (said: z.infer<typeof Said>): string => (said === null ? "" : ` [${said.by}, ${said.at.slice(0, 16)}]`);
