/**
 * Fits boosted trees for a yes-or-no answer: histograms, logistic loss, missing values with a side of their own, monotone where told. Seeded:
 * the same data and options give the same trees. Method: Friedman 2001; histograms and monotone bounds as LightGBM and XGBoost have them.
 */
import { Random } from "@gatehouse/protocol/testing";

export interface BoostOptions {
  readonly trees: number;
  readonly depth: number;
  /** Shrinkage of each tree. */
  readonly rate: number;
  readonly l2: number;
  /** Least sum of second derivatives in a leaf. */
  readonly minWeight: number;
  /** Share of rows and of columns each tree sees. */
  readonly rows: number;
  readonly columns: number;
  /** By feature: 1 when more of it can only mean more, 0 when either. */
  readonly monotone: Int8Array;
  readonly seed: number;
  readonly onTree?: (done: number) => void;
}

/** Columns cut into at most 254 bins; 255 is missing. */
export interface Binned {
  readonly rows: number;
  readonly bins: readonly Uint8Array[];
  /** Upper edges of all bins but the last. */
  readonly edges: readonly Float64Array[];
}

/** A node as ForestFile has it. */
type Node = number[];

export interface Fitted {
  readonly base: number;
  readonly trees: Node[][];
}

const MISSING = 255;
const BINS = 256;
const SAMPLE = 50_000;
const LEAST_GAIN = 1e-3;
const DIGITS = 1e5;

const round = (value: number): number => Math.round(value * DIGITS) / DIGITS;

export function binColumns(columns: readonly Float32Array[], maxBins: number): Binned {
  const edges = columns.map((column) => edgesOf(column, maxBins));
  const bins = columns.map((column, feature) => {
    const own = edges[feature] as Float64Array;
    return Uint8Array.from(column, (value) => binOf(own, value));
  });
  return { rows: columns[0]?.length ?? 0, bins, edges };
}

function edgesOf(column: Float32Array, maxBins: number): Float64Array {
  const step = Math.max(1, Math.floor(column.length / SAMPLE));
  const known = column.filter((value, index) => index % step === 0 && !Number.isNaN(value)).sort();
  const edges: number[] = [];
  for (let bin = 1; bin < maxBins && known.length > 0; bin++) {
    const edge = round(known[Math.floor((bin * (known.length - 1)) / maxBins)] ?? 0);
    if (edges.length === 0 || edge > (edges.at(-1) ?? 0)) edges.push(edge);
  }
  return Float64Array.from(edges);
}

