/** Driver of Zigbee2MQTT: its devices appear by what they expose, and become readings once a device of the site file names them. */
import {
  type CommandResult,
  type DeviceCommand,
  describePoint,
  InvariantError,
  LinkError,
  MAX_ZIGBEE_PAYLOAD_BYTES,
  type Point,
  pickZigbeeState,
  RejectedError,
  readZigbeeDevices,
  type Said,
  saidBy,
} from "@gatehouse/protocol";
import { z } from "zod";
import {
  type CommandWay,
  type Driver,
  type DriverDeps,
  type DriverType,
  Pseudonymized,
  Unreadable,
} from "../../core/ports.ts";
import { AlarmMemory, isCall } from "../bridge/alarm-memory.ts";
import { type Bridge, type Heard, runBridge } from "../bridge/bridge.ts";
import { bridgeKeys } from "../bridge/config.ts";
import { LockWishes } from "../bridge/lock-wishes.ts";
import { RelockMemory } from "../bridge/relock-memory.ts";
import { ActionMemory, actionMark } from "./action-memory.ts";
import { readBridgeMessage } from "./bridge-message.ts";
import { Memory } from "./memory.ts";
import { type Known, Roll, type View } from "./roll.ts";

const Config = z.strictObject({
  ...bridgeKeys,
  base: z
    .string()
    .max(100)
    .regex(/^[^+#/$][^+#]*[^+#/]$/, "must be the base topic of Zigbee2MQTT, as zigbee2mqtt")
    .default("zigbee2mqtt")
    .describe("`mqtt.base_topic` of Zigbee2MQTT"),
});
type Config = z.infer<typeof Config>;

const ZigbeeDevice = z.strictObject({
  address: z
    .string()
    .min(1)
    .max(200)
    .describe("its IEEE address (0x and 16 hexadecimal digits), or its friendly name as it is now"),
  endpoint: z.string().min(1).max(64).optional().describe("which of several alike: `l1` of energy_l1"),
});

class ZigbeeDriver implements Driver {
  readonly id: string;
  readonly #config: Config;
  readonly #deps: DriverDeps;
  readonly #memory: Memory;
  readonly #relocks: RelockMemory;
  readonly #alarms: AlarmMemory;
  readonly #actions: ActionMemory;
  readonly #wishes: LockWishes;
  readonly #online = new Map<string, boolean>();
  #roll: Roll;
  #bridge: Bridge | undefined;
  #used = false;

  constructor(id: string, config: Config, deps: DriverDeps) {
    this.id = id;
    this.#config = config;
    this.#deps = deps;
    this.#memory = new Memory(deps.vault, deps.log);
    this.#relocks = new RelockMemory(deps.vault, deps.log);
    this.#wishes = new LockWishes(deps.clock, this.#relocks);
    this.#alarms = new AlarmMemory(deps.vault, deps.log);
    this.#actions = new ActionMemory(deps.vault, deps.log);
    this.#roll = new Roll(deps.devices, []);
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#used) throw new InvariantError(`driver ${this.id} runs once`);
    this.#used = true;
    if (signal.aborted) return;
    const { devices, remembered } = await this.#memory.read();
    await this.#relocks.read();
    await this.#alarms.read();
    await this.#actions.read();
    this.#roll = new Roll(this.#deps.devices, remembered);
    // What it knew last: states may come before the list.
    this.#roll.replace(devices);
    const { id } = this;
    const branches = [`${this.#config.base}/#`];
    const ready = (bridge: Bridge) => {
      this.#bridge = bridge;
      this.#lockWaiting();
    };
    const farewell = () => this.#wishes.lockAll();
    const hear = (heard: Heard) => this.#hear(heard);
    try {
      await runBridge({ id, config: this.#config, deps: this.#deps, branches, hear, ready, farewell }, signal);
    } finally {
      this.#bridge = undefined;
      this.#wishes.abandon(`driver ${id} ended`);
      this.#wishes.end();
    }
  }

  async command(device: string, command: DeviceCommand, signal: AbortSignal, way?: CommandWay): Promise<CommandResult> {
    if (!this.#deps.devices.some(({ id }) => id === device))
      throw new RejectedError(`device ${device} is not of driver ${this.id}`);
    this.#lockOf(device);
    if (way !== "release" && this.#online.get(device) === false) throw new LinkError("refused", `${device} is offline`);
    const write = (locked: boolean) => this.#write(device, locked);
    return this.#wishes.ask(device, command, write, { hold: way === "release", signal });
  }

  /** The way to a lock as it is now: it may have another name than a moment ago. */
  #lockOf(device: string): { readonly bridge: Bridge; readonly topic: string; readonly property: string } {
    const known = this.#roll.of(device);
    const bridge = this.#bridge;
    if (known === undefined || bridge === undefined)
      throw new LinkError("refused", `${device} was not seen on Zigbee2MQTT yet`);
    const lock = viewOf(known, device)?.mapping.points.find(({ takes }) => takes === true);
    if (lock === undefined) throw new RejectedError(`${device} takes no commands over Zigbee2MQTT`);
    return { bridge, topic: `${this.#config.base}/${known.zigbee.name}/set`, property: lock.property };
  }

  async #write(device: string, locked: boolean): Promise<void> {
    const { bridge, topic, property } = this.#lockOf(device);
    await bridge.publish(topic, JSON.stringify({ [property]: locked ? "LOCK" : "UNLOCK" }));
  }

  /** Doors that an earlier life of this driver has left open. */
  #lockWaiting(): void {
    for (const { id } of this.#deps.devices)
      if (this.#roll.of(id) !== undefined) this.#wishes.born(id, () => this.#write(id, true));
  }

  #hear({ topic, payload, retained }: Heard): Promise<void> | undefined {
    const { base } = this.#config;
    if (!topic.startsWith(`${base}/`)) return undefined;
    const message = readBridgeMessage(topic.slice(base.length + 1));
    if (message.what === "devices") return this.#hearDevices(payload);
    if (message.what === "bridge-state") return this.#hearBridgeState(payload, retained);
    if (message.what === "log") return this.#hearLog(payload);
    if (message.what === "availability") return this.#hearAvailability(message.name, payload);
    if (message.what === "state") return this.#hearState(message.name, payload, retained);
    return Promise.resolve();
  }

  async #hearDevices(payload: Buffer): Promise<void> {
    const list = readZigbeeDevices(parse(payload))?.filter(({ coordinator }) => !coordinator);
    if (list === undefined) {
      this.#deps.log.warn({ bytes: payload.length }, "the list of zigbee devices cannot be read");
      return;
    }
    const trouble = new Map(this.#roll.replace(list).map((one) => [one.device, one]));
    this.#lockWaiting();
    for (const { id } of this.#deps.devices) {
      const found = trouble.get(id);
      this.#judge("device-settings", id, found?.problem);
      const missing = found !== undefined && found.problem === undefined;
      this.#judge(
        "device-offline",
        id,
        missing ? "Zigbee2MQTT has no such device: pair it, or correct its `address`" : undefined,
      );
      if (missing) await this.#setOnline([id], false);
    }
    this.#propose();
    await this.#memory.write([...this.#roll.all], this.#roll.remembered);
  }

  #judge(code: "device-settings" | "device-offline", device: string, detail: string | undefined): void {
    if (detail === undefined) this.#deps.health.clear(code, device);
    else this.#deps.health.raise(code, device, detail);
  }

  /** What stands in the site file is no proposal. */
  #propose(): void {
    const { found } = this.#deps;
    found.only(
      this.id,
      [...this.#roll.all].flatMap(({ zigbee, mapping, views }) => {
        const { ieee, name, vendor, model } = zigbee;
        const taken = new Set(views.map(({ device }) => device.kind));
        const points = mapping.points.flatMap((point) => {
          const { kind, endpoint } = point;
          if (kind === undefined || taken.has(kind)) return [];
          const keys = { address: ieee, ...(endpoint === undefined || kind === "presence" ? {} : { endpoint }) };
          return [{ kind, what: describePoint(point), keys }];
        });
        if (points.length === 0 && views.length > 0) return [];
        const unsupported = mapping.unsupported === undefined ? {} : { unsupported: mapping.unsupported };
        const made = [vendor, model].filter(Boolean).join(" ");
        return [
          { driver: this.id, id: ieee, label: name, ...(made === "" ? {} : { model: made }), points, ...unsupported },
        ];
      }),
    );
  }

  async #hearBridgeState(payload: Buffer, retained: boolean): Promise<void> {
    const word = stateWord(payload);
    // A retained word was said before we came: nothing is repeated now.
    if (word === "online" && !retained) this.#actions.back(this.#deps.clock.monoMs());
    // Without the bridge nothing is known of its devices; each is back with its next word.
    if (word === "offline")
      await this.#setOnline(
        this.#deps.devices.map(({ id }) => id),
        false,
      );
  }

  async #hearLog(payload: Buffer): Promise<void> {
    const json = parse(payload) as { readonly level?: unknown; readonly message?: unknown } | null | undefined;
    if (json?.level !== "error" || typeof json.message !== "string") return;
    const { message } = json;
    for (const { zigbee, views } of this.#roll.all) {
      if (views.length === 0 || !message.includes(`'${zigbee.name}'`)) continue;
      for (const { device } of views) this.#wishes.failed(device.id, message);
    }
  }

  async #hearAvailability(name: string, payload: Buffer): Promise<void> {
    const known = this.#roll.named(name);
    const word = stateWord(payload);
    if (known === undefined || word === undefined) return;
    await this.#setOnline(
      known.views.map(({ device }) => device.id),
      word === "online",
    );
  }

  async #setOnline(devices: readonly string[], online: boolean): Promise<void> {
    const items = this.#turned(devices, online);
    if (items.length > 0) await this.#deps.accept(items);
  }

  /** Readings of those that were not so before. */
  #turned(devices: readonly string[], online: boolean): readonly object[] {
    const changed = devices.filter((device) => this.#online.get(device) !== online);
    for (const device of changed) this.#online.set(device, online);
    return changed.map((device) => ({ device, kind: online ? "device.online" : "device.offline" }));
  }

  async #hearState(name: string, payload: Buffer, isKept: boolean): Promise<void> {
    const known = this.#roll.named(name);
    if (known === undefined || known.views.length === 0 || payload.length === 0) return;
    const text = payload.length > MAX_ZIGBEE_PAYLOAD_BYTES ? "" : payload.toString("utf8");
    const { ieee } = known.zigbee;
    const mark = actionMark(text);
    const isRepeat = mark !== undefined && !known.mapping.panicActions;
    const retained = isKept || (isRepeat && this.#actions.isRepeat(ieee, mark, this.#deps.clock.monoMs()));
    const said = known.views.flatMap((view) => this.#itemsOf(view, ieee, text, retained));
    const devices = known.views.map(({ device }) => device.id);
    // A retained state may be of last week, and says nothing of the device being there now. In one piece: the next message does not come between.
    const items = [...(retained ? [] : this.#turned(devices, true)), ...said];
    const calls = this.#alarms.take();
    const rejections = items.length === 0 ? [] : await this.#deps.accept(items);
    void this.#alarms.keep(calls);
    if (mark !== undefined) void this.#actions.keep(ieee, mark);
    if (rejections.length > 0) this.#deps.log.debug({ zigbee: ieee, first: rejections[0] }, "readings rejected");
  }

  #itemsOf({ device, mapping, state }: View, ieee: string, text: string, retained: boolean): readonly unknown[] {
    const picked = pickZigbeeState(text, mapping);
    if (picked === undefined) return [new Unreadable(device.id, "state: not a JSON object of a bearable size")];
    for (const { property, takes } of mapping.points) {
      const value = picked.get(property);
      if (takes === true && (value === "LOCK" || value === "UNLOCK") && !retained)
        this.#wishes.stateIs(device.id, value === "LOCK");
    }
    const standing = new Set(
      mapping.points.filter((point) => {
        const value = point.property === "action" ? undefined : picked.get(point.property);
        if (value === undefined || !canCall(point)) return false;
        return this.#alarms.hear(`${device.id} ${point.property}`, isCall(saidBy(point, value)));
      }),
    );
    return state
      .hear(picked, this.#deps.clock.nowMs(), retained)
      .filter(({ kind, point }) => !(isCall(kind) && point !== undefined && standing.has(point)))
      .map((said) => this.#itemOf(device.id, ieee, said));
  }

  #itemOf(device: string, ieee: string, { kind, value, user }: Said): unknown {
    const item = { device, kind, ...(value === undefined ? {} : { value }) };
    if (user === undefined) return item;
    // A user's number means nothing beyond this lock.
    return new Pseudonymized({ ...item, credential: this.#deps.pseudonym(`${ieee} ${user}`) });
  }
}

const canCall = ({ reads }: Point): boolean => reads.as === "values" && Object.values(reads.values).some(isCall);

const viewOf = ({ views }: Known, device: string): View | undefined => views.find((view) => view.device.id === device);

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** `online` or `offline`, bare as in old versions or as `{ state }`. */
function stateWord(payload: Buffer): "online" | "offline" | undefined {
  const text = payload.length > 200 ? "" : payload.toString("utf8").trim();
  const json = text.startsWith("{") ? (parse(payload) as { readonly state?: unknown } | undefined)?.state : text;
  return json === "online" || json === "offline" ? json : undefined;
}

export const zigbee2mqtt = {
  type: "zigbee2mqtt",
  config: Config,
  device: ZigbeeDevice,
  actions: ["unlock", "lock"],
  create: (id: string, config: Config, deps: DriverDeps): Driver => new ZigbeeDriver(id, config, deps),
} satisfies DriverType<Config>;
