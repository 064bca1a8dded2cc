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

export interface ZigbeeMessage {
  readonly cluster: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Of an IAS zone: bit 0 and 1 are its alarms, 2 is tamper, 3 the battery. */
export const zone = (zonestatus: number): ZigbeeMessage => ({
  cluster: "ssIasZone",
  type: "commandStatusChangeNotification",
  data: { zonestatus, extendedstatus: 0 },
});

export const report = (cluster: string, data: ZigbeeMessage["data"]): ZigbeeMessage => ({
  cluster,
  type: "attributeReport",
  data,
});

/** What Zigbee2MQTT would publish for the message: the results of all converters that fit. */
export function convert(definition: Definition, message: ZigbeeMessage): Record<string, unknown> {
  const ieeeAddr = "0x0000000000000001";
  const endpoint = {
    ID: 1,
    getDevice: () => ({}),
    supportsInputCluster: () => false,
    command: async () => ({}),
    read: async () => ({}),
    write: async () => ({}),
    saveClusterAttributeKeyValue: () => {},
    // A meter that counts thousandths of its unit.
    getClusterAttributeValue: (_cluster: string, attribute: string) => SCALE[attribute],
    deviceIeeeAddress: ieeeAddr,
  };
  const device = { ieeeAddr, endpoints: [endpoint], getEndpoint: () => endpoint, meta: {}, save: () => {} };
  const full = { ...message, endpoint, device, meta: {}, groupID: 0, linkquality: 120 };
  const results = definition.fromZigbee
    .filter(
      ({ cluster, type }) => cluster === message.cluster && (type === message.type || type.includes(message.type)),
    )
    .map((converter) => converter.convert(definition, full, () => {}, {}, { device, state: {} }) ?? {});
  return Object.assign({}, ...results) as Record<string, unknown>;
}

const SCALE: Readonly<Record<string, number>> = { multiplier: 1, divisor: 1_000 };
