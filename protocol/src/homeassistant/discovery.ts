/** MQTT discovery of Home Assistant: topics and payloads to components with their keys written out. Bounded; nothing is believed of what a stranger writes. */
import { longDeviceKey, longKey } from "./abbreviations.ts";

export interface DiscoveryTopic {
  /** `lock`, or `device` for a whole device. */
  readonly component: string;
  readonly node: string | undefined;
  readonly object: string;
}

export type Fields = Readonly<Record<string, unknown>>;

/** One component as it was announced, keys written out and `~` put in. */
export interface Announced {
  /** Within its topic: the key of a component of a whole device, empty for a single one. */
  readonly part: string;
  /** `lock`, `binary_sensor`, … */
  readonly component: string;
  /** Undefined: it is removed. */
  readonly fields: Fields | undefined;
}

export type Announcement =
  | { readonly ok: true /** All of the topic is gone but what is in `parts`. */; readonly parts: readonly Announced[] }
  | { readonly ok: false; readonly reason: string };

export const MAX_DISCOVERY_BYTES = 128 * 1024;
/** Origin of what a gateway of ours announces to a Home Assistant: its rooms and alerts, which must never come back as devices. */
export const OWN_ORIGIN = "Gatehouse";
const MAX_PARTS = 256;
const MAX_KEYS = 128;
const WORD = /^[A-Za-z0-9_-]{1,200}$/;

/** Undefined for what is not below the prefix or no config. */
export function parseDiscoveryTopic(prefix: string, topic: string): DiscoveryTopic | undefined {
  if (!topic.startsWith(`${prefix}/`)) return undefined;
  const levels = topic.slice(prefix.length + 1).split("/");
  if (levels.at(-1) !== "config" || levels.length < 3 || levels.length > 4) return undefined;
  const [component = "", ...between] = levels.slice(0, -1);
  const object = between.at(-1) ?? "";
  const node = between.length === 2 ? between[0] : undefined;
  if (![component, object, ...(node === undefined ? [] : [node])].every((level) => WORD.test(level))) return undefined;
  return { component, node, object };
}

/** An empty payload removes everything. */
export function readAnnouncement({ component }: DiscoveryTopic, payload: string): Announcement {
  if (payload === "") return { ok: true, parts: [] };
  if (payload.length > MAX_DISCOVERY_BYTES)
    return { ok: false, reason: `longer than ${MAX_DISCOVERY_BYTES} characters` };
  let json: unknown;
  try {
    json = JSON.parse(payload);
  } catch {
    return { ok: false, reason: "not JSON" };
  }
  const given = record(json);
  if (given === undefined) return { ok: false, reason: "not a JSON object" };
  const fields = writtenOut(given);
  if (fields["migrate_discovery"] === true) return { ok: true, parts: [] };
  if (record(fields["origin"])?.["name"] === OWN_ORIGIN)
    return { ok: false, reason: "announced by a Gatehouse: rooms and alerts are no devices" };
  if (component !== "device") return { ok: true, parts: [{ part: "", component, fields }] };
  return readDevice(fields);
}

/** Shared by the components of a device, which may say it otherwise. */
const SHARED = [
  "availability",
  "availability_mode",
  "availability_topic",
  "availability_template",
  "payload_available",
  "payload_not_available",
  "command_topic",
  "state_topic",
  "encoding",
  "qos",
  "device",
  "~",
];

function readDevice(fields: Fields): Announcement {
  const components = record(fields["components"]);
  if (components === undefined) return { ok: false, reason: "components: missing" };
  const named = Object.entries(components);
  if (named.length > MAX_PARTS)
    return { ok: false, reason: `components: ${named.length}, at most ${MAX_PARTS} are read` };
  const shared = Object.fromEntries(SHARED.flatMap((key) => (fields[key] === undefined ? [] : [[key, fields[key]]])));
  const parts = named.flatMap(([part, value]): Announced[] => {
    const given = record(value);
    if (given === undefined || !WORD.test(part)) return [];
    const own = writtenOut(given);
    const platform = own["platform"];
    if (typeof platform !== "string" || !WORD.test(platform)) return [];
    // With its platform alone it is removed.
    const isGone = Object.keys(own).every((key) => key === "platform");
    return [{ part, component: platform, fields: isGone ? undefined : writtenOut({ ...shared, ...own }) }];
  });
  return { ok: true, parts };
}

/** Keys in full; `~` in front or at the end of a topic is the base. */
function writtenOut(given: Fields): Fields {
  const base = typeof given["~"] === "string" ? given["~"] : undefined;
  const entries = Object.entries(given)
    .slice(0, MAX_KEYS)
    .map(([key, value]): [string, unknown] => {
      const name = longKey(key);
      if (name === "device") return [name, deviceOut(value)];
      if (name === "availability" && Array.isArray(value))
        return [
          name,
          value.slice(0, 20).map((item) => withBase(record(item) === undefined ? {} : longKeys(item), base)),
        ];
      return [name, name.endsWith("topic") ? topicWith(value, base) : value];
    });
  return Object.fromEntries(entries);
}

const longKeys = (fields: unknown): Fields =>
  Object.fromEntries(Object.entries(fields as Fields).map(([key, value]) => [longKey(key), value]));

const withBase = (fields: Fields, base: string | undefined): Fields => ({
  ...fields,
  topic: topicWith(fields["topic"], base),
});

function topicWith(value: unknown, base: string | undefined): unknown {
  if (typeof value !== "string" || base === undefined) return value;
  if (value.startsWith("~")) return `${base}${value.slice(1)}`;
  return value.endsWith("~") ? `${value.slice(0, -1)}${base}` : value;
}

function deviceOut(value: unknown): unknown {
  const given = record(value);
  if (given === undefined) return undefined;
  return Object.fromEntries(Object.entries(given).map(([key, field]) => [longDeviceKey(key), field]));
}

function record(value: unknown): Fields | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  return value as Fields;
}
