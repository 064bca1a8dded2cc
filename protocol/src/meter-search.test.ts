import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesMeterAddress } from "./meter-address.ts";
import { createMeterSearch, type SearchEcho } from "./meter-search.ts";

/** A line with these meters: one alone is heard, several at once spoil each other. */
function search(meters: readonly string[], echo: (matching: readonly string[], pattern: string) => SearchEcho) {
  const machine = createMeterSearch(6);
  let asked = 0;
  let last = 0;
  for (let { pattern } = machine; pattern !== undefined; pattern = machine.pattern) {
    asked += 1;
    const asking = pattern;
    machine.heard(
      echo(
        meters.filter((meter) => matchesMeterAddress(asking, meter)),
        asking,
      ),
    );
    expect(machine.share).toBeGreaterThanOrEqual(last);
    last = machine.share;
  }
  expect(machine.share).toBe(1);
  return { asked, found: machine.found, unresolved: machine.unresolved };
}

const collide = (matching: readonly string[]): SearchEcho => ({
  addresses: matching.length === 1 ? matching : [],
  damaged: matching.length > 1,
});
const address = fc.stringMatching(/^\d{12}$/);

describe("a search for meters", () => {
  it("finds all of them, whatever their addresses", () => {
    fc.assert(
      fc.property(fc.uniqueArray(address, { maxLength: 12 }), (meters) => {
        const { found, unresolved } = search(meters, collide);
        expect([...found].sort()).toEqual([...meters].sort());
        expect(unresolved).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it("finds the rest behind one that is louder than the others", () => {
    const meters = ["202311000123", "202311000223", "202311000145", "000000000001"];
    const { found } = search(meters, (matching) => ({ addresses: matching.slice(0, 1), damaged: matching.length > 1 }));
    expect([...found].sort()).toEqual([...meters].sort());
  });

  it("asks once for a single meter, and gives silence three chances", () => {
    expect(search(["202311000123"], collide).asked).toBe(1);
    expect(search([], collide).asked).toBe(3);
  });

  it("takes a hundred requests for meters that differ in their last two digits", () => {
    const meters = Array.from({ length: 32 }, (_, i) => `2023110001${String(3 * i).padStart(2, "0")}`);
    expect(search(meters, collide).asked).toBe(101);
  });

  it("says where meters are that no narrower request brought out", () => {
    const deaf = search(["202311000123", "202311000145"], (matching, pattern) =>
      pattern === "AAAAAAAAAAAA" ? collide(matching) : { addresses: [], damaged: false },
    );
    expect(deaf).toMatchObject({ found: [], unresolved: ["AAAAAAAAAAAA"] });
    const twins = search(["202311000123", "202311000123", "202311000145"], collide);
    expect(twins).toMatchObject({ found: ["202311000145"], unresolved: ["202311000123"] });
  });

  it("is not led astray by a burst of noise", () => {
    let bursts = 1;
    const { found, unresolved } = search(["202311000123"], (matching) =>
      bursts-- > 0 ? { addresses: [], damaged: true } : collide(matching),
    );
    expect({ found, unresolved }).toEqual({ found: ["202311000123"], unresolved: [] });
  });
});
