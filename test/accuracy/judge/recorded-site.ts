/** A labelled site from its folder: site.yaml (JSON), readings, truth and occupancy. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { LabelledReading, OccupancyStep, SiteTruth } from "@gatehouse/device-sim";
import { parse } from "yaml";
import type { Judged } from "./judge-site.ts";

export function readLabelledSite(folder: string): Judged {
  const text = (file: string): string => readFileSync(join(folder, file), "utf8");
  return {
    site: parse(text("site.yaml")) as Judged["site"],
    truth: JSON.parse(text("truth.json")) as SiteTruth,
    readings: [...lines<LabelledReading>(join(folder, "readings.ndjson.gz"))],
    occupancy: [...lines<OccupancyStep>(join(folder, "occupancy.ndjson.gz"))],
  };
}

function* lines<T>(file: string): Generator<T> {
  for (const line of gunzipSync(readFileSync(file)).toString().split("\n"))
    if (line !== "") yield JSON.parse(line) as T;
}

/** Names of the labelled sites in a folder; `compound-1` is of kind `compound`. */
export function labelledSites(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
