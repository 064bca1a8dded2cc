import { expect, test } from "vitest";
import { toolArguments, wholeNumber } from "../support/tool-arguments.ts";

const OPTIONS = { sites: { type: "string" }, quick: { type: "boolean" } } as const;

test("values, switches and words are told apart", () => {
  const given = toolArguments(OPTIONS, ["--sites", "3", "--quick", "store"], ["store"]);
  expect([wholeNumber(given, "sites", 9, 1), given.has("quick"), given.words]).toEqual([3, true, ["store"]]);
  expect(wholeNumber(toolArguments(OPTIONS, []), "sites", 9, 1)).toBe(9);
});

test.each([
  [["--fast"], "--fast: there is no such option; there are --sites, --quick, --help"],
  [["--sites"], "--sites: needs a value; write --sites VALUE"],
  [["--sites", "--quick"], "--sites: needs a value; write --sites VALUE"],
  [["--quick=yes"], "--quick: takes no value; write it alone"],
  [["--sites", "1.5"], "--sites 1.5: must be a whole number of at least 1, as in --sites 9"],
  [["--sites=0"], "--sites 0: must be a whole number of at least 1, as in --sites 9"],
  [["nonsense"], '"nonsense": there is no such part; there are store'],
])("%j is answered with what to write", (argv, said) => {
  expect(() => wholeNumber(toolArguments(OPTIONS, argv, ["store"]), "sites", 9, 1)).toThrow(said);
});
