/** `npm run accuracy`: how right the gateway is, measured on labelled sites it was not fitted on, with simple baselines beside it. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabelledOptions } from "@gatehouse/device-sim";
import { ConfigError } from "@gatehouse/protocol";
import { runTool, toolArguments, UsageError, wholeNumber } from "../support/tool-arguments.ts";
import { FLAWLESS, type Flaws, NOTHING_SAID } from "./flaws.ts";
import type { SiteResult } from "./judge/judge-site.ts";
import type { Task } from "./judge/judge-worker.ts";
import { accuracyPage } from "./judge/page.ts";
import { labelledSites } from "./judge/recorded-site.ts";
import { type Group, tableText } from "./judge/tables.ts";
import { onAllCores } from "./on-all-cores.ts";
import { judgingSite } from "./train/site-plan.ts";

const HELP = `npm run accuracy -- [--sites N] [--only NAME]... [--out DIR] [--labelled DIR]

Judges the gateway's core on labelled sites and prints confusion matrices with 95 % intervals, beside four simple baselines.
Sites of the folder were made by an independent generator and used for nothing else. The others are made anew with seeds the model was not fitted on.

  --sites N        freshly made sites of each group (default 4; 0 for none)
  --only NAME      only groups whose name contains NAME; may be repeated
  --labelled DIR   folder of labelled sites (default test/accuracy/data/labelled)
  --out DIR        where accuracy.html and results.json go (default build/accuracy)

Examples:
  npm run accuracy                                    everything: a quarter of an hour on two cores
  npm run accuracy -- --only "labelled compound"      one group
  npm run accuracy -- --sites 1 --out /tmp/accuracy   a quick look`;

const WRONG_REGISTER: Flaws = { ...FLAWLESS, wrongHeads: 1 };
const NO_CONTACTS: Flaws = { ...FLAWLESS, noContacts: 1 };
const ONE_CARD: Flaws = { ...FLAWLESS, oneCard: 1 };
const SAYING = new Map([
  [NOTHING_SAID, ", no register"],
  [WRONG_REGISTER, ", wrong register"],
  [NO_CONTACTS, ", no contacts"],
  [ONE_CARD, ", one card a room"],
]);

type People = NonNullable<LabelledOptions["people"]>;
type Faults = NonNullable<LabelledOptions["faults"]>;
const MADE: readonly (readonly [LabelledOptions["kind"], People, Faults, Flaws?])[] = [
  ["compound", "nominal", "nominal"],
  ["compound", "nominal", "heavy"],
  ["compound", "social", "nominal"],
  ["compound", "evasive", "nominal"],
  ["dormitory", "nominal", "nominal"],
  ["construction", "nominal", "nominal"],
  ["lock-only", "nominal", "nominal"],
  ["all-sensors", "nominal", "nominal"],
  ["meters", "nominal", "nominal"],
  ["compound", "nominal", "nominal", NOTHING_SAID],
  ["lock-only", "nominal", "nominal", NOTHING_SAID],
  ["compound", "nominal", "nominal", WRONG_REGISTER],
  ["meters", "nominal", "nominal", WRONG_REGISTER],
  ["lock-only", "nominal", "nominal", NO_CONTACTS],
  ["lock-only", "nominal", "nominal", ONE_CARD],
];

/** Of a labelled site. */
const PARTS = ["site.yaml", "truth.json", "readings.ndjson.gz", "occupancy.ndjson.gz"];

const argv = process.argv.slice(2);
await runTool("accuracy", HELP, accuracy, argv);

async function accuracy(): Promise<void> {
  const text = { type: "string" } as const;
  const given = toolArguments({ sites: text, only: { ...text, multiple: true }, labelled: text, out: text }, argv);
  const count = wholeNumber(given, "sites", 4, 0);
  const labelled = given.text("labelled") ?? join(import.meta.dirname, "data/labelled");
  const out = given.text("out") ?? join(import.meta.dirname, "../../build/accuracy");
  const only = given.texts("only");
  makeFolder(out);
  const wanted = (group: string): boolean => only.length === 0 || only.some((name) => group.includes(name));
  const tasks = [...recordedTasks(labelled), ...madeTasks(count)].filter(({ group }) => wanted(group));
  if (tasks.length === 0)
    throw new UsageError(
      `--only ${only.join(" --only ")}: no group has that in its name; say --only compound, or leave it out`,
    );
  const script = new URL("./judge/judge-worker.ts", import.meta.url);
  const results = await onAllCores<Task, SiteResult>(
    script,
    tasks.map(({ task }) => task),
    (done) =>
      process.stderr.write(
        `${process.stderr.isTTY ? "\r" : ""}judged ${done} of ${tasks.length} sites${process.stderr.isTTY ? "" : "\n"}`,
      ),
  );
  const groups = new Map<string, SiteResult[]>();
  for (const [index, { group }] of tasks.entries()) {
    groups.set(group, [...(groups.get(group) ?? []), results[index] as SiteResult]);
  }
  const all: Group[] = [...groups].map(([name, sites]) => ({ name, sites }));
  console.log(tableText(all));
  writeFileSync(join(out, "results.json"), `${JSON.stringify(all, null, 1)}\n`);
  writeFileSync(join(out, "accuracy.html"), accuracyPage(all));
  console.log(`written ${join(out, "accuracy.html")} and results.json`);
}

/** Before the work of a quarter of an hour, not behind it. */
function makeFolder(out: string): void {
  try {
    mkdirSync(out, { recursive: true });
  } catch (cause) {
    throw new ConfigError(
      { path: `--out ${out}`, reason: "cannot be made", fix: "name a folder that can be written" },
      { cause },
    );
  }
}

function recordedTasks(labelled: string): { group: string; task: Task }[] {
  const path = `--labelled ${labelled}`;
  const fix = "name a folder of labelled sites, as gatehouse sim --labelled writes them";
  if (!existsSync(labelled)) throw new ConfigError({ path, reason: "there is no such folder", fix });
  const names = labelledSites(labelled);
  if (names.length === 0) throw new ConfigError({ path, reason: "holds no folder of a site", fix });
  for (const part of PARTS) {
    const bare = names.find((name) => !existsSync(join(labelled, name, part)));
    if (bare !== undefined)
      throw new ConfigError({
        path: join(labelled, bare),
        reason: `has no ${part}`,
        fix: "make the site anew, or move the folder away",
      });
  }
  return [FLAWLESS, NOTHING_SAID].flatMap((flaws) =>
    names.map((name) => ({
      group: `labelled ${name.replace(/-\d+$/, "")}${SAYING.get(flaws) ?? ""}`,
      task: { folder: join(labelled, name), name, flaws },
    })),
  );
}

function madeTasks(count: number): { group: string; task: Task }[] {
  return MADE.flatMap(([kind, people, faults, flaws = FLAWLESS]) => {
    const world = [people, faults].filter((word) => word !== "nominal").join(" ");
    const group = `made ${kind}${world === "" ? "" : `, ${world}`}${SAYING.get(flaws) ?? ""}`;
    return Array.from({ length: count }, (_, index) => ({
      group,
      task: { plan: judgingSite(kind, index, people, faults, flaws) },
    }));
  });
}
