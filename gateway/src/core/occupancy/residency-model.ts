/** The fitted models the gateway ships with: `residency-model*.json`, made by `npm run train`. */
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

let models: { readonly doors: ResidencyModel; readonly meters: ResidencyModel } | undefined;

const made = () => {
  const model = (file: unknown): ResidencyModel => residencyBy(createForest(file as ForestFile, NAMES, OWN));
  return { doors: model(doors), meters: model(meters) };
};

/** Made at their first use: a gateway with nothing to judge has no use for them. */
export const shippedModel: ResidencyModel = (space, values, day) => {
  models ??= made();
  const sensed = SENSED.some((index) => !Number.isNaN(values[index] ?? Number.NaN));
  return (sensed ? models.doors : models.meters)(space, values, day);
};
