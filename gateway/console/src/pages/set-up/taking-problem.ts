/** A refusal to take devices, said of the devices on the screen instead of lines of the site file. */
import { CallProblem } from "../../client/problem.ts";
import type { Row } from "./candidates.ts";

export interface TakingProblem {
  readonly problem: CallProblem;
  /** By the key of the row. */
  readonly wrong: ReadonlyMap<string, readonly string[]>;
}

/** `taken`: in the order in which they came behind the `before` devices of the site file. */
export function takingProblem(
  problem: CallProblem,
  taken: readonly Row[],
  before: number,
  words: { readonly notTaken: string; readonly bySet: string },
): TakingProblem {
  const wrong = new Map<string, string[]>();
  const rowOf = (path: string): Row | undefined => {
    const [, index] = /^devices\[(\d+)\]/.exec(path) ?? [];
    if (index !== undefined) return taken[Number(index) - before];
    const [, name] = /^body\.devices\.(.+)$/.exec(path) ?? [];
    return taken.find(({ candidate }) => candidate.name === name);
  };
  const problems = (problem.problem.problems ?? []).map((one) => {
    const row = rowOf(one.path);
    if (row === undefined) return one;
    const { key, name } = row.candidate;
    wrong.set(key, [...(wrong.get(key) ?? []), one.fix === undefined ? one.reason : `${one.reason} → ${one.fix}`]);
    const { line: _line, ...rest } = one;
    return { ...rest, path: name };
  });
  if (wrong.size === 0) return { problem, wrong };
  const named = { ...problem.problem, message: words.notTaken, fix: words.bySet, problems };
  return { problem: new CallProblem(problem.status, named), wrong };
}
