/**
 * Every sentence for people in both languages. English stands where it is said, and goes into logs and errors; its Chinese stands in
 * `chinese/`, under the English with `{}` for each value. Looked up where a person reads it: the console's API and the command line.
 */
import { CHINESE } from "./chinese/index.ts";
import { PARTS } from "./chinese/parts.ts";
import { systemWords } from "./system-words.ts";
import { filled, holesOf, type Template, toTemplate } from "./template.ts";

export type Language = "zh" | "en";

export interface Text {
  readonly en: string;
  readonly zh: string;
}

const HAS_HOLES = "{}";
const templatesOf = (of: Readonly<Record<string, string>>): readonly Template[] =>
  Object.entries(of)
    .filter(([en]) => en.includes(HAS_HOLES))
    .map(toTemplate)
    .sort((a, b) => b.weight - a.weight);

const whole = new Map(Object.entries(CHINESE));
const templates = templatesOf(CHINESE);
const parts = new Map(Object.entries(PARTS));
const partTemplates = templatesOf(PARTS);

/** Sentences within sentences; deeper ones stay as they are. */
const MAX_DEPTH = 5;
/** Of a text that is taken apart; nobody reads further. */
const MAX_CHARS = 2_000;

export const said = (text: string): Text => ({ en: inLanguage(text, "en"), zh: inLanguage(text, "zh") });

/** Of all templates, for one text: a stranger's may be made of nothing but separators. */
const MAX_TRIES = 40;
let triesLeft = 0;

/** What has no Chinese stays English. */
export function inLanguage(text: string, language: Language): string {
  if (text === "" || text.length > MAX_CHARS) return text;
  triesLeft = MAX_TRIES;
  return language === "zh" ? inChinese(text, 0) : inEnglish(text);
}

/** Of words that may be somebody else's, a platform's say: a whole sentence of ours is translated, anything else stays letter by letter. */
export function wholeIn(text: string, language: Language): string {
  if (language !== "zh" || text === "" || text.length > MAX_CHARS) return text;
  return findChinese(text) ?? text;
}

/** Its place stays as it is. */
export function problemIn<P extends { readonly reason: string; readonly fix?: string | undefined }>(
  problem: P,
  language: Language,
): P {
  const { reason, fix } = problem;
  return {
    ...problem,
    reason: inLanguage(reason, language),
    ...(fix === undefined ? {} : { fix: inLanguage(fix, language) }),
  };
}

/** The Chinese of a whole sentence, undefined where there is none. */
export function findChinese(text: string): string | undefined {
  triesLeft = MAX_TRIES;
  return sentence(text, 0);
}

function inChinese(text: string, depth: number): string {
  if (depth > MAX_DEPTH) return text;
  return sentence(text, depth) ?? composed(text, depth) ?? system(text) ?? text;
}

function sentence(text: string, depth: number): string | undefined {
  const known = whole.get(text);
  if (known !== undefined) return known;
  return but(text, depth) ?? among(templates, text, depth);
}

function among(candidates: readonly Template[], text: string, depth: number): string | undefined {
  if (triesLeft <= 0) return undefined;
  triesLeft -= 1;
  for (const template of candidates) {
    const holes = holesOf(text, template);
    if (holes !== undefined && !isOverfull(template, holes))
      return filled(template.zh, holes, (inner) => part(inner, depth + 1));
  }
  return undefined;
}

/**
 * A template of few words would swallow sentences that only begin or end like it: it takes a name, a number, or a list of them, and words
 * only where those are looked up, behind its own.
 */
const LIGHT = 12;
const VALUE = /^\S*(?:, \S+)*$/;

function isOverfull({ weight, zh, around }: Template, holes: readonly string[]): boolean {
  if (weight >= LIGHT) return false;
  if (around[0] === "" && holes[0]?.includes(": ")) return true;
  return holes.some((hole, i) => !VALUE.test(hole) && !zh.includes(`{${i + 1}*}`));
}

/** What stands in the hole of a sentence and is words itself. */
function part(text: string, depth: number): string {
  if (text === "" || depth > MAX_DEPTH) return text;
  return parts.get(text) ?? sentence(text, depth) ?? among(partTemplates, text, depth) ?? inChinese(text, depth);
}

/** `must be 6 digits, not "12"`: what was there instead. */
function but(text: string, depth: number): string | undefined {
  const at = text.startsWith("must be ") ? text.lastIndexOf(", not ") : -1;
  if (at < 0) return undefined;
  const head = text.slice(0, at);
  const zh = whole.get(head) ?? among(templates, head, depth);
  return zh === undefined ? undefined : `${zh}（现为${part(text.slice(at + ", not ".length), depth + 1)}）`;
}

const JOINS: readonly (readonly [string, string])[] = [
  ["\n", "\n"],
  ["; ", "；"],
  [": ", "："],
  [", ", "，"],
];

/** `WHERE: what (why)`: each piece by itself, where at least one is known. */
function composed(text: string, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (SYSTEM_LIKE.test(text)) return system(text);
  return inBrackets(text, depth + 1) ?? behindPlace(text, depth + 1) ?? joined(text, depth + 1);
}

function inBrackets(text: string, depth: number): string | undefined {
  const [, before, inside] = /^(.+) \((.+)\)$/s.exec(text) ?? [];
  if (before === undefined || inside === undefined) return undefined;
  // Where one of the two says what to do, the other is what was heard.
  const advice = sentence(inside, depth);
  if (advice !== undefined) return `${sentence(before, depth) ?? behindPlace(before, depth) ?? before}（${advice}）`;
  const zh = sentence(before, depth) ?? composed(before, depth);
  return zh === undefined ? undefined : `${zh}（${inside}）`;
}

function behindPlace(text: string, depth: number): string | undefined {
  const [, where, what] = /^(.+?): (.+)$/s.exec(text) ?? [];
  const zh = what === undefined ? undefined : sentence(what, depth);
  return where === undefined || zh === undefined ? undefined : `${sentence(where, depth) ?? where}：${zh}`;
}

function joined(text: string, depth: number): string | undefined {
  for (const [join, zhJoin] of JOINS) {
    const at = text.indexOf(join);
    if (at < 0) continue;
    const pieces = [text.slice(0, at), text.slice(at + join.length)];
    const zh = pieces.map((piece) => sentence(piece, depth) ?? composed(piece, depth) ?? system(piece) ?? piece);
    if (zh.some((piece, i) => piece !== pieces[i])) return zh.join(zhJoin);
  }
  return undefined;
}

/** As Node and brokers say it: one piece, whatever colons stand in it. */
const SYSTEM_LIKE = /^(E[A-Z]{2,}: |[a-z]+ E[A-Z]{3,}\b|Connection refused: )/;

/** Words of the system stay beside the sentence, for whoever looks them up. */
function system(text: string): string | undefined {
  const words = systemWords(text);
  return words === undefined ? undefined : `${words.zh}（${text}）`;
}

/** Where the system alone spoke, what to do stands beside it. */
function inEnglish(text: string): string {
  const isOurs = sentence(text, 0) !== undefined || text.endsWith(")") || / -> |: check |: write /.test(text);
  const words = isOurs ? undefined : systemWords(text);
  return words === undefined ? text : `${text} (${words.en})`;
}
