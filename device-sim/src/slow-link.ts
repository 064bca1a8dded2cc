/** A TCP proxy that is as slow as a bad line: so many bits a second shared by all connections, latency, cuts, and a side that hears nothing. */
import { connect, createServer, type Socket } from "node:net";
import type { Clock } from "@gatehouse/protocol";
import { type ListenAt, Listener } from "./city/listener.ts";

export interface SlowLinkOptions {
  /** Looked at anew for every connection. */
  readonly to: { readonly host: string; readonly port: number };
  readonly at?: ListenAt;
  /** Each way; undefined for no limit. */
  readonly bitsPerSecond?: number;
  /** One way, ms. */
  readonly latencyMs?: number;
  readonly clock: Clock;
}

export interface SlowLink {
  readonly port: number;
  /** When the newest connection came, monotonic ms; undefined before the first. */
  readonly lastConnectedMs: number | undefined;
  /** Connections break, and new ones are refused. */
  cut(): Promise<void>;
  /** Connections stay open and new ones are taken, but nothing passes any more, in neither direction. */
  freeze(): void;
  /** As it was. What was frozen goes on. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** As much as an Ethernet frame carries, so that connections take turns. */
const PIECE_BYTES = 1_460;

export async function startSlowLink(options: SlowLinkOptions): Promise<SlowLink> {
  const { to, at, latencyMs = 0, clock } = options;
  const line = { up: new Direction(options), down: new Direction(options) };
  const others = new Set<Socket>();
  let lastConnectedMs: number | undefined;
  const listener = new Listener(
    createServer((near) => {
      lastConnectedMs = clock.monoMs();
      const far = connect({ ...to, noDelay: true });
      others.add(far);
      far.once("close", () => others.delete(far));
      for (const [from, into] of [
        [near, far],
        [far, near],
      ] as const) {
        from.on("error", () => into.destroy());
        from.once("close", () => into.destroy());
      }
      void line.up.carry(near, far, latencyMs);
      void line.down.carry(far, near, latencyMs);
    }),
    at ?? { host: "127.0.0.1", port: 0 },
  );
  await listener.open();
  const frozen = (yes: boolean) => {
    for (const direction of [line.up, line.down]) direction.freeze(yes);
  };
  return {
    get port() {
      return Number(listener.address.split(":").at(-1));
    },
    get lastConnectedMs() {
      return lastConnectedMs;
    },
    cut: () => listener.shut(),
    freeze: () => frozen(true),
    restore: async () => {
      frozen(false);
      await listener.open();
    },
    close: async () => {
      for (const socket of others) socket.destroy();
      await listener.shut();
    },
  };
}

/** One way of the line: pieces of all connections one behind the other. */
class Direction {
  readonly #clock: Clock;
  readonly #msPerByte: number;
  #freeMs = 0;
  #thawed: Promise<void> = Promise.resolve();
  #thaw: () => void = () => {};

  constructor({ bitsPerSecond, clock }: SlowLinkOptions) {
    this.#clock = clock;
    this.#msPerByte = bitsPerSecond === undefined ? 0 : 8_000 / bitsPerSecond;
  }

  freeze(yes: boolean): void {
    this.#thaw();
    if (!yes) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#thawed = promise;
    this.#thaw = resolve;
  }

  /** Ends with either socket. */
  async carry(from: Socket, into: Socket, latencyMs: number): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        for (let begin = 0; begin < chunk.length; begin += PIECE_BYTES) {
          const piece = chunk.subarray(begin, begin + PIECE_BYTES);
          await this.#turn(piece.length);
          if (latencyMs === 0) into.write(piece);
          else this.#clock.after(latencyMs, () => into.write(piece));
        }
      }
    } catch {
      // The other end broke.
    }
    this.#clock.after(latencyMs, () => into.end());
  }

  async #turn(bytes: number): Promise<void> {
    await this.#thawed;
    const nowMs = this.#clock.monoMs();
    this.#freeMs = Math.max(nowMs, this.#freeMs) + bytes * this.#msPerByte;
    if (this.#freeMs > nowMs) await this.#clock.sleep(this.#freeMs - nowMs);
  }
}
