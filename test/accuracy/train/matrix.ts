/** From cases to the rows the trees are fitted on: each morning of a space asks "more than k people?" for k around its limit. */
import { against, FEATURES } from "gatehouse/testing";
import type { SiteCases } from "./cases.ts";

export interface Matrix {
  readonly columns: readonly Float32Array[];
  readonly label: Uint8Array;
  readonly weight: Float32Array;
}

/** k less the limit, and how much such a row counts: the limit itself is what alerts stand on, the others shape the head count. */
const QUESTIONS: readonly (readonly [offset: number, weight: number])[] = [
  [0, 1],
  [-1, 0.3],
  [1, 0.3],
  [-2, 0.15],
  [2, 0.15],
];

/** More people in a window can only mean more people living there. */
export const MONOTONE = Int8Array.from(FEATURES, ({ name }) =>
  (name.endsWith(" - persons") || name.includes(".above")) &&
  name !== "limit - persons" &&
  name !== "registered - persons"
    ? 1
    : 0,
);

/** Of neighbouring mornings, which say nearly the same, every `every`th. */
export function matrixOf(sites: readonly SiteCases[], every: number): Matrix {
  const rows = sites.flatMap((site) =>
    site.spaces.flatMap((space, index) =>
      space.cases
        .filter((_, morning) => (morning + index) % every === 0)
        .flatMap((item) =>
          QUESTIONS.filter(([offset]) => space.limit + offset >= 0).map(([offset, weight]) => ({
            space,
            item,
            persons: space.limit + offset,
            weight,
            over: item.residents > space.limit + offset || (offset === 0 && item.over),
          })),
        ),
    ),
  );
  const columns = FEATURES.map(() => new Float32Array(rows.length));
  const label = new Uint8Array(rows.length);
  const weight = new Float32Array(rows.length);
  rows.forEach(({ space, item, persons, over, weight: counts }, row) => {
    const values = against(Float64Array.from(item.values), space, persons);
    for (const [feature, column] of columns.entries()) column[row] = values[feature] ?? Number.NaN;
    label[row] = over ? 1 : 0;
    weight[row] = counts;
  });
  return { columns, label, weight };
}

const WATER = FEATURES.findIndex(({ name }) => name === "water.mean28");
const ENERGY = FEATURES.findIndex(({ name }) => name === "energy.mean28");
/** What is known of a space with meters and nothing at its door. */
const OF_METERS = new Set(
  FEATURES.flatMap(({ name, source }, index) =>
    source === "water" || source === "energy" || source === "register" || name === "days" ? [index] : [],
  ),
);

/** The metered spaces, with everything that does not come from their meters forgotten. */
export function meteredOnly(sites: readonly SiteCases[]): SiteCases[] {
  return sites.map((site) => ({
    ...site,
    spaces: site.spaces.map((space) => ({
      ...space,
      cases: space.cases
        .filter(({ values }) => !Number.isNaN(values[WATER]) || !Number.isNaN(values[ENERGY]))
        .map((item) => ({ ...item, values: item.values.map((value, at) => (OF_METERS.has(at) ? value : Number.NaN)) })),
    })),
  }));
}
