import { expect, it } from "vitest";
import { envelopeLines } from "./envelope-lines.ts";

const value = { id: "a", data: { "x/y~z": [1, { note: "</script>" }], none: null, empty: [], bare: {} } };

it("gives the text that JSON.stringify gives, cut at every value", () => {
  const pieces = envelopeLines(value);
  expect(pieces.map(({ text }) => text).join("")).toBe(JSON.stringify(value, null, 2));
  expect(new Set(pieces.map(({ path }) => path)).size).toBe(pieces.length);
});

it("names each value by its JSON pointer", () => {
  const at = (path: string) => envelopeLines(value).find((piece) => piece.path === path)?.text;
  expect(at("/data/x~1y~0z/1/note")).toBe('"</script>"');
  expect(at("/data/none")).toBe("null");
});
