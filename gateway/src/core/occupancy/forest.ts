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
  /** The score in log-odds, and what each feature added to it, in the order of the features; with `base` those sum up to the score. */
  explain(values: ArrayLike<number>): Explained;
  /**
   * The scores of the vector last explained with other features from `fixed` on: `varied` holds a row of `count` values of each, one for each score,
   * which along the row only rise or only fall (or are all unknown). All are asked at one go, for they go most of their ways together.
   */
  again(varied: Float64Array, count: number): Float64Array;
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
  let explained: ArrayLike<number> = [];
  const isLeft = (at: number, link: number, known: number): boolean => {
    const limit = threshold[at] as number;
    return known <= limit || ((link & 1) === 1 && !(known > limit));
  };
  const rightOf = (at: number): number => links[at * LINKS + 1] as number;
  /** Adds to each score from `from` to `to` (excluded) the leaf it comes to from node `node` on. */
  const addLeaves = (node: number, from: number, to: number, varied: Float64Array, scores: Float64Array): void => {
    let at = node;
    let end = to;
    for (let link = links[at * LINKS] as number; link !== LEAF; link = links[at * LINKS] as number) {
      const feature = link >> 1;
      if (feature < fixed) {
        at = isLeft(at, link, explained[feature] as number) ? at + 1 : rightOf(at);
        continue;
      }
      const row = (feature - fixed) * scores.length;
      const firstLeft = isLeft(at, link, varied[row + from] as number);
      if (firstLeft !== isLeft(at, link, varied[row + end - 1] as number)) {
        let parting = from + 1;
        while (isLeft(at, link, varied[row + parting] as number) === firstLeft) parting += 1;
        addLeaves(firstLeft ? rightOf(at) : at + 1, parting, end, varied, scores);
        end = parting;
      }
      at = firstLeft ? at + 1 : rightOf(at);
    }
    for (let n = from; n < end; n++) scores[n] = (scores[n] as number) + (value[at] as number);
  };
  return {
    base: file.base + roots.reduce((sum, root) => sum + (value[root] as number), 0),
    again(varied, count) {
      const scores = new Float64Array(count).fill(file.base);
      for (let tree = 0; tree < trees; tree++) addLeaves(entries[tree] as number, 0, count, varied, scores);
      return scores;
    },
    explain(values) {
      explained = values;
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
          const to = isLeft(at, link, values[feature] as number) ? at + 1 : rightOf(at);
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
