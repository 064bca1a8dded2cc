/** The UDP side: requests to boards and their replies, retried, and the packets boards push. Single use. */
import { createSocket, type Socket } from "node:dgram";
import { isIPv4 } from "node:net";
import {
  type Clock,
  decodeUhppoteReply,
  encodeUhppoteRequest,
  FIRST_EVENT,
  FrameError,
  LAST_EVENT,
  LinkError,
  toHex,
  type UhppoteKind,
  type UhppoteReply,
  type UhppoteRequest,
} from "@gatehouse/protocol";
import type { LineTap, Logger } from "../../core/ports.ts";
import type { UdpPlace } from "./config.ts";

export interface BoardSocketOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly tap?: LineTap | undefined;
  /** Where a board is; undefined where it is asked by broadcast. */
  placeOf(serial: number): UdpPlace | undefined;
  readonly broadcast: UdpPlace;
  readonly listen?: UdpPlace | undefined;
}

const REPLY_MS = 700;
const TRIES = 3;

interface Waiting {
  readonly request: UhppoteRequest;
  readonly resolve: (reply: UhppoteReply) => void;
  readonly reject: (error: Error) => void;
}

export class BoardSocket {
  readonly #options: BoardSocketOptions;
  readonly #sockets: Socket[] = [];
  readonly #waiting = new Set<Waiting>();
  readonly #turns = new Map<string, Promise<unknown>>();
  #pushed: (serial: number) => void = () => {};
  #lose: (error: LinkError) => void = () => {};
  /** Rejects, once, with why there is no socket any more. */
  readonly lost = new Promise<never>((_, reject) => {
    this.#lose = reject;
  });
  readonly counters = { asked: 0, answered: 0, timeouts: 0, damaged: 0, unexpected: 0 };

  constructor(options: BoardSocketOptions) {
    this.#options = options;
    this.lost.catch(() => {});
  }

  /** Throws LinkError `refused` when a port cannot be had. */
  async open(): Promise<void> {
    const { listen } = this.#options;
    const asking = await this.#bind({ host: "0.0.0.0", port: 0 }, (message, from) => this.#hear(message, from));
    asking.setBroadcast(true);
    if (listen !== undefined) await this.#bind(listen, (message) => this.#hearPush(message));
  }

  /** Told the serial number of a board that pushes an event: a hint to fetch, nothing more, since anybody can send such a packet. */
  onPushed(listener: (serial: number) => void): void {
    this.#pushed = listener;
  }

  /** Where pushed events arrive. */
  get listenPort(): number | undefined {
    return this.#sockets[1]?.address().port;
  }

  /**
   * One question of a kind at a time for each board, since a reply does not say which one it answers. Throws LinkError `timeout` after three
   * tries, `refused` without a socket, `closed` when the signal aborts or the socket is closed; a question whose signal has aborted is not sent any more.
   */
  ask<K extends UhppoteKind>(request: UhppoteRequest<K>, signal: AbortSignal): Promise<UhppoteReply<K>> {
    const key = `${request.kind} ${request.serial}`;
    const turn = (this.#turns.get(key) ?? Promise.resolve()).then(() => this.#ask(request as UhppoteRequest, signal));
    this.#turns.set(
      key,
      turn.catch(() => {}),
    );
    return turn as Promise<unknown> as Promise<UhppoteReply<K>>;
  }

  async close(): Promise<void> {
    const error = new LinkError("closed", "the UDP socket was closed");
    for (const { reject } of this.#waiting) reject(error);
    await Promise.all(
      this.#sockets.splice(0).map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))),
    );
  }

  async #ask(request: UhppoteRequest, signal: AbortSignal): Promise<UhppoteReply> {
    const { clock } = this.#options;
    const what = `${request.kind} of board ${request.serial}`;
    if (signal.aborted) throw new LinkError("closed", `${what} was given up`, { cause: signal.reason });
    if (this.#sockets.length === 0) throw new LinkError("refused", `${what}: the driver does not run`);
    const { promise, resolve, reject } = Promise.withResolvers<UhppoteReply>();
    const waiting: Waiting = { request, resolve, reject };
    this.#waiting.add(waiting);
    this.counters.asked += 1;
    let cancel = () => {};
    const attempt = (tries: number) => {
      if (tries === 0) {
        this.counters.timeouts += 1;
        reject(new LinkError("timeout", `${what}: no answer to ${TRIES} packets`));
        return;
      }
      this.#send(request);
      cancel = clock.after(REPLY_MS, () => attempt(tries - 1));
    };
    const onAbort = () => reject(new LinkError("closed", `${what} was given up`, { cause: signal.reason }));
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      attempt(TRIES);
      const reply = await promise;
      this.counters.answered += 1;
      return reply;
    } finally {
      cancel();
      signal.removeEventListener("abort", onAbort);
      this.#waiting.delete(waiting);
    }
  }

  async #bind({ host, port }: UdpPlace, hear: (message: Buffer, from: string) => void): Promise<Socket> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      const advice = "another program has the port, or the address is not of this machine";
      socket.once("error", (cause) =>
        reject(new LinkError("refused", `UDP ${host}:${port}: ${cause.message}: ${advice}`, { cause })),
      );
      socket.bind(port, host, resolve);
    });
    socket.removeAllListeners("error");
    socket.on("error", (cause) =>
      this.#lose(new LinkError("closed", `UDP ${host}:${port}: ${cause.message}`, { cause })),
    );
    socket.on("message", (message, from) => hear(message, from.address));
    this.#sockets.push(socket);
    return socket;
  }

  #send(request: UhppoteRequest): void {
    const { clock, tap, log, placeOf, broadcast } = this.#options;
    const { host, port } = placeOf(request.serial) ?? broadcast;
    const bytes = encodeUhppoteRequest(request);
    tap?.({ atMs: clock.nowMs(), direction: "tx", bytes });
    // An unreachable network is silence like any other: the next try may find it.
    this.#sockets[0]?.send(bytes, port, host, (err) => {
      if (err !== null) log.debug({ host, port, err }, "packet not sent");
    });
  }

  #hear(bytes: Uint8Array, from: string): void {
    const reply = this.#read(bytes);
    if (reply === undefined) return;
    const place = this.#options.placeOf(reply.serial);
    const isStranger = place !== undefined && isIPv4(place.host) && place.host !== from;
    const waiting = [...this.#waiting].find(({ request }) => answers(request, reply));
    if (waiting === undefined || isStranger) this.counters.unexpected += 1;
    else waiting.resolve(reply);
  }

  #hearPush(bytes: Uint8Array): void {
    const reply = this.#read(bytes);
    if (reply?.kind === "status") this.#pushed(reply.serial);
    else if (reply !== undefined) this.counters.unexpected += 1;
  }

  #read(bytes: Uint8Array): UhppoteReply | undefined {
    const { clock, tap, log } = this.#options;
    tap?.({ atMs: clock.nowMs(), direction: "rx", bytes });
    try {
      return decodeUhppoteReply(bytes);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.counters.damaged += 1;
      log.debug({ code: error.code, hex: toHex(bytes.subarray(0, 8)) }, "not a board's packet");
      return undefined;
    }
  }
}

/** A late answer to an earlier question is none to this one. */
function answers(request: UhppoteRequest, reply: UhppoteReply): boolean {
  if (request.kind !== reply.kind || request.serial !== reply.serial) return false;
  if (request.kind !== "get-event" || reply.kind !== "get-event") return true;
  const any = request.index === FIRST_EVENT || request.index === LAST_EVENT || reply.index === 0;
  return any || reply.index === request.index;
}
