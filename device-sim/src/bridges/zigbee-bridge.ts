/** A simulated Zigbee2MQTT: the list of its devices, their states, availability, renames and removals, and locks that obey. Speaks topics and payloads; whoever runs it brings the broker. */

/** Publishes one message; resolves when the broker has it. */
export type Publish = (
  topic: string,
  payload: string,
  options: { readonly retain: boolean; readonly qos: 0 | 1 },
) => Promise<void>;

export interface SimZigbeeDevice {
  readonly ieee: string;
  name: string;
  /** As Zigbee2MQTT lists it: vendor, model, description, exposes. */
  readonly definition: object;
  /** What it told last: the cached state that every publish repeats. */
  readonly state: Record<string, unknown>;
}

export interface ZigbeeBridgeOptions {
  readonly base?: string;
  readonly publish: Publish;
}

type Fields = Readonly<Record<string, unknown>>;

/** Keys that are told once and not kept in the cached state. */
const MOMENTARY = /^action/;

export class SimZigbeeBridge {
  readonly #base: string;
  readonly #publish: Publish;
  readonly #devices = new Map<string, SimZigbeeDevice>();
  /** Locks that jam: the next command to them fails. */
  readonly jammed = new Set<string>();

  constructor({ base = "zigbee2mqtt", publish }: ZigbeeBridgeOptions) {
    this.#base = base;
    this.#publish = publish;
  }

  /** Topics it wants to hear. */
  get subscriptions(): readonly string[] {
    return [`${this.#base}/#`];
  }

  get devices(): readonly SimZigbeeDevice[] {
    return [...this.#devices.values()];
  }

  /** Says that it is there and whom it knows. */
  async begin(): Promise<void> {
    await this.#say("bridge/state", JSON.stringify({ state: "online" }), true);
    await this.tellDevices();
  }

  async pair(device: Omit<SimZigbeeDevice, "state">): Promise<void> {
    this.#devices.set(device.ieee, { ...device, state: {} });
    await this.#say(
      "bridge/event",
      JSON.stringify({ type: "device_joined", data: { friendly_name: device.name, ieee_address: device.ieee } }),
      false,
    );
    await this.tellDevices();
    await this.available(device.ieee, true);
  }

  async rename(ieee: string, name: string): Promise<void> {
    this.#device(ieee).name = name;
    await this.tellDevices();
  }

  async remove(ieee: string): Promise<void> {
    const { name } = this.#device(ieee);
    this.#devices.delete(ieee);
    await this.#say(
      "bridge/event",
      JSON.stringify({ type: "device_leave", data: { friendly_name: name, ieee_address: ieee } }),
      false,
    );
    await this.tellDevices();
    await this.#say(`${name}/availability`, "", true);
  }

  async available(ieee: string, online: boolean): Promise<void> {
    await this.#say(
      `${this.#device(ieee).name}/availability`,
      JSON.stringify({ state: online ? "online" : "offline" }),
      true,
    );
  }

  /** The device tells something; the state it told before comes along, as Zigbee2MQTT does it. */
  async tell(ieee: string, fields: Fields): Promise<void> {
    const { name, state } = this.#device(ieee);
    const payload = { ...state, ...fields, linkquality: 120 };
    for (const [key, value] of Object.entries(fields)) if (!MOMENTARY.test(key)) state[key] = value;
    await this.#say(name, JSON.stringify(payload), false);
  }

  async tellDevices(): Promise<void> {
    const coordinator = {
      ieee_address: "0x00124b0000000000",
      type: "Coordinator",
      friendly_name: "Coordinator",
      definition: null,
    };
    const list = this.devices.map(({ ieee, name, definition }) => ({
      ieee_address: ieee,
      type: "EndDevice",
      supported: true,
      disabled: false,
      friendly_name: name,
      definition,
    }));
    await this.#say("bridge/devices", JSON.stringify([coordinator, ...list]), true);
  }

  /** A message under its base topic; `set` of a lock is obeyed. */
  async hear(topic: string, payload: string): Promise<void> {
    const [, name] = new RegExp(`^${this.#base}/(.+)/set$`).exec(topic) ?? [];
    const device = this.devices.find((candidate) => candidate.name === name);
    if (device === undefined) return;
    const word = wordOf(payload);
    if (word === undefined) return;
    if (this.jammed.delete(device.ieee)) {
      const message = `z2m: Publish 'set' 'state' to '${device.name}' failed: 'Error: ZCL command ${device.ieee}/1 closuresDoorLock failed (Timeout)'`;
      await this.#say("bridge/logging", JSON.stringify({ level: "error", message, namespace: "z2m" }), false);
      return;
    }
    await this.tell(device.ieee, { state: word, lock_state: word === "LOCK" ? "locked" : "unlocked" });
  }

  #device(ieee: string): SimZigbeeDevice {
    const device = this.#devices.get(ieee);
    if (device === undefined) throw new RangeError(`${ieee} is not paired`);
    return device;
  }

  #say(path: string, payload: string, retain: boolean): Promise<void> {
    return this.#publish(`${this.#base}/${path}`, payload, { retain, qos: retain ? 1 : 0 });
  }
}

function wordOf(payload: string): "LOCK" | "UNLOCK" | undefined {
  try {
    const { state } = JSON.parse(payload) as { readonly state?: unknown };
    return state === "LOCK" || state === "UNLOCK" ? state : undefined;
  } catch {
    return undefined;
  }
}
