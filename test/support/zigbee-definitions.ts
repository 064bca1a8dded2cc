/** The device definitions of Zigbee2MQTT itself: all of them as one `bridge/devices` payload, and their converters. */
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** What is used of a definition; the package's own types name all of Zigbee. */
export interface Definition {
  readonly model: string;
  readonly vendor: string;
  readonly description: string;
  readonly exposes: readonly object[] | ((device: object, options: object) => readonly object[]);
  readonly fromZigbee: readonly Converter[];
}

export interface Converter {
  readonly cluster: string;
  readonly type: string | readonly string[];
  convert(
    definition: Definition,
    message: object,
    publish: (payload: object) => void,
    options: object,
    meta: object,
  ): object | undefined;
}

export interface BridgeEntry {
  readonly ieee_address: string;
  readonly type: string;
  readonly friendly_name: string;
  readonly definition: {
    readonly model: string;
    readonly vendor: string;
    readonly description: string;
    readonly exposes: readonly object[];
  };
}

const require = createRequire(import.meta.url);
const library = require("zigbee-herdsman-converters") as { prepareDefinition(raw: object): Definition };
const folder = join(dirname(require.resolve("zigbee-herdsman-converters")), "devices");

export function allDefinitions(): readonly Definition[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".js"));
  return files
    .toSorted()
    .flatMap((file) => (require(join(folder, file)) as { definitions?: readonly object[] }).definitions ?? [])
    .map((raw) => library.prepareDefinition(raw));
}

/** As Zigbee2MQTT lists it under `bridge/devices`. */
export function bridgeEntry(definition: Definition, index: number, name?: string): BridgeEntry {
  const { model, vendor, description, exposes } = definition;
  const listed = typeof exposes === "function" ? exposes({ isDummyDevice: true }, {}) : exposes;
  return {
    ieee_address: `0x${(index + 1).toString(16).padStart(16, "0")}`,
    type: "EndDevice",
    friendly_name: name ?? `${vendor} ${model}`,
    definition: { model, vendor, description, exposes: JSON.parse(JSON.stringify(listed)) as object[] },
  };
}
