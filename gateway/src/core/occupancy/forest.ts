/** Boosted decision trees: the sum of many small trees is a log-odds. Evaluates one vector at a time and says which features moved it. */
import { InvariantError } from "@gatehouse/protocol";

/** The file form: readable, with where it comes from. Made by `npm run train`. */
export interface ForestFile {
  /** What it was fitted on, with which seed and by which command. */
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly features: readonly string[];
  /** Log-odds before any tree. */
  readonly base: number;
  /**
   * Each tree is its nodes, the root first: `[value]` is a leaf, `[value, feature, threshold, left, right]` goes left when the feature is at most the threshold;
   * `[…, 1]` at the end: left too when the feature is unknown. `value` is what the node's cases come to on average, in log-odds.
   */
  readonly trees: readonly (readonly (readonly number[])[])[];
}

export interface Forest {
  /** Log-odds. */
  score(values: ArrayLike<number>): number;
  /** What each feature added to the log-odds, in the order of the features; with `base` they sum up to the score. */
  contributions(values: ArrayLike<number>): Float64Array;
  /** Log-odds of the average case. */
  readonly base: number;
}

const LEAF = -1;

/** `features` names the vectors' values; the file may do with some of them. Throws InvariantError when it was made for others. */
export function createForest(file: ForestFile, features: readonly string[]): Forest {
  const places = file.features.map((name) => features.indexOf(name));
  const missing = file.features.filter((_, index) => places[index] === -1);
  if (missing.length > 0) {
    throw new InvariantError(
      `the residency model was fitted on features that this program does not have (${missing.join(", ")}): run npm run train`,
    );
  }
  const size = file.trees.reduce((sum, tree) => sum + tree.length, 0);
  const value = new Float64Array(size);
  const feature = new Int16Array(size).fill(LEAF);
  const threshold = new Float64Array(size);
  const left = new Int32Array(size);
  const right = new Int32Array(size);
  const unknownLeft = new Uint8Array(size);
  const roots: number[] = [];
  let at = 0;
  for (const tree of file.trees) {
    const root = at;
    roots.push(root);
    for (const node of tree) {
      value[at] = node[0] ?? 0;
      if (node.length > 1) {
        feature[at] = places[node[1] ?? 0] ?? 0;
        threshold[at] = node[2] ?? 0;
        left[at] = root + (node[3] ?? 0);
        right[at] = root + (node[4] ?? 0);
        unknownLeft[at] = node[5] ?? 0;
      }
      at += 1;
    }
  }
  const next = (node: number, values: ArrayLike<number>): number => {
    const known = values[feature[node] ?? 0] ?? Number.NaN;
    const goesLeft = Number.isNaN(known) ? unknownLeft[node] === 1 : known <= (threshold[node] as number);
    return (goesLeft ? left[node] : right[node]) ?? 0;
  };
  return {
    base: file.base + roots.reduce((sum, root) => sum + (value[root] as number), 0),
    score(values) {
      let sum = file.base;
      for (const root of roots) {
        let node = root;
        while (feature[node] !== LEAF) node = next(node, values);
        sum += value[node] ?? 0;
      }
      return sum;
    },
    contributions(values) {
      const added = new Float64Array(features.length);
      for (const root of roots) {
        let node = root;
        while (feature[node] !== LEAF) {
          const to = next(node, values);
          const by = feature[node] as number;
          added[by] = (added[by] ?? 0) + (value[to] as number) - (value[node] as number);
          node = to;
        }
      }
      return added;
    },
  };
}
