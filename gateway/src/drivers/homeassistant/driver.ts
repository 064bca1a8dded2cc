/** Driver of devices that announce themselves by Home Assistant's MQTT discovery: locks, binary sensors, sensors and events. */
import {
  type CommandResult,
  type Device,
  type DeviceCommand,
  describePoint,
  type Entity,
  InvariantError,
  LinkError,
  parseDiscoveryTopic,
  RejectedError,
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
import { type Bridge, type Heard, runBridge } from "../bridge/bridge.ts";
import { bridgeKeys } from "../bridge/config.ts";
import { LockWishes } from "../bridge/lock-wishes.ts";
import { RelockMemory } from "../bridge/relock-memory.ts";
import { AvailabilityBook } from "./availability.ts";
import { AnnouncementMemory } from "./memory.ts";
import { OffDelays } from "./off-delays.ts";
import { Register, type Registered } from "./register.ts";
import { readState } from "./state-text.ts";
import { groupsOf, mappingOf, type View, viewsOf } from "./views.ts";

const Branch = z
  .string()
  .max(200)
  .regex(/^[^+#/$][^+#]*\/#$/, "must be a branch of topics, as tasmota/#");

const Config = z.strictObject({
  ...bridgeKeys,
  prefix: z
    .string()
    .max(100)
    .regex(/^[^+#/$][^+#]*[^+#/]$/, "must be the discovery prefix, as homeassistant")
    .default("homeassistant")
    .describe("discovery prefix"),
  topics: z
    .array(Branch)
    .max(20)
    .default([])
    .describe("on the gateway's own broker: branches the devices publish their states on, as in their account"),
});
type Config = z.infer<typeof Config>;

const HomeAssistantDevice = z.strictObject({
  address: z.string().min(1).max(300).describe("identifier of the device, or the unique_id of one of its entities"),
});

const MAX_STATE_BYTES = 64 * 1024;
/** From an announcement until it counts. */
const BIND_MS = 100;

class HomeAssistantDriver implements Driver {
  readonly id: string;
  readonly #config: Config;
  readonly #deps: DriverDeps;
  readonly #register = new Register();
  readonly #memory: AnnouncementMemory;
  readonly #relocks: RelockMemory;
  readonly #wishes: LockWishes;
  readonly #available = new AvailabilityBook();
  readonly #offDelays: OffDelays;
  readonly #online = new Map<string, boolean>();
  #views: ReadonlyMap<string, View> = new Map();
  #bridge: Bridge | undefined;
  #cancelBind: (() => void) | undefined;
  #used = false;

  constructor(id: string, config: Config, deps: DriverDeps) {
    this.id = id;
    this.#config = config;
    this.#deps = deps;
    this.#memory = new AnnouncementMemory(deps.vault, deps.log);
    this.#relocks = new RelockMemory(deps.vault, deps.log);
    this.#wishes = new LockWishes(deps.clock, this.#relocks);
    this.#offDelays = new OffDelays(deps.clock, deps.vault, deps.log);
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#used) throw new InvariantError(`driver ${this.id} runs once`);
    this.#used = true;
    if (signal.aborted) return;
    for (const { topic, payload } of await this.#memory.read()) this.#announce(topic, payload);
    await this.#relocks.read();
    await this.#offDelays.read();
    this.#bind();
    const { prefix, topics } = this.#config;
    const ready = (bridge: Bridge) => {
      this.#bridge = bridge;
      bridge.listen(this.#register.topics);
      this.#lockWaiting();
      // Our own broker keeps no announcements: whoever hears that somebody listens says them again.
      if (this.#config.url === undefined)
        bridge
          .publish(`${prefix}/status`, "online")
          .catch((err: unknown) => this.#deps.log.debug({ err }, "nobody was greeted"));
    };
    const hear = (heard: Heard) => this.#hear(heard);
    const farewell = () => this.#wishes.lockAll();
    const branches = [`${prefix}/#`, ...topics];
    try {
      await runBridge({ id: this.id, config: this.#config, deps: this.#deps, branches, hear, ready, farewell }, signal);
    } finally {
      this.#bridge = undefined;
      this.#cancelBind?.();
      this.#offDelays.close();
      this.#wishes.abandon(`driver ${this.id} ended`);
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

  /** The way to a lock as it announced itself last. */
  #lockOf(device: string) {
    const view = this.#views.get(device);
    const bridge = this.#bridge;
    if (view === undefined || bridge === undefined || view.entities.size === 0)
      throw new LinkError("refused", `${device} has not announced itself yet`);
    const lock = view.mapping.points.find(({ takes }) => takes === true);
    const commands = lock === undefined ? undefined : view.entities.get(lock.property)?.commands;
    if (commands === undefined) throw new RejectedError(`${device} takes no commands, or asks for a code with them`);
    return { bridge, commands };
  }

  async #write(device: string, locked: boolean): Promise<void> {
    const { bridge, commands } = this.#lockOf(device);
    await bridge.publish(commands.topic, locked ? commands.lock : commands.unlock);
  }

  /** Doors that an earlier life of this driver has left open. */
  #lockWaiting(): void {
    for (const { id } of this.#deps.devices)
      if ((this.#views.get(id)?.entities.size ?? 0) > 0) this.#wishes.born(id, () => this.#write(id, true));
  }

  /** Undefined for a topic nobody announced, outside the branches too. */
  #hear({ topic, payload, retained }: Heard): Promise<void> | undefined {
    const place = parseDiscoveryTopic(this.#config.prefix, topic);
    if (place !== undefined) return this.#hearAnnouncement(topic, payload);
    return this.#hearWord(topic, payload, retained);
  }

  /** Many announcements come at once: what follows from them is looked at once. */
  #hearAnnouncement(topic: string, payload: Buffer): Promise<void> {
    const problem = this.#announce(topic, payload.toString("utf8"));
    if (problem !== undefined) this.#deps.log.debug({ topic, problem }, "an announcement cannot be read");
    else if (this.#cancelBind === undefined) {
      this.#cancelBind = this.#deps.clock.after(BIND_MS, () => {
        this.#cancelBind = undefined;
        this.#bindAnew().catch((err: unknown) => this.#deps.log.debug({ err }, "announcements were not kept"));
      });
    }
    return Promise.resolve();
  }

  async #bindAnew(): Promise<void> {
    this.#bind();
    this.#bridge?.listen(this.#register.topics);
    this.#lockWaiting();
    const bound = new Set([...this.#views.values()].flatMap(({ entities }) => [...entities.keys()]));
    const topics = new Set(this.#register.all.flatMap(({ topic, entity }) => (bound.has(entity.id) ? [topic] : [])));
    const gone = this.#deps.devices.filter(
      ({ id }) => this.#online.has(id) && this.#views.get(id)?.entities.size === 0,
    );
    const left = this.#turned(
      gone.map(({ id }) => id),
      false,
    );
    const items = [...left, ...this.#availability([])];
    if (items.length > 0) await this.#deps.accept(items);
    await this.#memory.keep(topics);
  }

  #announce(topic: string, payload: string): string | undefined {
    const place = parseDiscoveryTopic(this.#config.prefix, topic);
    if (place === undefined) return "no discovery topic";
    const problem = this.#register.take(topic, place, payload);
    if (problem === undefined) this.#memory.note(topic, payload);
    return problem;
  }

  #bind(): void {
    const { devices, health, found } = this.#deps;
    const groups = groupsOf(this.#register.all);
    this.#views = viewsOf(devices, groups, this.#views);
    this.#resumeDelays();
    this.#available.only(new Set(this.#register.all.map(({ entity }) => entity.id)));
    for (const { device, problem } of this.#views.values()) {
      if (problem === undefined) health.clear("device-settings", device.id);
      else health.raise("device-settings", device.id, problem);
    }
    const kinds = new Map<string, Set<string>>();
    for (const { device, entities } of this.#views.values())
      for (const id of entities.keys()) kinds.set(id, (kinds.get(id) ?? new Set()).add(device.kind));
    found.only(
      this.id,
      groups.flatMap(({ id, entities }) => {
        const [first] = entities;
        const points = entities.flatMap((entity) => {
          const { point } = entity;
          if (point?.kind === undefined || entity.unsupported !== undefined || kinds.get(entity.id)?.has(point.kind))
            return [];
          return [{ kind: point.kind, what: describePoint(point), keys: { address: entity.id } }];
        });
        const isBound = entities.some((entity) => kinds.has(entity.id));
        if (first === undefined || (points.length === 0 && isBound)) return [];
        const model = first.device.model === "" ? {} : { model: first.device.model };
        const label = first.device.name || first.name;
        return [
          {
            driver: this.id,
            id,
            label,
            ...model,
            points,
            ...(points.length === 0 ? { unsupported: whyNot(entities) } : {}),
          },
        ];
      }),
    );
  }

  async #hearWord(topic: string, payload: Buffer, retained: boolean): Promise<void> {
    const text = payload.length > MAX_STATE_BYTES ? undefined : payload.toString("utf8");
    for (const { entity } of this.#register.availabilityOf(topic))
      if (text !== undefined) this.#available.hear(entity, topic, text);
    const items: unknown[] = [];
    const heard: string[] = [];
    for (const registered of this.#register.stateOf(topic)) {
      for (const view of this.#views.values()) {
        if (!view.entities.has(registered.entity.id)) continue;
        heard.push(view.device.id);
        if (text === undefined)
          items.push(
            new Unreadable(view.device.id, `state: ${payload.length} bytes, at most ${MAX_STATE_BYTES} are read`),
          );
        else items.push(...this.#itemsOf(view, registered, text, retained));
      }
    }
    // In one piece: the next message does not come between.
    const all = [...this.#availability(retained ? [] : heard), ...items];
    if (all.length === 0) return;
    const rejections = await this.#deps.accept(all);
    if (rejections.length > 0) this.#deps.log.debug({ first: rejections[0] }, "readings rejected");
  }

  #itemsOf(view: View, { entity }: Registered, text: string, retained: boolean): readonly unknown[] {
    const picked = readState(entity, text, view.mapping.lockActions);
    // A retained event is an old one.
    if (picked === undefined || (entity.event && retained)) return [];
    const { device, state, mapping } = view;
    const value = picked.get(entity.id);
    if (value !== undefined && value === entity.jammedText)
      this.#wishes.failed(device.id, "the lock says that it is jammed");
    const lock = mapping.points.find(({ property, takes }) => takes === true && property === entity.id);
    if (lock !== undefined && value !== undefined && !retained) {
      const kind = saidBy(lock, value);
      if (kind !== undefined) this.#wishes.stateIs(device.id, kind === "lock.locked");
    }
    this.#goOffLater(view, entity, value);
    return state.hear(picked, this.#deps.clock.nowMs(), retained).map((said) => {
      const item = { device: device.id, kind: said.kind, ...(said.value === undefined ? {} : { value: said.value }) };
      if (said.user === undefined) return item;
      return new Pseudonymized({
        ...item,
        credential: this.#deps.pseudonym(`${entity.device.ids[0] ?? ""} ${said.user}`),
      });
    });
  }

  /** A sensor that never says that it is off. */
  #goOffLater(view: View, entity: Entity, value: string | undefined): void {
    const { id, offDelaySeconds, offText } = entity;
    if (offDelaySeconds === undefined || offText === undefined || value === undefined) return;
    const key = `${view.device.id} ${id}`;
    if (value === offText) this.#offDelays.stop(key);
    else this.#offDelays.start(key, offDelaySeconds, () => this.#goOff(view.device.id, id, offText));
  }

  /** What stood when the last life of this driver ended. */
  #resumeDelays(): void {
    for (const { device, entities } of this.#views.values())
      for (const { id, offDelaySeconds, offText } of entities.values())
        if (offDelaySeconds !== undefined && offText !== undefined)
          this.#offDelays.resume(`${device.id} ${id}`, offDelaySeconds, () => this.#goOff(device.id, id, offText));
  }

  #goOff(device: string, entity: string, offText: string): () => Promise<unknown> {
    const { clock, accept } = this.#deps;
    const said = this.#views.get(device)?.state.hear(new Map([[entity, offText]]), clock.nowMs()) ?? [];
    const items = said.map(({ kind, value }) => ({ device, kind, ...(value === undefined ? {} : { value }) }));
    return async () => (items.length === 0 ? [] : accept(items));
  }

  /** Readings of who came and went. `heard` have just said something. */
  #availability(heard: readonly string[]): readonly object[] {
    return [...this.#views.values()].flatMap(({ device, entities }) => {
      const words = [...entities.values()]
        .map((entity) => this.#available.of(entity))
        .filter((word) => word !== undefined);
      const online = words.length === 0 ? heard.includes(device.id) || undefined : words.includes(true);
      return online === undefined ? [] : this.#turned([device.id], online);
    });
  }

  #turned(devices: readonly Device["id"][], online: boolean): readonly object[] {
    const changed = devices.filter((device) => this.#online.get(device) !== online);
    for (const device of changed) this.#online.set(device, online);
    return changed.map((device) => ({ device, kind: online ? "device.online" : "device.offline" }));
  }
}

function whyNot(entities: readonly Entity[]): string {
  const reasons = entities.flatMap(({ name, unsupported }) =>
    unsupported === undefined ? [] : [`${name}: ${unsupported}`],
  );
  const side = mappingOf(entities).points.map(describePoint);
  return reasons[0] ?? `only ${side.join(" and ") || "events"}: nothing of a door, a room or a meter`;
}

export const homeAssistant = {
  type: "homeassistant",
  config: Config,
  device: HomeAssistantDevice,
  actions: ["unlock", "lock"],
  create: (id: string, config: Config, deps: DriverDeps): Driver => new HomeAssistantDriver(id, config, deps),
} satisfies DriverType<Config>;
