import { expect, test } from "vitest";
import { brokenByReplug, runReplug } from "./replug-run.ts";
import { REPLUG_ROWS } from "./rows.ts";

const CYCLES = 20;

test.each(REPLUG_ROWS.map((row) => [row.driver, row] as const))(
  "%s: pulled out and put in again, it is back within two seconds and nothing is left over",
  async (driver, row) => {
    const result = await runReplug({ row, cycles: CYCLES, seed: 1 });
    const { descriptors, heardPerSecond } = result;
    console.log(driver, { slowestMs: Math.round(Math.max(...result.backMs)), descriptors, heardPerSecond });
    expect(brokenByReplug(result)).toEqual([]);
  },
);
