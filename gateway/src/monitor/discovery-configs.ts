/** What rooms, doors and the site itself announce to a Home Assistant: discovery payloads over the retained state topics. Pure. */
import { AlertKind, OWN_ORIGIN, stateTopic } from "@gatehouse/protocol";
import type { Model } from "../core/model.ts";

/** Payload by topic. */
export type DiscoveryConfigs = ReadonlyMap<string, string>;

/** Rooms are where people are; these only hold rooms together. */
const NO_ROOMS: readonly string[] = ["building", "floor"];

export function discoveryConfigs(model: Model, prefix: string): DiscoveryConfigs {
  const site = siteId(model);
  const origin = { name: OWN_ORIGIN };
  const topic = (id: string) => `${prefix}/device/${id}/config`;
  const configs = new Map<string, string>();
  const add = (id: string, device: object, components: object) =>
    configs.set(
      topic(id),
      JSON.stringify({ device: { identifiers: [id], manufacturer: "Gatehouse", ...device }, origin, components }),
    );
  const { name } = model.config.site.site;
  add(site, { name, model: "site" }, siteComponents(site));
  for (const [id, { space, limit }] of model.spaces) {
    if (NO_ROOMS.includes(space.kind)) continue;
    const known = `${site}_space_${word(id)}`;
    const device = { name: space.name ?? id, model: space.kind, via_device: site };
    add(known, device, spaceComponents(known, id, limit !== undefined));
  }
  const watched = new Set([...model.devices.values()].flatMap(({ portal }) => portal ?? []));
  for (const [id, { kind }] of model.portals) {
    if (!watched.has(id)) continue;
    const known = `${site}_portal_${word(id)}`;
    add(known, { name: id, model: kind, via_device: site }, portalComponents(known, id));
  }
  return configs;
}

const siteId = ({ gateway }: Model): string => `gatehouse_${word(gateway)}`;

/** Home Assistant takes letters, digits, `_` and `-`; ids may have dots. */
const word = (id: string): string => id.replaceAll(".", "-2e-");

function siteComponents(id: string): object {
  const count = (key: string, name: string, icon: string) => ({
    platform: "sensor",
    unique_id: `${id}_${key}`,
    name,
    icon,
    state_class: "measurement",
    state_topic: stateTopic.summary,
    value_template: `{{ value_json.${key} }}`,
  });
  return {
    alerts: count("alerts", "Open alerts", "mdi:alert"),
    prompts: count("prompts", "Open prompts", "mdi:account-alert"),
    emergency: {
      platform: "binary_sensor",
      unique_id: `${id}_emergency`,
      name: "Emergency",
      device_class: "safety",
      state_topic: stateTopic.summary,
      value_template: "{{ 'ON' if value_json.emergencies > 0 else 'OFF' }}",
    },
    health: {
      platform: "binary_sensor",
      unique_id: `${id}_health`,
      name: "Gateway trouble",
      device_class: "problem",
      entity_category: "diagnostic",
      state_topic: stateTopic.health,
      value_template: "{{ 'OFF' if value_json.status == 'ok' else 'ON' }}",
    },
    alert: {
      platform: "event",
      unique_id: `${id}_alert`,
      name: "Alert",
      event_types: AlertKind.options,
      state_topic: stateTopic.alert("+"),
      value_template:
        "{% if value_json is defined %}{{ {'event_type': value_json.kind, 'space': value_json.space, 'level': value_json.level, 'state': value_json.state} | tojson }}{% endif %}",
    },
  };
}

function spaceComponents(known: string, id: string, judged: boolean): object {
  const sensor = (key: string, name: string) => ({
    platform: "sensor",
    unique_id: `${known}_${key}`,
    name,
    icon: "mdi:account-group",
    state_class: "measurement",
    state_topic: stateTopic.space(id),
    value_template: `{{ value_json.${key} }}`,
  });
  const problem = (key: string, name: string, topic: string, template: string) => ({
    platform: "binary_sensor",
    unique_id: `${known}_${key}`,
    name,
    device_class: "problem",
    state_topic: topic,
    value_template: template,
  });
  const alert = problem(
    "alert",
    "Open alert",
    stateTopic.summary,
    `{{ 'ON' if '${id}' in value_json.spaces else 'OFF' }}`,
  );
  const present = sensor("present", "People now");
  if (!judged) return { present, alert };
  const over = "{{ 'ON' if value_json.limit is not none and value_json.present > value_json.limit else 'OFF' }}";
  return {
    present,
    residing: sensor("residing", "People residing"),
    limit: sensor("limit", "Limit"),
    over: problem("over", "Over the limit now", stateTopic.space(id), over),
    alert,
  };
}

function portalComponents(known: string, id: string): object {
  const part = (key: string, name: string, on: string) => ({
    platform: "binary_sensor",
    unique_id: `${known}_${key}`,
    name,
    device_class: key,
    state_topic: stateTopic.portal(id),
    value_template: `{% if value_json.${key} is defined %}{{ 'ON' if value_json.${key} == '${on}' else 'OFF' }}{% endif %}`,
  });
  return { door: part("door", "Door", "open"), lock: part("lock", "Lock", "unlocked") };
}
