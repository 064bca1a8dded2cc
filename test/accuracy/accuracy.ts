/** `npm run accuracy`: how right the gateway is, measured on labelled sites it was not fitted on, with simple baselines beside it. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { LabelledOptions } from "@gatehouse/device-sim";
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
  --out DIR        where accuracy.html and results.json go (default build/accuracy)`;

type People = NonNullable<LabelledOptions["people"]>;
type Faults = NonNullable<LabelledOptions["faults"]>;
const MADE: readonly (readonly [LabelledOptions["kind"], People, Faults])[] = [
  ["compound", "nominal", "nominal"],
  ["compound", "nominal", "heavy"],
  ["compound", "social", "nominal"],
  ["compound", "evasive", "nominal"],
  ["dormitory", "nominal", "nominal"],
  ["construction", "nominal", "nominal"],
  ["lock-only", "nominal", "nominal"],
  ["all-sensors", "nominal", "nominal"],
  ["meters", "nominal", "nominal"],
];

const { values } = parseArgs({
  options: {
    sites: { type: "string", default: "4" },
    only: { type: "string", multiple: true },
    labelled: { type: "string", default: join(import.meta.dirname, "data/labelled") },
    out: { type: "string", default: join(import.meta.dirname, "../../build/accuracy") },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) console.log(HELP);
else await accuracy(Number(values.sites));

async function accuracy(count: number): Promise<void> {
  if (!Number.isInteger(count) || count < 0) {
    console.error(`--sites ${values.sites}: must be a whole number`);
    process.exit(78);
  }
  if (!existsSync(values.labelled)) {
    console.error(`--labelled ${values.labelled}: there is no such folder`);
    process.exit(78);
  }
  const wanted = (group: string): boolean => values.only?.some((name) => group.includes(name)) ?? true;
  const tasks = [...recordedTasks(), ...madeTasks(count)].filter(({ group }) => wanted(group));
  if (tasks.length === 0) {
    console.error("no group of that name: say --only compound, or leave it out");
    process.exit(78);
  }
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
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, "results.json"), `${JSON.stringify(all, null, 1)}\n`);
  writeFileSync(join(values.out, "accuracy.html"), accuracyPage(all));
  console.log(`written ${join(values.out, "accuracy.html")} and results.json`);
}

function recordedTasks(): { group: string; task: Task }[] {
  return labelledSites(values.labelled).map((name) => ({
    group: `labelled ${name.replace(/-\d+$/, "")}`,
    task: { folder: join(values.labelled, name), name },
  }));
}

function madeTasks(count: number): { group: string; task: Task }[] {
  return MADE.flatMap(([kind, people, faults]) => {
    const world = [people, faults].filter((word) => word !== "nominal").join(" ");
    const group = `made ${kind}${world === "" ? "" : `, ${world}`}`;
    return Array.from({ length: count }, (_, index) => ({
      group,
      task: { plan: judgingSite(kind, index, people, faults) },
    }));
  });
}
