/** One device at the gateway's broker, with its own account: readings kept and sent again until acknowledged, status with will, commands. */
import {
  BoardUpdateAsk,
  type BoardUpdateTold,
  type Clock,
  type CommandResult,
  DeviceCommand,
  type DeviceStatus,
  deviceTopic,
  LinkError,
  type RawReading,
} from "@gatehouse/protocol";
import { connect, type MqttClient } from "mqtt";
import type { ZodType } from "zod";
import type { Logger } from "./log.ts";

export interface BrokerAccess {
  /** `mqtt://HOST:PORT` or `mqtts://HOST:PORT`. */
  readonly url: string;
  /** Certificate authority for `mqtts`, PEM. */
  readonly ca?: string | undefined;
}

export interface DeviceLinkOptions {
  readonly device: string;
  readonly broker: BrokerAccess;
  readonly password?: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Undefined: no answer, since nobody knows what became of it. */
  readonly carryOut: (command: DeviceCommand) => Promise<Omit<CommandResult, "id"> | undefined>;
  /** Of the device that the gateway asks for a new program of the whole board; the others do not listen for it. */
  readonly onUpdate?: ((ask: BoardUpdateAsk) => void) | undefined;
}

interface Waiting {
  readonly payload: string;
  readonly acknowledged: () => void;
  sent: boolean;
}

const AGAIN_MS = 500;
const CONNECT_MS = 5_000;
/** An acknowledgement that takes longer means that the connection is dead. */
const ACKNOWLEDGE_MS = 30_000;
const KEEPALIVE_S = 20;
/** A board's own events wait in the board; of a sensor's, the oldest go when the gateway is away for so long. */
const MOST_WAITING = 2_000;

export class DeviceLink {
  readonly #options: DeviceLinkOptions;
  readonly #waiting = new Set<Waiting>();
  #client: MqttClient | undefined;
  #status: DeviceStatus = { state: "offline" };
  #dropped = 0;
  /** What is to be told of an update, until the gateway has it: the latest alone. */
  #told: { readonly payload: string; readonly acknowledged: () => void } | undefined;

  constructor(options: DeviceLinkOptions) {
    this.#options = options;
  }

  /** Resolves once the gateway has it on disk, in this connection or a later one. Sent in the order of the calls. */
  publish(reading: RawReading): Promise<void> {
    return new Promise((acknowledged) => {
      const [oldest] = this.#waiting;
      if (this.#waiting.size >= MOST_WAITING && oldest !== undefined) {
        this.#waiting.delete(oldest);
        this.#dropped += 1;
      }
      const waiting = { payload: JSON.stringify(reading), acknowledged, sent: false };
      this.#waiting.add(waiting);
      this.#send(waiting);
    });
  }

