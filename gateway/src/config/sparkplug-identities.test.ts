/** Who a gateway is in a Sparkplug network, as its site file says. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, formatProblem } from "@gatehouse/protocol";
import { tck } from "@gatehouse/protocol/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadSite } from "../config.ts";
import { driverTypes } from "../drivers/index.ts";
import { uplinkTypes } from "../uplinks/index.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function problemsOf(blocks: string): string[] {
  const file = join(folder, "site.yaml");
  writeFileSync(
    file,
    `site: { id: mq-0007, name: Town, kind: rental-compound, address: { code: "31011210400700001", grid: MQ-053 } }\nspaces: []\n${blocks}\n`,
    { mode: 0o600 },
  );
  try {
    loadSite(file, { driverTypes, uplinkTypes, env: {}, secrets: false });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(formatProblem);
  }
  return [];
}

const uplink = (id: string, rest: string) =>
  `  - { id: ${id}, type: sparkplug, servers: ["mqtts://a.example"], ${rest} }`;
const driver = (id: string, rest: string) => `  - { id: ${id}, type: sparkplug, url: "mqtts://a.example", ${rest} }`;

test(
  tck(
    "two edge nodes of one gateway at one broker have names of their own",
    "tck-id-intro-edge-node-id-uniqueness",
    "tck-id-topic-structure-namespace-unique-edge-node-descriptor",
    "tck-id-payloads-nbirth-edge-node-descriptor",
  ),
  () => {
    const two = (first: string, second: string) => `uplinks:\n${uplink("one", first)}\n${uplink("two", second)}`;
    expect(problemsOf(two("node: a", "node: b"))).toEqual([]);
    expect(problemsOf(two("group: G, node: a", "group: H, node: a"))).toEqual([]);
    expect(problemsOf(two("node: a", "node: a")).join("\n")).toContain(
      'uplinks[1]: "two" is the edge node Gatehouse/a at a.example, as "one" is already -> give one of the two',
    );
    expect(problemsOf(two("spaces: false", "spaces: true"))).toHaveLength(1);
  },
);

test(
  tck(
    "two host applications of one gateway at one broker have names of their own",
    "tck-id-operational-behavior-host-application-host-id",
  ),
  () => {
    const two = (first: string, second: string) => `drivers:\n${driver("one", first)}\n${driver("two", second)}`;
    expect(problemsOf(two("host: a", "host: b"))).toEqual([]);
    expect(problemsOf(two("host: a", "host: a")).join("\n")).toContain(
      'drivers[1]: "two" is the host application a at a.example, as "one" is already',
    );
  },
);
