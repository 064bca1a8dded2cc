import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { VARIABLES } from "./variables.ts";

test("docs/rules.md tells every name with its type and meaning, and no other", () => {
  const page = readFileSync(new URL("../../../../../docs/rules.md", import.meta.url), "utf8");
  const told = Array.from(
    page.matchAll(/^\| `(\w+)` \| (int|double|string|bool) \| ([^|;]+)/gm),
    ([, name, type, says]) => [name, type, says?.trim()].join(" "),
  );
  expect(told).toEqual(Object.entries(VARIABLES).map(([name, { type, says }]) => `${name} ${type} ${says}`));
});
