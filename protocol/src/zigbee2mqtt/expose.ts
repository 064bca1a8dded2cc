/** `bridge/devices` of Zigbee2MQTT, read tolerantly and bounded: what is no device is left out, what is strange in one spoils no other. */

import { scalar } from "../points/picked.ts";

export interface Expose {
  readonly type: string;
  readonly property: string;
  /** The property without its endpoint. */
  readonly name: string;
  readonly endpoint?: string | undefined;
  /** Bits: 1 is published, 2 can be set, 4 can be asked for. */
  readonly access: number;
  readonly unit?: string | undefined;
  readonly valueOn?: string | undefined;
  readonly valueOff?: string | undefined;
  /** Of an enum. */
  readonly values: readonly string[];
  readonly description: string;
  readonly features: readonly Expose[];
}

export interface BridgeDevice {
  /** `0x` and sixteen hexadecimal digits: what it stays when it is renamed. */
  readonly ieee: string;
  /** Friendly name: the topic below the base topic. */
  readonly name: string;
  readonly vendor: string;
  readonly model: string;
  readonly description: string;
  /** Undefined for a device that Zigbee2MQTT itself does not know. */
  readonly exposes: readonly Expose[] | undefined;
  readonly disabled: boolean;
}

/** Of one payload. */
export const MAX_DEVICES = 10_000;
const MAX_EXPOSES = 300;
const MAX_VALUES = 200;
const MAX_DEPTH = 3;
const MAX_TEXT = 300;

/** Undefined for something else than a list. The coordinator is no device. */
export function readDevices(payload: unknown): readonly BridgeDevice[] | undefined {
  if (!Array.isArray(payload)) return undefined;
  return payload.slice(0, MAX_DEVICES).flatMap((item: unknown) => {
    const fields = record(item);
    const ieee = normalIeee(fields?.["ieee_address"]);
    if (fields === undefined || ieee === undefined || fields["type"] === "Coordinator") return [];
    const definition = record(fields["definition"]);
    return [
      {
        ieee,
        name: text(fields["friendly_name"]) || ieee,
        vendor: text(definition?.["vendor"]),
        model: text(definition?.["model"]),
        description: text(definition?.["description"]),
        exposes: definition === undefined ? undefined : readExposes(definition["exposes"], MAX_DEPTH),
        disabled: fields["disabled"] === true,
      },
    ];
  });
}

/** Lower case; undefined for what is no IEEE address. */
export function normalIeee(value: unknown): string | undefined {
  if (typeof value !== "string" || !/^0x[0-9a-f]{16}$/i.test(value)) return undefined;
  return value.toLowerCase();
}

export function readExposes(list: unknown, depth: number): readonly Expose[] {
  if (!Array.isArray(list) || depth === 0) return [];
  return list.slice(0, MAX_EXPOSES).flatMap((item: unknown) => {
    const fields = record(item);
    if (fields === undefined) return [];
    const { type, name, property, endpoint, access, unit, value_on, value_off, values, description, features } = fields;
    return [
      {
        type: text(type),
        property: text(property),
        name: text(name) || text(property),
        endpoint: text(endpoint) || undefined,
        access: typeof access === "number" ? access : 0,
        unit: text(unit) || undefined,
        valueOn: scalar(value_on),
        valueOff: scalar(value_off),
        values: Array.isArray(values) ? values.slice(0, MAX_VALUES).flatMap((value) => scalar(value) ?? []) : [],
        description: text(description),
        features: readExposes(features, depth - 1),
      },
    ];
  });
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, unknown>>;
}

const text = (value: unknown): string => (typeof value === "string" ? value.slice(0, MAX_TEXT) : "");
