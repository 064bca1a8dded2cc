/** One device of the load generator: a socket, a window of publishes in flight, repeats in order after a broken connection. */
import { connect, type Socket } from "node:net";
import { type Clock, deviceTopic } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { backoffMs } from "../clients/backoff.ts";
import {
  connectFrame,
  FrameReader,
  type Incoming,
  PING_FRAME,
  type PublishWriter,
  subscribeFrame,
  topicField,
} from "./frames.ts";
import type { Histogram } from "./histogram.ts";

export interface LoadDeviceOptions {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly password: string | undefined;
  readonly window: number;
  readonly firstSeq: number;
  readonly clock: Clock;
  readonly writer: PublishWriter;
  readonly latency: Histogram;
  readonly counters: LoadCounters;
  /** The next reading's payload. */
  readonly payload: (device: string, seq: number) => string;
  /** Since when (monotonic ms) the next reading wants to be sent; undefined when there is none now. */
  readonly next: () => number | undefined;
  readonly onAcknowledged: ((device: string, seq: number) => void) | undefined;
}

/** Shared by all devices of a run. */
export interface LoadCounters {
  sent: number;
  acknowledged: number;
  resent: number;
  reconnects: number;
  rejected: number;
  connected: number;
}

interface Flight {
  readonly seq: number;
  readonly payload: string;
  readonly sinceMs: number;
  acknowledged: boolean;
}

const KEEPALIVE_SECONDS = 180;
const messageIdOf = (seq: number): number => (seq % 65_535) + 1;

export class LoadDevice implements Incoming {
  readonly #options: LoadDeviceOptions;
  readonly #topic: Buffer;
  readonly #random: Random;
  #socket: Socket | undefined;
  #ready = false;
  #stopped = false;
  #failures = 0;
  #cancelReconnect: (() => void) | undefined;
  #nextSeq: number;
  /** In order of seq; the first is not acknowledged. */
  readonly #flights: Flight[] = [];
  #readyResolve: () => void = () => {};
  /** Resolves at the first CONNACK. */
  readonly ready = new Promise<void>((resolve) => {
    this.#readyResolve = resolve;
  });

  constructor(options: LoadDeviceOptions) {
    this.#options = options;
    this.#topic = topicField(deviceTopic.readings(options.id));
    this.#random = new Random(`load/${options.id}`);
    this.#nextSeq = options.firstSeq;
  }

  get id(): string {
    return this.#options.id;
  }

  get inFlight(): number {
    return this.#flights.length;
  }

  /** Every reading up to this one is acknowledged; one less than the first seq for none. */
  get highestAcknowledged(): number {
    return (this.#flights[0]?.seq ?? this.#nextSeq) - 1;
  }

  connect(): void {
    const { host, port, id, password } = this.#options;
    const reader = new FrameReader();
    const socket = connect({ host, port, noDelay: true });
    this.#socket = socket;
    socket.on("connect", () => socket.write(connectFrame(id, password, KEEPALIVE_SECONDS)));
    socket.on("data", (chunk: Buffer) => {
      reader.push(chunk, this);
      this.pump();
    });
    // A socket says why before it closes; what counts is that it closed.
    socket.on("error", () => {});
    socket.once("close", () => this.#lost());
  }

  /** Fills the window. */
  pump(): void {
    const { window, next, payload, writer, counters, id } = this.#options;
    const socket = this.#socket;
    if (!this.#ready || socket === undefined) return;
    while (this.#flights.length < window) {
      const sinceMs = next();
      if (sinceMs === undefined) break;
      const seq = this.#nextSeq++;
      const flight = { seq, payload: payload(id, seq), sinceMs, acknowledged: false };
      this.#flights.push(flight);
      counters.sent += 1;
      writer.add(this.#topic, messageIdOf(seq), flight.payload);
    }
    writer.flush(socket);
  }

  ping(): void {
    if (this.#ready) this.#socket?.write(PING_FRAME);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelReconnect?.();
    this.#socket?.destroy();
  }

  connack(returnCode: number): void {
    const { counters, id, writer } = this.#options;
    const socket = this.#socket;
    if (returnCode !== 0 || socket === undefined) {
      socket?.destroy();
      return;
    }
    this.#ready = true;
    this.#failures = 0;
    counters.connected += 1;
    socket.write(subscribeFrame(deviceTopic.errors(id)));
    for (const flight of this.#flights) {
      if (flight.acknowledged) continue;
      counters.resent += 1;
      writer.add(this.#topic, messageIdOf(flight.seq), flight.payload);
    }
    writer.flush(socket);
    this.#readyResolve();
  }

  puback(messageId: number): void {
    const flight = this.#flights.find(
      (candidate) => !candidate.acknowledged && messageIdOf(candidate.seq) === messageId,
    );
    if (flight === undefined) return;
    const { counters, latency, clock, onAcknowledged, id } = this.#options;
    flight.acknowledged = true;
    counters.acknowledged += 1;
    latency.add(clock.monoMs() - flight.sinceMs);
    onAcknowledged?.(id, flight.seq);
    while (this.#flights[0]?.acknowledged === true) this.#flights.shift();
  }

  publish(): void {
    this.#options.counters.rejected += 1;
  }

  #lost(): void {
    const { counters, clock } = this.#options;
    if (this.#ready) counters.connected -= 1;
    this.#ready = false;
    this.#socket = undefined;
    if (this.#stopped) return;
    counters.reconnects += 1;
    this.#cancelReconnect = clock.after(backoffMs(this.#failures++, this.#random), () => this.connect());
  }
}
