/** Which statements of the Sparkplug specification names of our tests carry. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { coverage } from "../sparkplug-coverage.ts";

test("the tests name no statement that the specification does not have", () => {
  expect(coverage().unknown).toEqual([]);
});

test("statements that were proved stay proved, by group", () => {
  const proved = Object.fromEntries(coverage().groups.map(({ group, covered, of }) => [group, `${covered} of ${of}`]));
  expect(proved).toEqual({
    "introduction, principles, components": "13 of 13",
    topics: "50 of 51",
    "host topic (STATE)": "15 of 16",
    "case sensitivity": "2 of 2",
    "message flow": "33 of 34",
    "operational behaviour, edge node": "7 of 7",
    "operational behaviour, host": "28 of 28",
    "operational behaviour, primary host": "4 of 4",
    "operational behaviour, data and commands": "24 of 24",
    "payloads: metrics, properties, data sets": "29 of 29",
    "payloads: templates": "19 of 26",
    "payloads: messages": "46 of 46",
    "payloads: STATE": "7 of 7",
    conformance: "1 of 12",
  });
});

test("each statement that no test names has its reason in the documentation", () => {
  const text = readFileSync(new URL("../../docs/integrations/sparkplug.md", import.meta.url), "utf8");
  const missing = coverage().groups.flatMap((group) => group.missing);
  expect(missing.length).toBeGreaterThan(0);
  expect(missing.filter((id) => !text.includes(`\`${id}\``))).toEqual([]);
});
