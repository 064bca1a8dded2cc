/** Who the door node counts, by class; `npm run proof -- passages --full` plays 100,000. */
import { afterAll, expect, test } from "vitest";
import { makeFirmware } from "../../support/firmware-build.ts";
import { brokenByPassages, compareImage, interval, runPassages, tableOf } from "./passage-run.ts";

const built = makeFirmware("host");
afterAll(() => built.remove());

test("each class of passages is counted as often right as the page says", async () => {
  const results = await runPassages({ folder: built.folder, passages: 300, seed: 1 });
  console.log(tableOf(results));
  expect(brokenByPassages(results)).toEqual([]);
});

test("modules that take a cart for a person, or two close people for one, would be found out", async () => {
  const blind = makeFirmware("host", { HOST_DEFINES: "-DARM_TENTHS=1 -DCLOSE_GAP_MS=1" });
  const results = await runPassages({ folder: blind.folder, passages: 60, seed: 1 });
  blind.remove();
  const broken = brokenByPassages(results).map((line) => line.split(":")[0]);
  expect(broken).toEqual(expect.arrayContaining(["two close, 60-150 mm", "trolley from 700 mm"]));
});

test("the released image counts them as the modules do", async () => {
  const { passages, different } = await compareImage({ folder: built.folder, passages: 10, seed: 1 });
  expect(passages).toBeGreaterThan(100);
  expect(different).toEqual([]);
}, 1_200_000);

test("the interval is Wilson's", () => {
  expect(interval(100, 100).map((share) => share.toFixed(4))).toEqual(["0.9630", "1.0000"]);
  expect(interval(50, 100).map((share) => share.toFixed(4))).toEqual(["0.4038", "0.5962"]);
});
