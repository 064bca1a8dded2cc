/** A simulated device: an MQTT client of its own that keeps what it said until the broker has acknowledged it. */
import { type Clock, deviceTopic, encodeReadingBatch, LinkError, type ReadingKind } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import type { Logger } from "../log.ts";
import { backoffMs } from "./backoff.ts";
import { type AnswerCommand, answerAsSensor, resultFor } from "./commands.ts";
import { DeviceJournal, type DeviceReading, type JournalEntry, type ReadingNumber } from "./journal.ts";
import { MqttSession } from "./mqtt-session.ts";

export interface Acknowledged extends ReadingNumber {
  readonly device: string;
  readonly kind: ReadingKind;
}

export interface MqttDeviceOptions {
  /** Device id of the site file; also user name and client id. */
  readonly id: string;
  /** `mqtt://HOST:PORT` or `mqtts://HOST:PORT`. */
  readonly url: string;
  readonly password?: string | undefined;
  /** Certificate authority for `mqtts`, PEM. */
  readonly ca?: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Seeds the jitter of the back-off. */
  readonly seed?: number | string | undefined;
  /** First epoch, see {@link DeviceJournal}. */
  readonly epoch?: number | undefined;
  /** Journal on disk; default in memory. */
  readonly journalFile?: string | undefined;
  /** Default `json`. */
  readonly format?: "json" | "protobuf" | undefined;
  /** Most readings in one publish; default 1. More than one are sent as an array. */
  readonly batch?: number | undefined;
  /** Most publishes in flight; default 256. */
  readonly window?: number | undefined;
  /** Longest wait for a PUBACK before the connection is made anew; default 30 s. */
  readonly acknowledgeMs?: number | undefined;
  /** Default: supports no command. */
  readonly answer?: AnswerCommand | undefined;
  /** Called once for each reading, when its PUBACK came. */
  readonly onAcknowledged?: ((acknowledged: Acknowledged) => void) | undefined;
}

/** Readings, but for `errors`: messages on the device's errors topic. Each reading counts once in all but `resent`. */
export interface DeviceCounters {
  readonly published: number;
  readonly acknowledged: number;
  /** Sent once more than needed, for want of an acknowledgement. */
  readonly resent: number;
  readonly errors: number;
}

export class MqttDevice {
  readonly id: string;
  readonly #options: MqttDeviceOptions;
  readonly #journal: DeviceJournal;
  readonly #random: Random;
  readonly #counters = { published: 0, acknowledged: 0, resent: 0, errors: 0 };
  #session: MqttSession | undefined;
  #waiting: (() => void)[] = [];

  constructor(options: MqttDeviceOptions) {
    this.id = options.id;
    this.#options = options;
    this.#journal = new DeviceJournal({ epoch: options.epoch, file: options.journalFile });
    this.#random = new Random(`${options.seed ?? 1}/${options.id}/link`);
  }

  get counters(): DeviceCounters {
    return this.#counters;
  }

  get connected(): boolean {
    return this.#session !== undefined;
  }

  /** Readings the broker has not acknowledged yet. */
  get unacknowledged(): number {
    return this.#journal.size;
  }

  /** Numbers a reading, keeps it and sends it as soon as the link allows, now or after a reconnect. */
  report(reading: DeviceReading): ReadingNumber {
    const { epoch, seq } = this.#journal.append(reading);
    this.#pump();
    return { epoch, seq };
  }

  /** The device starts counting anew, as after a power cut. */
  restartCounter(): void {
    this.#journal.restartCounter();
  }

  /** Resolves when everything reported so far and since has been acknowledged. */
  drained(): Promise<void> {
    if (this.#journal.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Stays connected, again and again, until the signal aborts. Call once. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    let failures = 0;
    try {
      while (!signal.aborted) {
        try {
          await this.#connection(signal, () => {
            failures = 0;
          });
        } catch (error) {
          if (!(error instanceof LinkError)) throw error;
          if (signal.aborted) return;
          if (failures === 0) log.debug({ device: this.id, reason: error.message }, "device lost its broker");
          await clock.sleep(backoffMs(failures, this.#random), signal).catch(() => undefined);
          failures += 1;
        }
      }
    } finally {
      this.#journal.close();
    }
  }

  async #connection(signal: AbortSignal, opened: () => void): Promise<void> {
    const { id: device, url, password, ca, clock, acknowledgeMs = 30_000 } = this.#options;
    const onMessage = (topic: string, payload: Buffer) => this.#receive(topic, payload);
    const session = new MqttSession({ device, url, password, ca, clock, acknowledgeMs, onMessage });
    await session.opened(signal);
    opened();
    this.#session = session;
    try {
      this.#pump();
      await session.untilClosed(signal);
    } finally {
      this.#session = undefined;
      this.#journal.rewind();
    }
  }

  #pump(): void {
    const session = this.#session;
    if (session === undefined) return;
    const { batch = 1, window = 256 } = this.#options;
    while (session.inFlight < window) {
      const { entries, repeats } = this.#journal.take(batch);
      if (entries.length === 0) return;
      this.#counters.resent += repeats;
      this.#counters.published += entries.length - repeats;
      const [topic, payload] = this.#encode(entries);
      session.publish(topic, payload, () => this.#settle(entries));
    }
  }

  #settle(entries: readonly JournalEntry[]): void {
    this.#journal.settle(entries);
    this.#counters.acknowledged += entries.length;
    for (const { epoch, seq, reading } of entries) {
      this.#options.onAcknowledged?.({ device: this.id, epoch, seq, kind: reading.kind });
    }
    this.#pump();
    if (this.#journal.size > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #encode(entries: readonly JournalEntry[]): [topic: string, payload: string | Buffer] {
    const items = entries.map(({ epoch, seq, reading }) => ({ epoch, seq, ...reading }));
    if (this.#options.format === "protobuf") {
      const bytes = encodeReadingBatch(items.map((item) => ({ device: this.id, ...item })));
      return [deviceTopic.readingsPb(this.id), Buffer.from(bytes)];
    }
    return [deviceTopic.readings(this.id), JSON.stringify(items.length === 1 ? items[0] : items)];
  }

  #receive(topic: string, payload: Buffer): void {
    const { clock, log, answer = answerAsSensor } = this.#options;
    if (topic === deviceTopic.errors(this.id)) {
      this.#counters.errors += 1;
      log.debug({ device: this.id, error: payload.toString("utf8") }, "gateway rejected a reading");
      return;
    }
    const result = resultFor(payload, answer, clock.nowMs());
    if (result !== undefined) this.#session?.publish(deviceTopic.result(this.id), JSON.stringify(result), () => {});
  }
}
