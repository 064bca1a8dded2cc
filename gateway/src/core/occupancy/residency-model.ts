/** The fitted model the gateway ships with: `residency-model.json`, made by `npm run train`. */
import { FEATURES } from "./features.ts";
import { createForest, type ForestFile } from "./forest.ts";
import { type ResidencyModel, residencyBy } from "./residency.ts";
import file from "./residency-model.json" with { type: "json" };

let model: ResidencyModel | undefined;

/** Made at its first use: a gateway with nothing to judge has no use for it. */
export const shippedModel: ResidencyModel = (space, values, day) => {
  model ??= residencyBy(
    createForest(
      file as ForestFile,
      FEATURES.map(({ name }) => name),
    ),
  );
  return model(space, values, day);
};
