/** `gatehouse patrol`: where patrols are due, and that one was there. */
import { Command } from "commander";
import { z } from "zod";
import type { Lang } from "./alert-text.ts";
import { parseLang } from "./alerts.ts";
import { doDeed } from "./prompts.ts";
import { askRunning, orAway, type RunningFlags, STATE_OPTION } from "./running.ts";
import { shortTime, textTable } from "./text-table.ts";

interface PatrolFlags extends RunningFlags {
  readonly lang: Lang;
  readonly json?: true;
}

const PATIENCE_MS = 12_000;
const Line = z.object({
  space: z.string(),
  name: z.string().optional(),
  risk: z.string(),
  everyDays: z.number(),
  last: z
    .object({ how: z.enum(["tag", "plate"]), by: z.string(), at: z.string(), note: z.string().optional() })
    .nullable(),
  dueBy: z.string(),
  overdue: z.boolean(),
  done: z.int(),
  missed: z.int(),
});
const Answer = z.object({ patrols: z.array(Line) });

const EXAMPLES = `
Examples:
  gatehouse patrol                                        where patrols go, when they were there and when they are due
  gatehouse patrol done 3-302 --plate QR-0033123 --by wang

A reader proves a patrol by itself (patrol.tag). The plate is the one that the site file says hangs at the space's door: see docs/alerts.md.
Exits with 0 when done, 1 when the plate is another, 69 when no gateway runs there.`;

export function patrolCommand(): Command {
  const patrol = new Command("patrol")
    .summary("where patrols are due; tell of one")
    .description("Lists the patrols of the gateway that runs on this box, and records one by the plate at the door.")
    .option(...STATE_OPTION)
    .option("--lang <lang>", "zh or en", parseLang, "zh")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES)
    .action((_: unknown, command: Command) => list(command.optsWithGlobals<PatrolFlags>()));
  patrol.addCommand(
    new Command("done")
      .description("say that a patrol was at a space")
      .exitOverride()
      .showHelpAfterError("(gatehouse patrol --help explains it)")
      .argument("<space>", "its id in the site file")
      .requiredOption("--plate <code>", "number of the plate at its door")
      .requiredOption("--by <name>", "who was there")
      .option("--note <text>", "what was found")
      .action((space: string, _: unknown, command: Command) => {
        const { plate, note, ...flags } = command.optsWithGlobals<
          PatrolFlags & { by: string; plate: string; note?: string }
        >();
        const deed = { do: "patrol", space, plate, ...(note === undefined ? {} : { note }) } as const;
        return doDeed(flags, deed, `${space}: patrol recorded`);
      }),
  );
  return patrol;
}

async function list(flags: PatrolFlags): Promise<void> {
  await orAway(flags, async () => {
    const { patrols } = Answer.parse(await askRunning(flags, "patrols", {}, PATIENCE_MS));
    process.stdout.write(flags.json ? `${JSON.stringify(patrols)}\n` : sheet(patrols, flags.lang));
  });
}

function sheet(patrols: readonly z.infer<typeof Line>[], lang: Lang): string {
  const zh = lang === "zh";
  if (patrols.length === 0) return zh ? "没有巡查任务\n" : "no patrol goes anywhere: see `patrols` of the site file\n";
  const head = zh
    ? ["位置", "周期(天)", "上次巡查", "凭证", "截止", "按时/漏巡"]
    : ["space", "days", "last", "proof", "due by", "in time/missed"];
  const rows = patrols.map(({ space, name, everyDays, last, dueBy, overdue, done, missed }) => [
    name === undefined ? space : `${space} ${name}`,
    String(everyDays),
    last === null ? "-" : shortTime(last.at),
    last === null ? "-" : `${last.how} ${last.by}`,
    `${shortTime(dueBy)}${overdue ? (zh ? " 超时" : " OVERDUE") : ""}`,
    `${done}/${missed}`,
  ]);
  return textTable([head, ...rows]);
}
