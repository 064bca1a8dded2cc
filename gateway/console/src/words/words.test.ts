/** No word lacks a language, and both languages of a word want the same things filled in. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Dictionary, fill, wordsIn } from "./language.ts";

const NO_DICTIONARIES: readonly string[] = ["language.ts"];
const files = readdirSync(import.meta.dirname).filter(
  (name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !NO_DICTIONARIES.includes(name),
);

const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();

test("there are dictionaries", () => {
  expect(files.length).toBeGreaterThan(5);
});

test.each(files)("%s: every word stands in both languages", async (file) => {
  const module = (await import(/* @vite-ignore */ join(import.meta.dirname, file))) as Readonly<
    Record<string, Dictionary>
  >;
  const words = Object.entries(module).flatMap(([name, dictionary]) =>
    Object.entries(dictionary).map(([key, word]) => ({ at: `${name}.${key}`, ...word })),
  );
  expect(words.length).toBeGreaterThan(0);
  expect(
    words.filter(
      ({ zh, en }) => typeof zh !== "string" || typeof en !== "string" || zh.trim() === "" || en.trim() === "",
    ),
  ).toEqual([]);
  expect(words.filter(({ zh, en }) => places(zh).join() !== places(en).join()).map(({ at }) => at)).toEqual([]);
});

test("words are read in a language and filled in, and what is not given stays", () => {
  expect(fill("{n} alert|alerts waits|wait", { n: 1 })).toBe("1 alert waits");
  expect(fill("{n} alert|alerts waits|wait for {who}", { n: 2, who: "a|b" })).toBe("2 alerts wait for a|b");
  const words = { rooms: { zh: "{n} 间", en: "{n} rooms in {where}" } };
  expect(fill(wordsIn(words, "zh").rooms, { n: 3 })).toBe("3 间");
  expect(fill(wordsIn(words, "en").rooms, { n: 3 })).toBe("3 rooms in {where}");
  expect(fill("{toString}", {})).toBe("{toString}");
});
