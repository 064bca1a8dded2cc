/** What differs between two site files: by meaning, path by path, and by lines of text. */
import { diffLines } from "diff";
import { parse } from "yaml";

export interface Change {
  readonly path: string;
  readonly kind: "added" | "removed" | "changed";
  readonly was?: unknown;
  readonly is?: unknown;
}

export interface Line {
  readonly sign: "+" | "-" | " ";
  readonly text: string;
  /** In the new file; of a removed line, in the old one. */
  readonly line: number;
}

export interface Difference {
  readonly changes: readonly Change[];
  readonly lines: readonly Line[];
}

/** Unchanged lines shown around changed ones. */
const AROUND = 3;

/** Both texts must be YAML. Items of lists are matched by their id. */
export function difference(was: string, is: string): Difference {
  const changes: Change[] = [];
  compare(meaningOf(was), meaningOf(is), "", changes);
  return { changes, lines: lines(was, is) };
}

function meaningOf(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

type Named = ReadonlyMap<string, unknown>;

function compare(was: unknown, is: unknown, path: string, into: Change[]): void {
  if (Object.is(was, is)) return;
  const [before, after] = [partsOf(was), partsOf(is)];
  if (before === undefined || after === undefined) {
    if (JSON.stringify(was) !== JSON.stringify(is)) into.push(changeAt(path, was, is));
    return;
  }
  for (const key of new Set([...before.keys(), ...after.keys()]))
    compare(before.get(key), after.get(key), path === "" ? key : `${path}/${key}`, into);
}

function changeAt(path: string, was: unknown, is: unknown): Change {
  if (was === undefined) return { path, kind: "added", is };
  return is === undefined ? { path, kind: "removed", was } : { path, kind: "changed", was, is };
}

/** Parts by name; undefined for what is compared as a whole. */
function partsOf(value: unknown): Named | undefined {
  if (Array.isArray(value)) {
    const named = value.map((item: unknown) => nameOf(item));
    if (named.some((name) => name === undefined) || new Set(named).size !== named.length) return undefined;
    return new Map(value.map((item: unknown, index) => [named[index] ?? "", item]));
  }
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;
}

function nameOf(item: unknown): string | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  for (const key of ["id", "user", "credential", "use"]) {
    const name: unknown = Reflect.get(item, key);
    if (typeof name === "string" || typeof name === "number") return String(name);
  }
  return undefined;
}

function lines(was: string, is: string): Line[] {
  const all: Line[] = [];
  let [old, now] = [1, 1];
  for (const { value, added, removed } of diffLines(was, is)) {
    for (const text of value.replace(/\n$/, "").split("\n")) {
      if (removed) all.push({ sign: "-", text, line: old++ });
      else if (added) all.push({ sign: "+", text, line: now++ });
      else {
        all.push({ sign: " ", text, line: now++ });
        old++;
      }
    }
  }
  return all.filter((_, index) => {
    const near = all.slice(Math.max(0, index - AROUND), index + AROUND + 1);
    return near.some(({ sign }) => sign !== " ");
  });
}
