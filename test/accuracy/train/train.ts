/** `npm run train`: makes labelled sites, fits the residency model on them, and writes it where the gateway takes it from. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { deserialize, serialize } from "node:v8";
import { FEATURES } from "gatehouse/testing";
import { onAllCores } from "../on-all-cores.ts";
import { binColumns, type Fitted, fitForest } from "./boost.ts";
import type { SiteCases } from "./cases.ts";
import { MONOTONE, matrixOf } from "./matrix.ts";
import { type SitePlan, trainingSite } from "./site-plan.ts";

const HELP = `npm run train -- [--sites N] [--out FILE]

Makes N labelled sites with the simulator (seeds train-0 to train-N-1), runs each through the gateway's core, and fits the residency model.
The same program gives the same model. Takes about twenty minutes on two cores with the default of 480 sites.

  --sites N    how many sites (default 480)
  --cases FILE keep what the sites came to in FILE, or take it from there when it is there: for trying other trees on the same sites
  --out FILE   where the model goes (default gateway/src/core/occupancy/residency-model.json)`;

const OPTIONS = {
  trees: 350,
  depth: 6,
  rate: 0.04,
  l2: 30,
  minWeight: 80,
  rows: 0.3,
  columns: 0.1,
  seed: 7,
} as const;
const BINS = 40;
const EVERY = 4;

const { values } = parseArgs({
  options: {
    sites: { type: "string", default: "480" },
    cases: { type: "string" },
    out: {
      type: "string",
      default: join(import.meta.dirname, "../../../gateway/src/core/occupancy/residency-model.json"),
    },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) console.log(HELP);
else await train(Number(values.sites), values.out, values.cases);

async function train(count: number, out: string, kept: string | undefined): Promise<void> {
  if (!Number.isInteger(count) || count < 1) {
    console.error(`--sites ${values.sites}: must be a whole number of at least 1`);
    process.exit(78);
  }
  const sites = await casesFor(count, kept);
  const matrix = matrixOf(sites, EVERY);
  const options = { ...OPTIONS, monotone: MONOTONE };
  const fitted = fitForest(binColumns(matrix.columns, BINS), matrix.label, matrix.weight, {
    ...options,
    onTree: (done) => progress(`trees ${done} of ${OPTIONS.trees}`),
  });
  process.stderr.write("\n");
  writeFileSync(out, fileText(fitted, count, matrix.label.length));
  console.log(`${out}: ${fitted.trees.length} trees on ${matrix.label.length} rows of ${count} sites`);
}

async function casesFor(count: number, kept: string | undefined): Promise<SiteCases[]> {
  if (kept !== undefined && existsSync(kept)) return deserialize(readFileSync(kept)) as SiteCases[];
  const plans = Array.from({ length: count }, (_, index) => trainingSite(index));
  const worker = new URL("./case-worker.ts", import.meta.url);
  const sites = await onAllCores<SitePlan, SiteCases>(worker, plans, (done) => progress(`sites ${done} of ${count}`));
  if (kept !== undefined) writeFileSync(kept, serialize(sites));
  return sites;
}

function progress(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r${text}   ` : `${text}\n`);
}

/** One tree a line. */
function fileText({ base, trees }: Fitted, sites: number, rows: number): string {
  const provenance = {
    made: `npm run train -- --sites ${sites}`,
    from: "labelled sites of device-sim, seeds train-0 and on; no recorded site",
    rows,
    method: "boosted trees, logistic loss; asks: do more than k people reside here?",
    options: { ...OPTIONS, bins: BINS, everyMorning: EVERY },
  };
  const head = JSON.stringify({ provenance, features: FEATURES.map(({ name }) => name), base }, null, 1);
  return `${head.slice(0, -2)},\n "trees": [\n${trees.map((tree) => `  ${JSON.stringify(tree)}`).join(",\n")}\n ]\n}\n`;
}
