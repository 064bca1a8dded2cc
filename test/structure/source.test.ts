/** How the source looks: sizes, names, first lines, and what never stands in it. */
import { expect, test } from "vitest";
import { files, read } from "./tree.ts";

const LOOK_AGAIN = 250;
const REFUSED = 400;

const FORBIDDEN = ["manager", "service", "handler", "helper", "util", "utils", "common", "base", "info"];

const isTest = (path: string) => path.endsWith(".test.ts");
const scripts = files.filter((path) => /\.([cm]?js|tsx?|c|h)$/.test(path) && !path.includes("/vectors/"));
const sources = scripts.filter((path) => !isTest(path));
const modules = sources.filter((path) => /^(protocol|gateway|device-sim|firmware-bridge|test)\/.*\.tsx?$/.test(path));

/** `createHttpUplink` -> create, http, uplink. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase());
}

function forbiddenIn(names: readonly string[]): string[] {
  return names.filter((name) => wordsOf(name).some((word) => FORBIDDEN.includes(word)));
}

function exportedNames(text: string): string[] {
  const declared = text.matchAll(
    /^export (?:declare |default |abstract |async )*(?:const|let|function\*?|class|interface|type|namespace) +([\w$]+)/gm,
  );
  const listed = text.matchAll(/^export (?:type )?\{([^}]*)\}/gm);
  const names = Array.from(declared, ([, name]) => name ?? "");
  const lists = Array.from(listed, ([, list]) =>
    (list ?? "").split(",").map((item) => item.trim().split(" ").at(-1) ?? ""),
  );
  return [...names, ...lists.flat()].filter((name) => name !== "");
}

test("the repository is seen", () => {
  expect(modules.length).toBeGreaterThan(50);
});

test(`no source file is longer than ${REFUSED} lines`, () => {
  const sizes = sources.map((path) => ({ path, lines: read(path).split("\n").length - 1 }));
  const long = sizes.filter(({ lines }) => lines > LOOK_AGAIN).sort((a, b) => b.lines - a.lines);
  if (long.length > 0) console.warn(`look again at: ${long.map(({ path, lines }) => `${path} (${lines})`).join(", ")}`);
  expect(long.filter(({ lines }) => lines > REFUSED)).toEqual([]);
});

test("no file is named for nothing in particular", () => {
  const parts = files.flatMap((path) => path.split("/").map((part) => ({ path, part: part.replace(/\..*$/, "") })));
  expect(parts.filter(({ part }) => forbiddenIn([part]).length > 0).map(({ path }) => path)).toEqual([]);
});

test("no export is named for nothing in particular, or with an I in front", () => {
  const bad = modules.flatMap((path) => {
    const names = exportedNames(read(path));
    return [...forbiddenIn(names), ...names.filter((name) => /^I[A-Z][a-z]/.test(name))].map(
      (name) => `${path}: ${name}`,
    );
  });
  expect(bad).toEqual([]);
});

test("the names are looked at word by word", () => {
  expect(forbiddenIn(["EventManager", "handlerFor", "baseUrl", "UTILS", "http-helper"])).toHaveLength(5);
  expect(forbiddenIn(["database", "information", "rebase", "Serviceable", "commonplace"])).toEqual([]);
  expect(
    exportedNames("export const a = 1;\nexport type { B, c as D } from './x';\nexport abstract class E {}\n"),
  ).toEqual(["a", "E", "B", "D"]);
});

test("every module says in its first line what it owns", () => {
  const silent = modules.filter((path) => {
    const [first = ""] = read(path)
      .replace(/^#!.*\n/, "")
      .split("\n");
    return !/^(\/\*\*|\/\/|export \{\};)/.test(first);
  });
  expect(silent).toEqual([]);
});

test("no test is skipped, singled out or promised", () => {
  const bad = scripts
    .filter(isTest)
    .filter((path) => path !== "test/structure/lint.test.ts" && path !== "test/structure/source.test.ts")
    .filter((path) => /\b(?:test|it|describe|suite)(?:\.\w+)*\.(?:skip|only|todo)\b|\bexpect\(true\)/.test(read(path)));
  expect(bad).toEqual([]);
});

/** Written in pieces, so that this file does not hold what it looks for. */
const NEVER: readonly (readonly [string, RegExp])[] = [
  ["a note to do it later", new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "XX" + "X"].join("|")})\\b`)],
  ["a switched-off check", new RegExp(`@ts-(ignore|${"no" + "check"})|biome-${"ignore"}`)],
  ["a path of one machine", new RegExp(`["'\`( ]/(work|${"home"}|root|Users)/\\w`)],
  ["the address of a package registry", new RegExp(`registry\\.${"npm"}|npmmirror\\.com|artifac${"tory"}`, "i")],
  ["the number of an issue", new RegExp(`\\b(${"issue"}|bug|ticket|PR) ?#?\\d+\\b`, "i")],
];

test.each(NEVER)("%s stands nowhere", (_what, pattern) => {
  const looked = files.filter((path) => path !== "package-lock.json" && !/\.(gz|bin|hex|png)$|\/vectors\//.test(path));
  const bad = looked.flatMap((path) =>
    read(path)
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
  expect(bad).toEqual([]);
});
