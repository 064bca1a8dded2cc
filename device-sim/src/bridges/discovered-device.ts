/** A simulated device that announces itself by Home Assistant's MQTT discovery: a lock with a door contact, a battery and a bell, on topics of its own. */
import type { Publish } from "./zigbee-bridge.ts";

export interface DiscoveredDeviceOptions {
  /** Identifier of the device. */
  readonly id: string;
  readonly name: string;
  readonly publish: Publish;
  readonly prefix?: string;
  /** `single`: a topic for each component; `device`: one for all of them. */
  readonly form?: "single" | "device";
}

type Component = Readonly<Record<string, unknown>>;

export class SimDiscoveredDevice {
  readonly id: string;
  readonly #options: Required<DiscoveredDeviceOptions>;
  #locked = true;
  /** The next command does not succeed. */
  jammed = false;

  constructor(options: DiscoveredDeviceOptions) {
    this.id = options.id;
    this.#options = { prefix: "homeassistant", form: "single", ...options };
  }

  get base(): string {
    return `locks/${this.id}`;
  }

  /** Topics it wants to hear. */
  get subscriptions(): readonly string[] {
    return [`${this.base}/set`, `${this.#options.prefix}/status`];
  }

  get components(): Readonly<Record<string, Component>> {
    const { id } = this;
    return {
      lock: {
        p: "lock",
        uniq_id: `${id}_lock`,
        name: "Lock",
        stat_t: "~/state",
        cmd_t: "~/set",
        val_tpl: "{{ value_json.lock }}",
      },
      door: {
        p: "binary_sensor",
        uniq_id: `${id}_door`,
        dev_cla: "door",
        stat_t: "~/state",
        val_tpl: "{{ 'ON' if value_json.open else 'OFF' }}",
      },
      battery: {
        p: "sensor",
        uniq_id: `${id}_battery`,
        dev_cla: "battery",
        unit_of_meas: "%",
        stat_t: "~/state",
        val_tpl: "{{ value_json.battery }}",
      },
      events: {
        p: "event",
        uniq_id: `${id}_events`,
        evt_typ: ["keypad_unlock", "unlock_failure_invalid_pin_or_id"],
        stat_t: "~/event",
      },
    };
  }

  /** Says what it is, and that it is there. */
  async announce(): Promise<void> {
    const { prefix, form, name, publish } = this.#options;
    const device = { ids: [this.id], name, mf: "Simulated", mdl: "SIM-DISCOVERED" };
    const shared = { "~": this.base, avty_t: "~/available", dev: device };
    if (form === "device") {
      const payload = { ...shared, o: { name: "device-sim" }, cmps: this.components };
      await publish(`${prefix}/device/${this.id}/config`, JSON.stringify(payload), { retain: true, qos: 1 });
    } else {
      for (const [key, { p, ...fields }] of Object.entries(this.components))
        await publish(`${prefix}/${p}/${this.id}/${key}/config`, JSON.stringify({ ...shared, ...fields }), {
          retain: true,
          qos: 1,
        });
    }
    await this.available(true);
  }

  async withdraw(): Promise<void> {
    const { prefix, form, publish } = this.#options;
    const topics =
      form === "device"
        ? [`${prefix}/device/${this.id}/config`]
        : Object.entries(this.components).map(([key, { p }]) => `${prefix}/${p}/${this.id}/${key}/config`);
    for (const topic of topics) await publish(topic, "", { retain: true, qos: 1 });
  }

  async available(online: boolean): Promise<void> {
    await this.#options.publish(`${this.base}/available`, online ? "online" : "offline", { retain: true, qos: 1 });
  }

  async tell(fields: { readonly open?: boolean; readonly battery?: number; readonly locked?: boolean }): Promise<void> {
    const { open = false, battery = 90, locked = this.#locked } = fields;
    this.#locked = locked;
    await this.#state(locked ? "LOCKED" : "UNLOCKED", open, battery);
  }

  async happen(type: string, user?: number): Promise<void> {
    const payload = { event_type: type, ...(user === undefined ? {} : { user }) };
    await this.#options.publish(`${this.base}/event`, JSON.stringify(payload), { retain: false, qos: 1 });
  }

  async hear(topic: string, payload: string): Promise<void> {
    if (topic === `${this.#options.prefix}/status` && payload === "online") return this.announce();
    if (topic !== `${this.base}/set`) return;
    if (this.jammed) {
      this.jammed = false;
      await this.#state("JAMMED", false, 90);
      return;
    }
    await this.tell({ locked: payload === "LOCK" });
  }

  async #state(lock: string, open: boolean, battery: number): Promise<void> {
    const payload = JSON.stringify({ lock, open, battery });
    await this.#options.publish(`${this.base}/state`, payload, { retain: false, qos: 1 });
  }
}
