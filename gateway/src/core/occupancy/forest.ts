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
  /** The score, and what each feature added to it, in the order of the features; with `base` those sum up to the score. */
  explain(values: ArrayLike<number>): Explained;
  /** The score of the vector last explained, of which only features from `fixed` on have changed since: trees are entered where those begin to matter. */
  again(values: ArrayLike<number>): number;
  /** Log-odds of the average case. */
  readonly base: number;
}

export interface Explained {
  readonly score: number;
  readonly contributions: Float64Array;
}

const LEAF = -1;
/** Of a node in `links`: twice its feature, one more where unknown goes left, or LEAF; then its right child. Its left child stands behind it. */
const LINKS = 2;

/**
 * `features` names the vectors' values; the file may do with some of them. The first `fixed` of them stay as they are between {@link Forest.again} and
 * the explanation before it. Throws InvariantError when the file was made for others.
 */
export function createForest(file: ForestFile, features: readonly string[], fixed = 0): Forest {
  const places = file.features.map((name) => features.indexOf(name));
  const missing = file.features.filter((_, index) => places[index] === -1);
  if (missing.length > 0) {
    throw new InvariantError(
      `the residency model was fitted on features that this program does not have (${missing.join(", ")}): run npm run train`,
    );
  }
  const { value, threshold, links, roots } = layOut(file, places);
  const trees = roots.length;
  /** Of the vector last explained: where in each tree the features that may change come in. */
  const entries = new Int32Array(trees);
  const leafFrom = (node: number, values: ArrayLike<number>): number => {
    let at = node;
    for (let link = links[at * LINKS] as number; link !== LEAF; link = links[at * LINKS] as number) {
      const known = values[link >> 1] as number;
      const limit = threshold[at] as number;
      at = known <= limit || ((link & 1) === 1 && !(known > limit)) ? at + 1 : (links[at * LINKS + 1] as number);
    }
    return at;
  };
  const sumFrom = (nodes: Int32Array, values: ArrayLike<number>): number => {
    let sum = file.base;
    for (let tree = 0; tree < trees; tree++) sum += value[leafFrom(nodes[tree] as number, values)] as number;
    return sum;
  };
  return {
    base: file.base + roots.reduce((sum, root) => sum + (value[root] as number), 0),
    score: (values) => sumFrom(roots, values),
    again: (values) => sumFrom(entries, values),
    explain(values) {
      const contributions = new Float64Array(features.length);
      let score = file.base;
      for (let tree = 0; tree < trees; tree++) {
        let at = roots[tree] as number;
        let entered = false;
        for (let link = links[at * LINKS] as number; link !== LEAF; link = links[at * LINKS] as number) {
          const feature = link >> 1;
          if (!entered && feature >= fixed) {
            entered = true;
            entries[tree] = at;
          }
          const known = values[feature] as number;
          const limit = threshold[at] as number;
          const isLeft = known <= limit || ((link & 1) === 1 && !(known > limit));
          const to = isLeft ? at + 1 : (links[at * LINKS + 1] as number);
          contributions[feature] = (contributions[feature] as number) + (value[to] as number) - (value[at] as number);
          at = to;
        }
        if (!entered) entries[tree] = at;
        score += value[at] as number;
      }
      return { score, contributions };
    },
  };
}

interface Laid {
  /** Of each node: its value and its threshold. */
  readonly value: Float64Array;
  readonly threshold: Float64Array;
  readonly links: Int32Array;
  readonly roots: Int32Array;
}

/** Lays out the trees one behind the other, each from left to right. `places` says which of a vector's values each of the file's features is. */
function layOut({ trees }: ForestFile, places: readonly number[]): Laid {
  const size = trees.reduce((sum, tree) => sum + tree.length, 0);
  const laid: Laid = {
    value: new Float64Array(size),
    threshold: new Float64Array(size),
    links: new Int32Array(size * LINKS).fill(LEAF),
    roots: new Int32Array(trees.length),
  };
  let end = 0;
  const lay = (nodes: ForestFile["trees"][number], index: number): number => {
    const at = end++;
    const [value = 0, feature, threshold = 0, left = 0, right = 0, unknownLeft = 0] = nodes[index] ?? [];
    laid.value[at] = value;
    if (feature === undefined) return at;
    laid.threshold[at] = threshold;
    lay(nodes, left);
    laid.links.set([2 * (places[feature] ?? 0) + unknownLeft, lay(nodes, right)], at * LINKS);
    return at;
  };
  for (const [tree, nodes] of trees.entries()) laid.roots[tree] = lay(nodes, 0);
  return laid;
}
