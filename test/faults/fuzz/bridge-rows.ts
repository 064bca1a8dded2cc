/** Payloads of programs that speak for devices: lists and states of Zigbee2MQTT, announcements and templates of Home Assistant. */
import { SimDiscoveredDevice, ZIGBEE_MODELS } from "@gatehouse/device-sim";
import {
  compileTemplate,
  mapZigbeeDevice,
  PointState,
  parseDiscoveryTopic,
  pickZigbeeState,
  readAnnouncement,
  readEntity,
  readZigbeeDevices,
  TemplateError,
} from "@gatehouse/protocol";
import type { FuzzRow } from "./row.ts";

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
const bytes = (value: unknown): Uint8Array => Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
const json = (given: Uint8Array): unknown => {
  try {
    return JSON.parse(text(given));
  } catch {
    return undefined;
  }
};

const listed = Object.entries(ZIGBEE_MODELS).map(([name, definition], index) => ({
  ieee_address: `0x${String(index).padStart(16, "0")}`,
  friendly_name: name,
  type: "EndDevice",
  definition,
}));
const locks = mapZigbeeDevice({ vendor: "", model: "", exposes: readZigbeeDevices(listed)?.[0]?.exposes });
const everything = {
  ...locks,
  points: (readZigbeeDevices(listed) ?? []).flatMap((device) => mapZigbeeDevice(device).points),
  lockActions: true,
};

const single = parseDiscoveryTopic("homeassistant", "homeassistant/lock/a/b/config");
const whole = parseDiscoveryTopic("homeassistant", "homeassistant/device/a/config");
const { components } = new SimDiscoveredDevice({ id: "a", name: "a", publish: async () => {} });

/** What was announced, read to its entities, each of which reads a payload. */
function announce(place: typeof single, given: Uint8Array): void {
  if (place === undefined) return;
  const read = readAnnouncement(place, text(given));
  if (!read.ok) return;
  for (const announced of read.parts) {
    if (announced.fields === undefined) continue;
    const entity = readEntity({ ...announced, fields: announced.fields }, "a b");
    entity.state?.template?.render('{"lock":"LOCKED","open":true,"battery":5}');
    for (const source of entity.availability.sources) source.template?.render("online");
  }
}

function template(given: Uint8Array): void {
  try {
    compileTemplate(text(given)).render('{"a":{"b":[1,2]},"state":"ON","n":21.5,"t":true,"none":null}');
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
  }
}

export const BRIDGE_ROWS: readonly FuzzRow[] = [
  {
    name: "zigbee2mqtt bridge/devices",
    seeds: [bytes(listed), ...listed.map((one) => bytes([one]))],
    run: (given) => {
      for (const device of readZigbeeDevices(json(given)) ?? []) mapZigbeeDevice(device);
    },
  },
  {
    name: "zigbee2mqtt state",
    seeds: [
      {
        state: "LOCK",
        lock_state: "locked",
        battery: 80,
        action: "unlock",
        action_user: 7,
        action_source_name: "rfid",
      },
      { contact: false, tamper: true, battery: 3 },
      { presence: true, illuminance: 12 },
      { energy: 1.234, power: 17.5 },
    ].map(bytes),
    run: (given) => {
      const picked = pickZigbeeState(text(given), everything);
      if (picked !== undefined) new PointState(everything).hear(picked, 0);
    },
  },
  {
    name: "home assistant discovery, a component",
    seeds: Object.values(components).map((fields) =>
      bytes({ "~": "a", avty_t: "~/b", dev: { ids: ["x"] }, ...fields }),
    ),
    run: (given) => announce(single, given),
  },
  {
    name: "home assistant discovery, a device",
    seeds: [bytes({ "~": "a", dev: { ids: "x" }, o: { name: "y" }, cmps: components })],
    run: (given) => announce(whole, given),
  },
  {
    name: "home assistant template",
    seeds: [
      "{{ value_json.a.b[0] | float(0) * 1000 | round(1) }}",
      "{% if value_json.state == 'ON' and not value_json.t %}a{% elif value_json.n > 3 %}b{% else %}c{% endif %}",
      "{{ 'ON' if value in ['a', 'b'] else value | replace('a', 'b') | upper }}",
      "{{ iif(value_json.none is none, 1, 2) ~ (value_json.x | default('x')) }}",
    ].map(bytes),
    run: template,
  },
];
