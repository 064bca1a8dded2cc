/** One announced component as an entity: where its state comes from, how it is read, what it may be told. */
import type { Point } from "../points/mapping.ts";
import { readComponent } from "./components.ts";
import type { Announced, Fields } from "./discovery.ts";
import { compileTemplate, type Template } from "./template.ts";
import { TemplateError } from "./template-tokens.ts";

export interface Source {
  readonly topic: string;
  /** Undefined: the payload as it is. */
  readonly template: Template | undefined;
}

export interface Availability extends Source {
  readonly available: string;
  readonly notAvailable: string;
}

export interface LockCommands {
  readonly topic: string;
  readonly lock: string;
  readonly unlock: string;
}

export interface Entity {
  /** `unique_id`, or what its topic gives. */
  readonly id: string;
  readonly name: string;
  readonly component: string;
  /** Identifiers of the device it belongs to; those of one device share one. */
  readonly device: { readonly ids: readonly string[]; readonly name: string; readonly model: string };
  readonly state: Source | undefined;
  readonly availability: { readonly mode: "all" | "any" | "latest"; readonly sources: readonly Availability[] };
  readonly point: Point | undefined;
  /** Events of a lock or of a button come by their type. */
  readonly event: boolean;
  readonly commands: LockCommands | undefined;
  /** A binary sensor that goes off by itself. */
  readonly offDelaySeconds: number | undefined;
  readonly offText: string | undefined;
  /** A lock that could not do it. */
  readonly jammedText: string | undefined;
  /** Why nothing can be made of it. */
  readonly unsupported: string | undefined;
}

const MAX_TOPIC = 300;

export function readEntity({ component, fields }: Announced & { readonly fields: Fields }, topicId: string): Entity {
  const id = text(fields["unique_id"]) ?? topicId;
  const device = readDevice(fields["device"]);
  const shape = {
    id,
    name: text(fields["name"]) ?? text(fields["object_id"]) ?? id,
    component,
    device: { ...device, ids: device.ids.length === 0 ? [id] : device.ids },
    state: undefined,
    availability: { mode: "latest" as const, sources: [] },
    point: undefined,
    event: component === "event",
    commands: undefined,
    offDelaySeconds: undefined,
    offText: undefined,
    jammedText: undefined,
  };
  try {
    const read = readComponent(component, fields, id);
    if (typeof read === "string") return { ...shape, unsupported: read };
    const topic = topicOf(fields["state_topic"]);
    if (topic === undefined) return { ...shape, unsupported: "state_topic: missing, or no topic to subscribe to" };
    const template = templateOf(fields["value_template"], "value_template");
    const availability = readAvailability(fields);
    return { ...shape, ...read, state: { topic, template }, availability, unsupported: undefined };
  } catch (error) {
    if (error instanceof TemplateError) return { ...shape, unsupported: error.message };
    throw error;
  }
}

function readAvailability(fields: Fields): Entity["availability"] {
  const { availability_mode } = fields;
  const mode = availability_mode === "all" || availability_mode === "any" ? availability_mode : "latest";
  const list = Array.isArray(fields["availability"]) ? (fields["availability"] as Fields[]) : [];
  const single: Fields = {
    ...fields,
    topic: fields["availability_topic"],
    value_template: fields["availability_template"],
  };
  const sources = [...(single["topic"] === undefined ? [] : [single]), ...list].flatMap((source): Availability[] => {
    const topic = topicOf(source["topic"]);
    if (topic === undefined) return [];
    return [
      {
        topic,
        template: templateOf(source["value_template"], "availability_template"),
        available: scalarText(source["payload_available"]) ?? "online",
        notAvailable: scalarText(source["payload_not_available"]) ?? "offline",
      },
    ];
  });
  return { mode, sources };
}

function templateOf(value: unknown, key: string): Template | undefined {
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "string") throw new TemplateError(`${key}: not a text`);
  try {
    return compileTemplate(value);
  } catch (error) {
    if (error instanceof TemplateError) throw new TemplateError(`${key}: ${error.message}`);
    throw error;
  }
}

/** Without wildcards; those of `$SYS` are the broker's. */
export function topicOf(value: unknown): string | undefined {
  if (typeof value !== "string" || value === "" || value.length > MAX_TOPIC) return undefined;
  return /[+#\0]/.test(value) || value.startsWith("$") ? undefined : value;
}

export const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value.slice(0, MAX_TOPIC) : undefined;

/** As Home Assistant makes a text of what is written as JSON: Python's. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === "string") return value.slice(0, MAX_TOPIC);
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "number" ? String(value) : undefined;
}

function readDevice(value: unknown): Entity["device"] {
  const fields = (value ?? {}) as Fields;
  const given = fields["identifiers"];
  const ids = (Array.isArray(given) ? given : [given]).slice(0, 10).flatMap((id: unknown) => text(id) ?? []);
  const connections = Array.isArray(fields["connections"]) ? fields["connections"].slice(0, 10) : [];
  const addresses = connections.flatMap((pair: unknown) => (Array.isArray(pair) ? (text(pair[1]) ?? []) : []));
  const model = [text(fields["manufacturer"]), text(fields["model"])].filter((part) => part !== undefined).join(" ");
  return { ids: [...ids, ...addresses], name: text(fields["name"]) ?? "", model };
}