  setStatus(status: DeviceStatus): void {
    this.#status = status;
    if (this.#client?.connected) this.#sayStatus(this.#client);
  }

  /** Resolves once the gateway has it; what was told before and is still on its way is forgotten. */
  tellUpdate(told: BoardUpdateTold): Promise<void> {
    return new Promise((acknowledged) => {
      this.#told?.acknowledged();
      this.#told = { payload: JSON.stringify(told), acknowledged };
      if (this.#client?.connected) this.#sayUpdate(this.#client);
    });
  }

  /** Connects, and again after every loss, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, device, broker } = this.#options;
    let warned = false;
    const isBack = () => {
      if (warned) log.info({ device, dropped: this.#dropped }, "gateway is back");
      if (this.#dropped > 0)
        log.warn({ device, dropped: this.#dropped }, "too many readings waited, the oldest were dropped");
      warned = false;
      this.#dropped = 0;
    };
    while (!signal.aborted) {
      try {
        await this.#connection(signal, isBack);
      } catch (error) {
        if (!warned && !signal.aborted)
          log.warn({ device, url: broker.url, reason: (error as Error).message }, "gateway is not reached");
        warned = true;
      }
      await clock.sleep(AGAIN_MS, signal).catch(() => {});
    }
  }

  async #connection(signal: AbortSignal, opened: () => void): Promise<void> {
    const { device, clock } = this.#options;
    const client = connect(this.#options.broker.url, this.#settings());
    const closed = Promise.withResolvers<never>();
    closed.promise.catch(() => {});
    let reason = "closed by the gateway";
    client.on("error", (error) => {
      reason = error.message;
    });
    client.once("close", () => closed.reject(new LinkError("closed", reason)));
    client.on("message", (topic, payload) => {
      if (topic === deviceTopic.update(device)) this.#hearUpdate(payload);
      else void this.#hear(client, payload);
    });
    const abort = () => client.end(true);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await Promise.race([new Promise((resolve) => client.once("connect", resolve)), closed.promise]);
      await Promise.race([client.subscribeAsync(deviceTopic.command(device), { qos: 1 }), closed.promise]);
      // A gateway of an earlier release does not grant it, and asks for nothing either.
      if (this.#options.onUpdate !== undefined)
        client.subscribe(deviceTopic.update(device), { qos: 1 }, (error) => {
          if (error) this.#options.log.debug({ device, reason: error.message }, "updates are not asked for here");
        });
      this.#client = client;
      opened();
      this.#sayStatus(client);
      this.#sayUpdate(client);
      for (const waiting of this.#waiting) this.#send(waiting);
      await this.#watch(clock, closed.promise);
    } finally {
      this.#client = undefined;
      for (const waiting of this.#waiting) waiting.sent = false;
      signal.removeEventListener("abort", abort);
      client.end(true);
    }
  }

  /** Throws when the connection closes, or when the oldest reading got no answer for too long. */
  async #watch(clock: Clock, closed: Promise<never>): Promise<never> {
    for (;;) {
      const [oldest] = this.#waiting;
      await Promise.race([clock.sleep(ACKNOWLEDGE_MS), closed]);
      if (oldest !== undefined && this.#waiting.has(oldest))
        throw new LinkError("timeout", `no acknowledgement within ${ACKNOWLEDGE_MS} ms`);
    }
  }

  #send(waiting: Waiting): void {
    const client = this.#client;
    if (client === undefined || !client.connected || waiting.sent) return;
    waiting.sent = true;
    client.publish(deviceTopic.readings(this.#options.device), waiting.payload, { qos: 1 }, (error) => {
      if (error || !this.#waiting.delete(waiting)) return;
      waiting.acknowledged();
    });
  }

  async #hear(client: MqttClient, payload: Buffer): Promise<void> {
    const { log, device, carryOut } = this.#options;
    const command = read(DeviceCommand, payload);
    if (command === undefined) return log.warn({ device }, "not a command");
    const result = await carryOut(command);
    log.info({ device, id: command.id, action: command.action, ...result }, "command");
    if (result === undefined || !client.connected) return;
    client.publish(deviceTopic.result(device), JSON.stringify({ id: command.id, ...result }), { qos: 1 }, () => {});
  }

  #hearUpdate(payload: Buffer): void {
    const { log, device, onUpdate } = this.#options;
    const ask = read(BoardUpdateAsk, payload);
    if (ask === undefined) log.warn({ device }, "not an update");
    else onUpdate?.(ask);
  }

  #sayUpdate(client: MqttClient): void {
    const told = this.#told;
    if (told === undefined) return;
    client.publish(deviceTopic.updating(this.#options.device), told.payload, { qos: 1 }, (error) => {
      if (error) return;
      if (this.#told === told) this.#told = undefined;
      told.acknowledged();
    });
  }

  #sayStatus(client: MqttClient): void {
    const topic = deviceTopic.status(this.#options.device);
    client.publish(topic, JSON.stringify(this.#status), { qos: 1, retain: true }, () => {});
  }

  #settings() {
    const { device, password, broker } = this.#options;
    const offline = { state: "offline" } satisfies DeviceStatus;
    return {
      clientId: device,
      username: device,
      ...(password === undefined ? {} : { password }),
      ...(broker.ca === undefined ? {} : { ca: broker.ca }),
      clean: true,
      reconnectPeriod: 0,
      queueQoSZero: false,
      connectTimeout: CONNECT_MS,
      keepalive: KEEPALIVE_S,
      will: { topic: deviceTopic.status(device), payload: Buffer.from(JSON.stringify(offline)), qos: 1, retain: true },
    } as const;
  }
}

function read<T>(schema: ZodType<T>, payload: Buffer): T | undefined {
  try {
    return schema.safeParse(JSON.parse(payload.toString())).data;
  } catch {
    return undefined;
  }
}
