/** One connection of a device to the broker: in flight window, acknowledgements, status and will. Single use. */
import { type Clock, type DeviceStatus, deviceTopic, LinkError } from "@gatehouse/protocol";
import { connect, type IClientOptions, type MqttClient } from "mqtt";

export interface SessionOptions {
  readonly device: string;
  /** `mqtt://HOST:PORT` or `mqtts://HOST:PORT`. */
  readonly url: string;
  readonly password?: string | undefined;
  /** Certificate authority for `mqtts`, PEM. */
  readonly ca?: string | undefined;
  readonly clock: Clock;
  /** Longest wait for an acknowledgement before the connection counts as dead. */
  readonly acknowledgeMs: number;
  /** Called for each message on the device's own `command` and `errors` topics. */
  readonly onMessage: (topic: string, payload: Buffer) => void;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Longest wait for the last status to be acknowledged. */
const GOODBYE_MS = 1_000;
const STATUS_OPTIONS = { qos: 1, retain: true } as const;

export class MqttSession {
  readonly #options: SessionOptions;
  readonly #client: MqttClient;
  readonly #closed: Promise<LinkError>;
  #publishing = 0;
  #lastProgressMs = 0;
  #cancelWatch: (() => void) | undefined;

  /** Begins to connect; await {@link opened} next. */
  constructor(options: SessionOptions) {
    this.#options = options;
    const client = connect(options.url, clientOptions(options));
    this.#client = client;
    let reason = "closed by the broker";
    let cause: unknown;
    client.on("error", (error) => {
      reason = error.message === "" ? String((error as NodeJS.ErrnoException).code ?? "failed") : error.message;
      cause = error;
    });
    client.on("message", options.onMessage);
    this.#closed = new Promise((resolve) => {
      client.once("close", () => {
        this.#cancelWatch?.();
        resolve(new LinkError("closed", `${options.device} at ${options.url}: ${reason}`, { cause }));
      });
    });
  }

  /** Resolves when the broker took the connection and the device's subscriptions and knows it is online. Throws LinkError. */
  async opened(signal: AbortSignal): Promise<void> {
    const client = this.#client;
    const { device } = this.#options;
    const abort = () => client.end(true);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await this.#whileOpen(new Promise<void>((resolve) => client.once("connect", () => resolve())));
      const topics = [deviceTopic.command(device), deviceTopic.errors(device)];
      await this.#whileOpen(client.subscribeAsync(topics, { qos: 1 }));
      await this.#whileOpen(this.#sayStatus("online"));
    } catch (error) {
      client.end(true);
      if (error instanceof LinkError) throw error;
      throw new LinkError("refused", `${device}: ${(error as Error).message}`, { cause: error });
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Publishes that wait for their acknowledgement. */
  get inFlight(): number {
    return this.#publishing;
  }

  /** QoS 1. Calls back when the broker acknowledged, never when the connection broke. */
  publish(topic: string, payload: string | Buffer, acknowledged: () => void): void {
    if (this.#publishing === 0) this.#lastProgressMs = this.#options.clock.monoMs();
    this.#publishing += 1;
    this.#client.publish(topic, payload, { qos: 1 }, (error) => {
      if (error) return;
      this.#publishing -= 1;
      this.#lastProgressMs = this.#options.clock.monoMs();
      acknowledged();
    });
    this.#watch();
  }

  /** Resolves when the signal aborts, after saying good-bye; throws LinkError when the connection breaks before. */
  async untilClosed(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<undefined>();
    const abort = () => aborted.resolve(undefined);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    const error = await Promise.race([this.#closed, aborted.promise]);
    signal.removeEventListener("abort", abort);
    if (error !== undefined) throw error;
    const goodbye = this.#whileOpen(this.#sayStatus("offline")).catch(() => undefined);
    await Promise.race([goodbye, this.#options.clock.sleep(GOODBYE_MS)]);
    this.#client.end(true);
    await this.#closed;
  }

  #sayStatus(state: DeviceStatus["state"]): Promise<unknown> {
    return this.#client.publishAsync(deviceTopic.status(this.#options.device), statusText(state), STATUS_OPTIONS);
  }

  async #whileOpen<T>(step: Promise<T>): Promise<T> {
    step.catch(() => undefined);
    const result = await Promise.race([step.then((value) => ({ value })), this.#closed]);
    if (result instanceof LinkError) throw result;
    return result.value;
  }

  #watch(): void {
    if (this.#cancelWatch !== undefined) return;
    const { clock, acknowledgeMs } = this.#options;
    const waitedMs = clock.monoMs() - this.#lastProgressMs;
    this.#cancelWatch = clock.after(acknowledgeMs - waitedMs, () => {
      this.#cancelWatch = undefined;
      if (this.#publishing === 0) return;
      if (clock.monoMs() - this.#lastProgressMs >= acknowledgeMs) this.#client.end(true);
      else this.#watch();
    });
  }
}

const statusText = (state: DeviceStatus["state"]): string => JSON.stringify({ state } satisfies DeviceStatus);

function clientOptions({ device, password, ca }: SessionOptions): IClientOptions {
  return {
    clientId: device,
    username: device,
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca }),
    clean: true,
    reconnectPeriod: 0,
    queueQoSZero: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepalive: 60,
    will: { topic: deviceTopic.status(device), payload: Buffer.from(statusText("offline")), ...STATUS_OPTIONS },
  };
}
