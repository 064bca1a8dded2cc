/** Counts the statements of Sparkplug 3.0 that names of our tests carry, by group: `node test/sparkplug-coverage.ts`. */
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface GroupCoverage {
  readonly group: string;
  readonly covered: number;
  readonly of: number;
  readonly missing: readonly string[];
}

const root = fileURLToPath(new URL("..", import.meta.url));

/** By the first words of their identifiers. */
const GROUPS: readonly (readonly [string, RegExp])[] = [
  ["introduction, principles, components", /^(intro|principles|components)-/],
  ["topics", /^(topic-structure|topics)/],
  ["host topic (STATE)", /^host-topic-/],
  ["case sensitivity", /^case-sensitivity-/],
  ["message flow", /^message-flow-/],
  [
    "operational behaviour, edge node",
    /^operational-behavior-(edge-node-(intentional|birth)|device|edge-node-termination-host-offline)/,
  ],
  ["operational behaviour, host", /^operational-behavior-(host|edge-node-termination-host-action)/],
  ["operational behaviour, primary host", /^operational-behavior-primary-application/],
  ["operational behaviour, data and commands", /^operational-behavior-data-/],
  ["payloads: templates", /^payloads-template-/],
  ["payloads: STATE", /^payloads-state-/],
  ["payloads: messages", /^payloads-(nbirth|dbirth|ndata|ddata|ncmd|dcmd|ndeath|ddeath)-/],
  ["payloads: metrics, properties, data sets", /^payloads-/],
  ["conformance", /^conformance-/],
];

/** Identifiers stand in calls of `tck(…)`, which make the tests' names. */
export function coverage(): { readonly groups: readonly GroupCoverage[]; readonly unknown: readonly string[] } {
  const { ids } = JSON.parse(readFileSync(`${root}/protocol/vectors/sparkplug/tck-ids.json`, "utf8")) as {
    ids: string[];
  };
  const sources = globSync(
    ["protocol/src/sparkplug/*.test.ts", "gateway/src/config/sparkplug*.test.ts", "test/contract/sparkplug*.test.ts"],
    { cwd: root },
  );
  const text = sources.map((path) => readFileSync(`${root}/${path}`, "utf8")).join("\n");
  const named = new Set(Array.from(text.matchAll(/"(tck-id-[\w-]+)"/g), ([, id]) => id ?? ""));
  const groupOf = (id: string) =>
    GROUPS.find(([, pattern]) => pattern.test(id.slice("tck-id-".length)))?.[0] ?? "others";
  const groups = [...Map.groupBy(ids, groupOf)].map(([group, all]) => {
    const missing = all.filter((id) => !named.has(id));
    return { group, covered: all.length - missing.length, of: all.length, missing };
  });
  return { groups, unknown: [...named].filter((id) => !ids.includes(id)) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { groups } = coverage();
  const sum = (key: "covered" | "of") => groups.reduce((total, group) => total + group[key], 0);
  for (const { group, covered, of, missing } of groups) {
    console.log(`${group}: ${covered} of ${of}`);
    if (process.argv.includes("--missing")) for (const id of missing) console.log(`  ${id}`);
  }
  console.log(`all: ${sum("covered")} of ${sum("of")}`);
}
