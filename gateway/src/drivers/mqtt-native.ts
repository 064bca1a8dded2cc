/** Driver of the native MQTT interface: devices that are clients of the gateway's own broker. */
import {
  CommandAction,
  CommandResult,
  type DeviceCommand,
  DeviceStatus,
  deviceTopic,
  InvariantError,
  LinkError,
  parseDeviceTopic,
  RejectedError,
} from "@gatehouse/protocol";
import { z } from "zod";
import {
  type CommandWay,
  type Driver,
  type DriverDeps,
  type DriverType,
  type LocalPublish,
  type Rejection,
  Unreadable,
} from "../core/ports.ts";
import { itemsOfJson, itemsOfProtobuf, readJson } from "./mqtt-native-items.ts";
import { PendingCommands } from "./pending-commands.ts";

/** Nothing to say: the broker has a section of its own. */
const MqttConfig = z.strictObject({});

export interface MqttNativeDriver extends Driver {
  /** What devices last said of themselves, by device id. */
  readonly statuses: ReadonlyMap<string, DeviceStatus>;
}

/** Items accepted at once: a longer message is taken in steps, so that it does not hold the event loop. */
const STEP_ITEMS = 500;
/** Rejections of one message told to the device one by one; the rest as a number. */
const MAX_TOLD = 20;
const MAX_REASON = 300;

class NativeDriver implements MqttNativeDriver {
  readonly id: string;
  readonly statuses = new Map<string, DeviceStatus>();
  readonly #deps: DriverDeps;
  readonly #devices: ReadonlySet<string>;
  readonly #commands: PendingCommands;
  #used = false;

  constructor(id: string, deps: DriverDeps) {
    this.id = id;
    this.#deps = deps;
    this.#devices = new Set(deps.devices.map((device) => device.id));
    this.#commands = new PendingCommands(deps.clock);
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#used) throw new InvariantError(`driver ${this.id} runs once`);
    this.#used = true;
    if (signal.aborted) return;
    const detach = this.#deps.broker.onPublish((publish) => this.#take(publish));
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    detach();
    this.#commands.abandon(`driver ${this.id} ended`);
  }

  async command(device: string, command: DeviceCommand, signal: AbortSignal, way?: CommandWay): Promise<CommandResult> {
    if (!this.#devices.has(device)) throw new RejectedError(`device ${device} is not of driver ${this.id}`);
    if (way !== "release" && this.statuses.get(device)?.state === "offline")
      throw new LinkError("refused", `${device} is offline`);
    const { id, action, args, notAfter } = command;
    const payload = JSON.stringify({ id, action, args, notAfter });
    const send = () => this.#deps.broker.publish(deviceTopic.command(device), payload, { qos: 1 });
    return this.#commands.ask(device, command, send, signal);
  }

  #take({ topic, payload }: LocalPublish): Promise<void> | undefined {
    const parts = parseDeviceTopic(topic);
    if (parts === undefined || !this.#devices.has(parts.device)) return undefined;
    const { device, leaf } = parts;
    if (leaf === "readings") return this.#accept(device, itemsOfJson(device, payload));
    if (leaf === "readings.pb") return this.#accept(device, itemsOfProtobuf(device, payload));
    if (leaf === "status") return this.#noteStatus(device, payload);
    if (leaf === "result") return this.#noteResult(device, payload);
    // Whoever asked for the update looks on.
    if (leaf === "updating") return Promise.resolve();
    return undefined;
  }

  async #accept(device: string, items: readonly unknown[]): Promise<void> {
    const rejections: Rejection[] = [];
    for (let from = 0; from < items.length; from += STEP_ITEMS) {
      const step = items.length <= STEP_ITEMS ? items : items.slice(from, from + STEP_ITEMS);
      for (const { index, reason } of await this.#deps.accept(step)) rejections.push({ index: from + index, reason });
    }
    if (rejections.length > 0) await this.#tell(device, rejections);
  }

  /** The rejections are on disk; that the device hears of them is a courtesy which must not cost it its acknowledgement. */
  async #tell(device: string, rejections: readonly Rejection[]): Promise<void> {
    const { broker, log } = this.#deps;
    log.debug({ device, count: rejections.length, first: rejections[0] }, "readings rejected");
    const told = rejections
      .slice(0, MAX_TOLD)
      .map(({ index, reason }) => ({ index, reason: reason.slice(0, MAX_REASON) }));
    const more = rejections.length - told.length;
    if (more > 0) told.push({ index: -1, reason: `and ${more} more` });
    try {
      for (const error of told) await broker.publish(deviceTopic.errors(device), JSON.stringify(error), { qos: 1 });
    } catch (err) {
      log.debug({ device, err }, "rejections not told to the device");
    }
  }

  #noteStatus(device: string, payload: Buffer): Promise<void> {
    const status = parse(DeviceStatus, payload);
    if ("reason" in status) return this.#accept(device, [new Unreadable(device, `status: ${status.reason}`)]);
    const before = this.statuses.get(device)?.state;
    this.statuses.set(device, status.value);
    if (status.value.state === before) return Promise.resolve();
    return this.#accept(device, [{ device, kind: `device.${status.value.state}` }]);
  }

  #noteResult(device: string, payload: Buffer): Promise<void> {
    const result = parse(CommandResult, payload);
    if ("reason" in result) return this.#accept(device, [new Unreadable(device, `result: ${result.reason}`)]);
    if (!this.#commands.settle(device, result.value)) {
      this.#deps.log.debug({ device, id: result.value.id }, "answer to a command nobody waits for");
    }
    return Promise.resolve();
  }
}

function parse<T>(schema: z.ZodType<T>, payload: Buffer): { readonly value: T } | { readonly reason: string } {
  const json = readJson(payload);
  if ("reason" in json) return json;
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return { value: parsed.data };
  const issue = parsed.error.issues[0];
  return { reason: [issue?.path.join("."), issue?.message].filter(Boolean).join(": ") };
}

export const mqttNative = {
  type: "mqtt",
  config: MqttConfig,
  // What a client of the broker can do only it knows.
  actions: CommandAction.options,
  create: (id: string, _config: z.infer<typeof MqttConfig>, deps: DriverDeps): MqttNativeDriver =>
    new NativeDriver(id, deps),
} satisfies DriverType<z.infer<typeof MqttConfig>>;
