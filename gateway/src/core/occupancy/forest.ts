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
/** A node's fields; nodes are known by where their first one lies. */
const [FEATURE, THRESHOLD, LEFT, RIGHT, VALUE, UNKNOWN_LEFT, WIDTH] = [0, 1, 2, 3, 4, 5, 8] as const;

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
  // What a step needs lies side by side: all trees are gone through a dozen times for every space and morning.
  const nodes = new Float64Array(size * WIDTH);
  const roots: number[] = [];
  let at = 0;
  for (const tree of file.trees) {
    const root = at;
    roots.push(root);
    for (const node of tree) {
      nodes[at + VALUE] = node[0] ?? 0;
      nodes[at + FEATURE] = LEAF;
      if (node.length > 1) {
        nodes[at + FEATURE] = places[node[1] ?? 0] ?? 0;
        nodes[at + THRESHOLD] = node[2] ?? 0;
        nodes[at + LEFT] = root + (node[3] ?? 0) * WIDTH;
        nodes[at + RIGHT] = root + (node[4] ?? 0) * WIDTH;
        nodes[at + UNKNOWN_LEFT] = node[5] ?? 0;
      }
      at += WIDTH;
    }
  }
  return {
    base: file.base + roots.reduce((sum, root) => sum + (nodes[root + VALUE] as number), 0),
    score(values) {
      let sum = file.base;
      for (const root of roots) {
        let node = root;
        for (let by = nodes[node + FEATURE] as number; by !== LEAF; by = nodes[node + FEATURE] as number)
          node = next(nodes, node, values[by] as number);
        sum += nodes[node + VALUE] as number;
      }
      return sum;
    },
    contributions(values) {
      const added = new Float64Array(features.length);
      for (const root of roots) {
        let node = root;
        for (let by = nodes[node + FEATURE] as number; by !== LEAF; by = nodes[node + FEATURE] as number) {
          const to = next(nodes, node, values[by] as number);
          added[by] = (added[by] as number) + (nodes[to + VALUE] as number) - (nodes[node + VALUE] as number);
          node = to;
        }
      }
      return added;
    },
  };
}

/** An unknown value is neither at most the threshold nor greater. */
function next(nodes: Float64Array, node: number, value: number): number {
  const threshold = nodes[node + THRESHOLD] as number;
  const goesLeft = nodes[node + UNKNOWN_LEFT] === 0 ? value <= threshold : !(value > threshold);
  return nodes[node + (goesLeft ? LEFT : RIGHT)] as number;
}
