import { expect, test } from "vitest";
import { figureWords } from "../../words/figures.ts";
import { wordsIn } from "../../words/language.ts";
import { figureName, figureValue } from "./figure-text.ts";

test("what a line counts stands in words, rounded, with its unit", () => {
  const zh = wordsIn(figureWords, "zh");
  expect(figureName("busyMs", zh)).toBe("线路占用");
  expect(figureName("line.noiseBytes", zh)).toBe("线路：干扰字节");
  expect(figureName("line.somethingNew", zh)).toBe("线路：somethingNew");
  expect(figureValue("busyMs", 1514.3476240003947)).toBe("1.5 s");
  expect(figureValue("roundTripMs", 31.2345)).toBe("31 ms");
  expect(figureValue("answeredShare", 0.9876)).toBe("98.8 %");
  expect(figureValue("noiseBytes", 12)).toBe("12");
});