function binOf(edges: Float64Array, value: number): number {
  if (Number.isNaN(value)) return MISSING;
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (edges[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** `label` is 0 or 1 by row; `weight` how much the row counts. */
export function fitForest(data: Binned, label: Uint8Array, weight: Float32Array, options: BoostOptions): Fitted {
  const random = new Random(options.seed);
  let [total, yes] = [0, 0];
  for (let i = 0; i < data.rows; i++) {
    total += weight[i] ?? 0;
    yes += (weight[i] ?? 0) * (label[i] ?? 0);
  }
  const base = round(Math.log(yes / (total - yes)));
  const score = new Float64Array(data.rows).fill(base);
  const gradient = new Float64Array(data.rows);
  const curvature = new Float64Array(data.rows);
  const trees: Node[][] = [];
  for (let t = 0; t < options.trees; t++) {
    const sampled = new Int32Array(data.rows);
    let count = 0;
    for (let i = 0; i < data.rows; i++) {
      const p = 1 / (1 + Math.exp(-(score[i] ?? 0)));
      const w = weight[i] ?? 0;
      gradient[i] = w * (p - (label[i] ?? 0));
      curvature[i] = w * Math.max(1e-6, p * (1 - p));
      if (random.float() < options.rows) sampled[count++] = i;
    }
    const columns = data.edges.flatMap((edges, feature) =>
      edges.length > 0 && random.float() < options.columns ? [feature] : [],
    );
    const tree = new Growth(data, gradient, curvature, sampled, columns, options).grow(count);
    trees.push(tree);
    addScores(data, tree, score);
    options.onTree?.(t + 1);
  }
  return { base, trees };
}

function addScores({ rows, bins, edges }: Binned, tree: readonly Node[], score: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    let node = tree[0] as Node;
    while (node.length > 1) {
      const [, feature = 0, threshold = 0, left = 0, right = 0, missingLeft = 0] = node;
      const bin = bins[feature]?.[i] ?? MISSING;
      const goesLeft =
        bin === MISSING ? missingLeft === 1 : (edges[feature]?.[bin] ?? Number.POSITIVE_INFINITY) <= threshold;
      node = tree[goesLeft ? left : right] as Node;
    }
    score[i] = (score[i] ?? 0) + (node[0] ?? 0);
  }
}

interface Split {
  readonly column: number;
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly leftValue: number;
  readonly rightValue: number;
}

/** One tree in the making. */
class Growth {
  readonly #tree: Node[] = [];
  readonly #data: Binned;
  readonly #gradient: Float64Array;
  readonly #curvature: Float64Array;
  readonly #rows: Int32Array;
  readonly #columns: readonly number[];
  readonly #options: BoostOptions;

  constructor(
    data: Binned,
    gradient: Float64Array,
    curvature: Float64Array,
    rows: Int32Array,
    columns: readonly number[],
    options: BoostOptions,
  ) {
    this.#data = data;
    this.#gradient = gradient;
    this.#curvature = curvature;
    this.#rows = rows;
    this.#columns = columns;
    this.#options = options;
  }

  grow(count: number): Node[] {
    this.#node(0, count, 0, this.#histogram(0, count), Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    return this.#tree;
  }

  /** Grows the node of rows `from` to `to`; its values stay between `low` and `high` (monotone bounds). Returns its index. */
  #node(from: number, to: number, depth: number, histogram: Float64Array, low: number, high: number): number {
    const { depth: deepest, l2, minWeight, rate, monotone } = this.#options;
    const index = this.#tree.length;
    let [g, h] = [0, 0];
    for (let j = from; j < to; j++) {
      const row = this.#rows[j] ?? 0;
      g += this.#gradient[row] ?? 0;
      h += this.#curvature[row] ?? 0;
    }
    const own = Math.min(high, Math.max(low, -g / (h + l2)));
    const node: Node = [round(own * rate)];
    this.#tree.push(node);
    const split = depth >= deepest || h < 2 * minWeight ? undefined : this.#bestSplit(histogram, g, h);
    if (split === undefined) return index;
    const feature = this.#columns[split.column] ?? 0;
    const middle = this.#partition(from, to, feature, split);
    const [left, right] = this.#histograms(from, middle, to, histogram, depth + 1 < deepest);
    const sign = monotone[feature] ?? 0;
    const between = (split.leftValue + split.rightValue) / 2;
    const leftIndex = this.#node(from, middle, depth + 1, left, low, sign > 0 ? Math.min(high, between) : high);
    const rightIndex = this.#node(middle, to, depth + 1, right, sign > 0 ? Math.max(low, between) : low, high);
    node.push(feature, this.#data.edges[feature]?.[split.bin] ?? 0, leftIndex, rightIndex);
    if (split.missingLeft) node.push(1);
    return index;
  }

  #histogram(from: number, to: number): Float64Array {
    const histogram = new Float64Array(this.#columns.length * BINS * 2);
    this.#columns.forEach((feature, column) => {
      const bins = this.#data.bins[feature] as Uint8Array;
      const at = column * BINS * 2;
      for (let j = from; j < to; j++) {
        const row = this.#rows[j] as number;
        const slot = at + 2 * (bins[row] as number);
        histogram[slot] = (histogram[slot] as number) + (this.#gradient[row] as number);
        histogram[slot + 1] = (histogram[slot + 1] as number) + (this.#curvature[row] as number);
      }
    });
    return histogram;
  }

  /** The smaller side is summed up, the other is what is left. */
  #histograms(
    from: number,
    middle: number,
    to: number,
    parent: Float64Array,
    needed: boolean,
  ): readonly [Float64Array, Float64Array] {
    if (!needed) return [parent, parent];
    const leftIsSmaller = middle - from < to - middle;
    const smaller = leftIsSmaller ? this.#histogram(from, middle) : this.#histogram(middle, to);
    for (let k = 0; k < parent.length; k++) parent[k] = (parent[k] as number) - (smaller[k] as number);
    return leftIsSmaller ? [smaller, parent] : [parent, smaller];
  }

  #bestSplit(histogram: Float64Array, g: number, h: number): Split | undefined {
    const { l2, minWeight, monotone } = this.#options;
    const gain = (sum: number, weight: number) => (sum * sum) / (weight + l2);
    const parent = gain(g, h);
    let best: Split | undefined;
    let bestGain = LEAST_GAIN;
    this.#columns.forEach((feature, column) => {
      const at = column * BINS * 2;
      const [missingG, missingH] = [histogram[at + 2 * MISSING] as number, histogram[at + 2 * MISSING + 1] as number];
      const last = this.#data.edges[feature]?.length ?? 0;
      for (const missingLeft of missingH > 1e-9 ? [false, true] : [false]) {
        let [leftG, leftH] = missingLeft ? [missingG, missingH] : [0, 0];
        for (let bin = 0; bin < last; bin++) {
          leftG += histogram[at + 2 * bin] as number;
          leftH += histogram[at + 2 * bin + 1] as number;
          const rightH = h - leftH;
          if (leftH < minWeight) continue;
          if (rightH < minWeight) break;
          const rightG = g - leftG;
          const gained = gain(leftG, leftH) + gain(rightG, rightH) - parent;
          if (gained <= bestGain) continue;
          const [leftValue, rightValue] = [-leftG / (leftH + l2), -rightG / (rightH + l2)];
          if ((rightValue - leftValue) * (monotone[feature] ?? 0) < 0) continue;
          bestGain = gained;
          best = { column, bin, missingLeft, leftValue, rightValue };
        }
      }
    });
    return best;
  }

  /** Puts the rows that go left first. Returns where the others begin. */
  #partition(from: number, to: number, feature: number, { bin, missingLeft }: Split): number {
    const bins = this.#data.bins[feature] as Uint8Array;
    let [i, j] = [from, to - 1];
    while (i <= j) {
      const row = this.#rows[i] as number;
      const own = bins[row] as number;
      if (own === MISSING ? missingLeft : own <= bin) i += 1;
      else {
        this.#rows[i] = this.#rows[j] as number;
        this.#rows[j] = row;
        j -= 1;
      }
    }
    return i;
  }
}
