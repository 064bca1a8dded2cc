import { readFileSync } from "node:fs";
import { uplinkTypes } from "gatehouse";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type OpenUplink, uplinkContract } from "../support/uplink-contract.ts";
import { openHttpsUplink, openMqttUplink, openNatsUplink, openSparkplugUplink } from "../support/uplink-harness.ts";

/** One entry a row of uplinks/index.ts: how to open that uplink with a platform to talk to. */
const platforms: Readonly<Record<string, OpenUplink>> = {
  https: openHttpsUplink,
  mqtt: openMqttUplink,
  nats: openNatsUplink,
  sparkplug: openSparkplugUplink,
};

/** These tell people, not platforms: their promises stand in uplink-notices.test.ts. */
const forPeople: readonly string[] = ["webhook", "wecom"];

const page = readFileSync(new URL("../../docs/uplinks.md", import.meta.url), "utf8");

/** Of one uplink, up to the next heading. */
const sectionOf = (type: string): string =>
  page.split(/^(?=#)/m).find((part) => part.startsWith(`## \`${type}\``)) ?? "";

describe.each(uplinkTypes.map(({ type }) => type))("uplink %s", (type) => {
  const row = uplinkTypes.find((candidate) => candidate.type === type);
  const open = platforms[type];
  it("has a platform to be tested with", () => {
    expect(open ?? forPeople.find((one) => one === type), `add "${type}" to the platforms of this file`).toBeDefined();
  });
  if (open !== undefined) uplinkContract(open);

  it("has every key of its configuration in docs/uplinks.md, and no other", () => {
    const [, table = ""] = /\| key \|.*\n\| ---.*\n((?:\|.*\n)+)/.exec(sectionOf(type)) ?? [];
    const documented = Array.from(table.matchAll(/^\| `([^`]+)` \|/gm), ([, key]) => key ?? "");
    expect(documented.toSorted()).toEqual(Object.keys(row?.config.shape ?? {}).toSorted());
  });

  it("takes every example of docs/uplinks.md as it stands there", () => {
    const blocks = Array.from(sectionOf(type).matchAll(/```yaml\n([^`]*)```/g), ([, text]) => text ?? "");
    const examples = blocks.flatMap((text) => (parse(text) as { readonly uplinks: Record<string, unknown>[] }).uplinks);
    expect(examples.length).toBeGreaterThan(0);
    for (const { id, type: named, readings: _, credentials: __, filter: ___, mapping: ____, ...own } of examples) {
      expect(named).toBe(type);
      expect(row?.config.safeParse(own).error?.message, String(id)).toBeUndefined();
    }
  });
});
