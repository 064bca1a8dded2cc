/** Languages of the page, and how a dictionary is read. */
import { useSyncExternalStore } from "react";
import { createChoice } from "../parts/choice.ts";

export type Language = "zh" | "en";
export interface Word {
  readonly zh: string;
  readonly en: string;
}
export type Dictionary = Readonly<Record<string, Word>>;
export type WordsOf<D extends Dictionary> = { readonly [Key in keyof D]: string };

/** Keeps the keys' names, and asks for both languages. */
export const dictionary = <const D extends Dictionary>(words: D): D => words;

const ofBrowser = (): Language =>
  (globalThis.navigator?.languages ?? ["zh"])
    .find((tag) => /^(zh|en)\b/i.test(tag))
    ?.toLowerCase()
    .startsWith("en")
    ? "en"
    : "zh";

export const languageChoice = createChoice<Language>("gatehouse.language", ["zh", "en"], ofBrowser);

export const useLanguage = (): Language => useSyncExternalStore(languageChoice.subscribe, languageChoice.get);

const read = new WeakMap<Dictionary, Partial<Record<Language, Readonly<Record<string, string>>>>>();

export function wordsIn<D extends Dictionary>(words: D, language: Language): WordsOf<D> {
  const known = read.get(words) ?? {};
  known[language] ??= Object.fromEntries(Object.entries(words).map(([key, word]) => [key, word[language]]));
  read.set(words, known);
  return known[language] as WordsOf<D>;
}

export const useWords = <D extends Dictionary>(words: D): WordsOf<D> => wordsIn(words, useLanguage());

/** `{n} room|rooms` with its names filled in: of two forms the first is for one, the second for other numbers. */
export const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text
    .replace(/([A-Za-z]+)\|([A-Za-z]+)/g, (_, one: string, more: string) => (values["n"] === 1 ? one : more))
    .replace(/\{(\w+)\}/g, (all, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : all));
