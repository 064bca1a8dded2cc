/** `gatehouse compliance`: how long every space has been within its limit. */
import { Command } from "commander";
import { z } from "zod";
import type { Lang } from "./alert-text.ts";
import { parseLang } from "./alerts.ts";
import { askRunning, orAway, type RunningFlags, STATE_OPTION } from "./running.ts";
import { textTable } from "./text-table.ts";

interface ComplianceFlags extends RunningFlags {
  readonly lang: Lang;
  readonly json?: true;
}

const PATIENCE_MS = 12_000;
const Row = { days: z.int(), since: z.string().nullable(), best: z.int(), lastOver: z.string().nullable() };
const Space = z.object({
  ...Row,
  space: z.string(),
  judged: z.int(),
  listed: z.object({ since: z.string(), dueBy: z.string(), late: z.boolean() }).nullable(),
  delisted: z.object({ at: z.string(), afterDays: z.int() }).nullable(),
});
const Site = z.object({ ...Row, spaces: z.array(Space) });
const Answer = z.object({ compliance: Site });

const EXAMPLES = `
Examples:
  gatehouse compliance                 days in a row within the limit, by space and for the site
  gatehouse compliance --json --state ./state

A day counts when its night was within the limit and no finding about the number of people is open: see docs/alerts.md.
Exits with 0 when done, 69 when no gateway runs there.`;

export function complianceCommand(): Command {
  return new Command("compliance")
    .summary("how long each space has been within its limit")
    .description("Shows the compliance streaks of the gateway that runs on this box.")
    .option(...STATE_OPTION)
    .option("--lang <lang>", "zh or en", parseLang, "zh")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: ComplianceFlags) => {
      await orAway(flags, async () => {
        const { compliance } = Answer.parse(await askRunning(flags, "compliance", {}, PATIENCE_MS));
        process.stdout.write(flags.json ? `${JSON.stringify(compliance)}\n` : sheet(compliance, flags.lang));
      });
    });
}

function sheet(site: z.infer<typeof Site>, lang: Lang): string {
  const zh = lang === "zh";
  const head = zh
    ? ["位置", "连续合规(天)", "自", "最长", "最近超限", "挂牌情况"]
    : ["space", "days", "since", "best", "last over", "list"];
  const list = ({ listed, delisted }: z.infer<typeof Space>): string => {
    if (listed !== null) {
      const late = listed.late ? (zh ? "，已超期" : ", late") : "";
      return zh
        ? `${listed.since}挂牌，应于${listed.dueBy}前摘牌${late}`
        : `since ${listed.since}, off by ${listed.dueBy}${late}`;
    }
    if (delisted === null) return "-";
    return zh
      ? `${delisted.at}摘牌（历时${delisted.afterDays}天）`
      : `off since ${delisted.at} after ${delisted.afterDays} days`;
  };
  const cells = ({ days, since, best, lastOver }: z.infer<z.ZodObject<typeof Row>>): string[] => [
    String(days),
    since ?? "-",
    String(best),
    lastOver ?? "-",
  ];
  const rows = site.spaces.map((space) => [space.space, ...cells(space), list(space)]);
  return textTable([head, ...rows, [zh ? "全场" : "site", ...cells(site), ""]]);
}
