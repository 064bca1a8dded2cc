/** `npm run train`: makes labelled sites, fits the residency models on them, and writes them where the gateway takes them from. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { ConfigError } from "@gatehouse/protocol";
import { FEATURES } from "gatehouse/testing";
import { runTool, toolArguments, wholeNumber } from "../../support/tool-arguments.ts";
import { onAllCores } from "../on-all-cores.ts";
import { type BoostOptions, binColumns, type Fitted, fitForest } from "./boost.ts";
import type { SiteCases } from "./cases.ts";
import { MONOTONE, matrixOf, meteredOnly } from "./matrix.ts";
import { type SitePlan, trainingSite } from "./site-plan.ts";

const HELP = `npm run train -- [--sites N] [--cases FILE] [--out DIR]

Makes N labelled sites with the simulator (seeds train-0 to train-N-1), about half of them with a site file that leaves out registered heads, rooms or
cards, runs each through the gateway's core, and fits the residency model, and one for spaces that have meters alone. The same program gives the same model. Takes about twenty minutes on two cores with the default of 480 sites.

  --sites N    how many sites (default 480)
  --cases FILE keep what the sites came to in FILE, or take it from there when it is there: for trying other trees on the same sites
  --out DIR    where the two models go (default gateway/src/core/occupancy)

Examples:
  npm run train                                            the models the gateway ships with
  npm run train -- --sites 24 --out /tmp                   a quick look
  npm run train -- --cases /tmp/cases.bin --out /tmp       other trees on the same sites`;

interface Plan {
  readonly file: string;
  readonly says: string;
  readonly options: Omit<BoostOptions, "monotone" | "onTree">;
  /** Of neighbouring mornings, which say nearly the same, one in so many. */
  readonly everyMorning: number;
  readonly sites: (sites: readonly SiteCases[]) => readonly SiteCases[];
  /** The features it is given. */
  readonly sees: (feature: string) => boolean;
}

/** How water is drawn: worth its place where nothing else is known, and no more than noise where a door is. */
const DRAWN = /^(waterOver|waterEvening|waterNight|baths|draws|nightDraws)\./;
/** A figure as heads by the habits of the site: with meters alone these are learnt from the register, which is what is in doubt. */
const BY_HABIT = /\.heads\d+/;

/** Strongly regularised: what the simulator's sites have in common with others matters, not what they alone have. */
const FORESTS: readonly Plan[] = [
  {
    file: "residency-model.json",
    says: "spaces with something at their door or inside",
    options: { trees: 350, depth: 6, rate: 0.04, l2: 30, minWeight: 80, rows: 0.3, columns: 0.1, seed: 7 },
    everyMorning: 4,
    sites: (sites) => sites,
    sees: (feature) => !DRAWN.test(feature),
  },
  {
    file: "residency-model-meters.json",
    says: "spaces with meters alone",
    options: { trees: 300, depth: 5, rate: 0.05, l2: 20, minWeight: 40, rows: 0.4, columns: 0.3, seed: 7 },
    everyMorning: 3,
    sites: meteredOnly,
    sees: (feature) => !BY_HABIT.test(feature),
  },
];
const BINS = 40;

const argv = process.argv.slice(2);
await runTool("train", HELP, train, argv);

async function train(): Promise<void> {
  const text = { type: "string" } as const;
  const given = toolArguments({ sites: text, cases: text, out: text }, argv);
  const count = wholeNumber(given, "sites", 480, 1);
  const kept = given.text("cases");
  const out = given.text("out") ?? join(import.meta.dirname, "../../../gateway/src/core/occupancy");
  for (const [option, folder] of [
    ["out", out],
    ["cases", dirname(kept ?? ".")],
  ] as const) {
    if (existsSync(folder)) continue;
    throw new ConfigError({
      path: `--${option}`,
      reason: `there is no folder ${folder}`,
      fix: "make it, or name another",
    });
  }
  const sites = await casesFor(count, kept);
  for (const plan of FORESTS) fitOne(plan, sites, join(out, plan.file));
}

function fitOne(plan: Plan, sites: readonly SiteCases[], file: string): void {
  const matrix = matrixOf(plan.sites(sites), plan.everyMorning);
  const seen = FEATURES.flatMap(({ name }, index) => (plan.sees(name) ? [index] : []));
  const columns = seen.map((index) => matrix.columns[index] as Float32Array);
  const fitted = fitForest(binColumns(columns, BINS), matrix.label, matrix.weight, {
    ...plan.options,
    monotone: MONOTONE.filter((_, index) => seen.includes(index)),
    onTree: (done) => progress(`${plan.file}: tree ${done} of ${plan.options.trees}`),
  });
  process.stderr.write("\n");
  writeFileSync(file, fileText(plan, fitted, sites.length, matrix.label.length));
  console.log(`${file}: ${fitted.trees.length} trees on ${matrix.label.length} rows of ${sites.length} sites`);
}

async function casesFor(count: number, kept: string | undefined): Promise<SiteCases[]> {
  if (kept !== undefined && existsSync(kept)) return casesIn(kept);
  const plans = Array.from({ length: count }, (_, index) => trainingSite(index));
  const worker = new URL("./case-worker.ts", import.meta.url);
  const sites = await onAllCores<SitePlan, SiteCases>(worker, plans, (done) => progress(`sites ${done} of ${count}`));
  if (kept !== undefined) writeFileSync(kept, serialize(sites));
  return sites;
}

function casesIn(file: string): SiteCases[] {
  try {
    return deserialize(readFileSync(file)) as SiteCases[];
  } catch (cause) {
    const fix = "name a file that an earlier run wrote, or one that is not there yet";
    throw new ConfigError({ path: `--cases ${file}`, reason: "holds no cases", fix }, { cause });
  }
}

function progress(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r${text}   ` : `${text}\n`);
}

/** One tree a line. */
function fileText(plan: Plan, { base, trees }: Fitted, sites: number, rows: number): string {
  const provenance = {
    made: `npm run train -- --sites ${sites}`,
    for: plan.says,
    from: "labelled sites of device-sim, seeds train-0 and on, many with less in the site file; no recorded site",
    rows,
    method: "boosted trees, logistic loss; asks: do more than k people reside here?",
    options: { ...plan.options, bins: BINS, everyMorning: plan.everyMorning },
  };
  const head = JSON.stringify(
    { provenance, features: FEATURES.map(({ name }) => name).filter(plan.sees), base },
    null,
    1,
  );
  return `${head.slice(0, -2)},\n "trees": [\n${trees.map((tree) => `  ${JSON.stringify(tree)}`).join(",\n")}\n ]\n}\n`;
}
