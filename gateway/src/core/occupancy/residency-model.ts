/** The fitted model the gateway ships with. */
import type { ResidencyModel } from "./residency.ts";

export const shippedModel: ResidencyModel = () => ({ residing: 0, low: 0, high: 0, pOver: 0, evidence: [] });
