/** The fitted models the gateway ships with: `residency-model*.json`, made by `npm run train`. */
import { mostPersons } from "./assess.ts";
import { FEATURES, OWN } from "./features.ts";
import { createForest, type ForestFile } from "./forest.ts";
import { type ResidencyModel, residencyBy } from "./residency.ts";
import doors from "./residency-model.json" with { type: "json" };
import meters from "./residency-model-meters.json" with { type: "json" };

const NAMES = FEATURES.map(({ name }) => name);
/** One of them is known wherever something stands at the door or inside. */
const SENSED = ["in.mean28", "opens.mean28", "grants.mean28", "cards.mean28", "onNight.mean28", "seen.mean28"].map(
  (name) => NAMES.indexOf(name),
);

const DAYS_KNOWN = NAMES.indexOf("days");
/** No morning that raises an alert, and none that clears one. */
const UNDECIDED = 0.4;

let models: { readonly doors: ResidencyModel; readonly meters: ResidencyModel } | undefined;

const made = () => {
  const model = (file: unknown): ResidencyModel => residencyBy(createForest(file as ForestFile, NAMES, OWN));
  return { doors: model(doors), meters: model(meters) };
};

/** Made at their first use: a gateway with nothing to judge has no use for them. */
export const shippedModel: ResidencyModel = (space, values, day, explainFrom) => {
  // Not one whole day since its devices were mounted: neither for nor against.
  if (!((values[DAYS_KNOWN] as number) > 0))
    return { residing: 0, low: 0, high: mostPersons(space), pOver: UNDECIDED, evidence: [] };
  models ??= made();
  const sensed = SENSED.some((index) => !Number.isNaN(values[index] ?? Number.NaN));
  return (sensed ? models.doors : models.meters)(space, values, day, explainFrom);
};
