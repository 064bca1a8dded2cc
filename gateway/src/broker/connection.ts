/** One client's connection: the guard between its socket and aedes, which gets nothing that was not measured here. */
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { Clock } from "@gatehouse/protocol";
import { AnswerQueue } from "./answer-queue.ts";
import { HeaderWalk, PACKET, type Verdict } from "./fixed-header.ts";
import type { BrokerLimits } from "./limits.ts";
import type { Refusal } from "./refusals.ts";
import type { Reservations } from "./reservations.ts";
import type { Stranger } from "./stranger.ts";
import { TokenBucket } from "./token-bucket.ts";
import type { Grants } from "./topic-rules.ts";

/** What a connection needs of the broker it belongs to. */
export interface ConnectionOwner {
  readonly clock: Clock;
  readonly limits: BrokerLimits;
  readonly reservations: Reservations;
  received(bytes: number): void;
  /** The guest is turned away, by the guard itself or by aedes on its word. */
  refused(guest: Guest, refusal: Refusal, detail: string): void;
  /** Called once, when the socket is gone. */
  closed(guest: Guest): void;
}

export type Guest = Stranger | Connection;

export interface Identity {
  readonly user: string;
  /** With the user name in front. */
  readonly clientId: string;
  readonly grants: Grants;
}

/** What a stranger has said so far: `bytes`, of which the CONNECT ends at `end`. */
export interface Introduction {
  readonly bytes: Buffer;
  readonly end: number;
}

/** Handed to aedes at once at the most, so that one busy client does not hold the event loop. */
const SLICE_BYTES = 16 * 1024;

const AFTER_CONNECT: ReadonlySet<number> = new Set(Object.values(PACKET).filter((type) => type !== PACKET.connect));

const nothing = () => {};

/** `handshake`: aedes has the CONNECT and nothing else. `closing`: nothing is read any more, answers still go out. */
type Stage = "handshake" | "open" | "closing";

export class Connection {
  /** What aedes reads and writes. */
  readonly stream: Duplex;
  readonly address: string;
  readonly loopback: boolean;
  readonly answers = new AnswerQueue();
  /** Set when the client has proved who it is. */
  identity: Identity | undefined;
  /** The user name of the CONNECT packet, proved or not. */
  claims: string | undefined;
  /** The topic of its will. */
  will: string | undefined;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #walk = new HeaderWalk((type, length) => this.#judge(type, length));
  readonly #bucket: TokenBucket;
  #stage: Stage = "handshake";
  /** Bytes read from the socket that aedes has not got. */
  #chunk: Buffer | undefined;
  #wanted = false;
  /** Waits for its quota or for room for a large packet. */
  #blocked = false;
  #ended = false;
  #reservedBytes = 0;
  #cancelDeadline: () => void = nothing;
  #leaveLine: () => void = nothing;

  constructor(socket: Socket, { address, loopback }: Stranger, owner: ConnectionOwner) {
    const { clock, limits } = owner;
    this.#socket = socket;
    this.#owner = owner;
    this.address = address;
    this.loopback = loopback;
    this.#bucket = new TokenBucket(limits.bytesPerSecond, limits.burstBytes, clock.monoMs());
    this.stream = this.#createStream();
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("end", () => this.#end());
    // Without the error: aedes would report a peer that went away as a fault.
    socket.on("error", () => this.stream.destroy());
    socket.on("close", () => this.#close());
  }

  /** Bytes written that the peer has not taken. */
  get outgoingBytes(): number {
    return this.stream.writableLength;
  }

  /** Gives aedes the CONNECT; what came behind it waits for {@link open}. */
  introduce({ bytes, end }: Introduction): void {
    this.#socket.pause();
    this.#chunk = end === bytes.length ? undefined : bytes.subarray(end);
    this.stream.push(bytes.subarray(0, end));
  }

  /** aedes has answered the CONNECT. */
  open(): void {
    if (this.#stage !== "handshake") return;
    this.#stage = "open";
    this.#pump();
  }

  /** Counts, tells and destroys. */
  refuse(refusal: Refusal, detail: string): void {
    if (this.stream.destroyed) return;
    this.#owner.refused(this, refusal, detail);
    this.stream.destroy();
  }

  /** Reads no more. */
  stopReading(): void {
    this.#stage = "closing";
    this.#socket.pause();
  }

  /** Says goodbye behind everything written; the peer's own goodbye then closes the connection, so that nothing is cut off. */
  finish(): void {
    this.stream.end();
    this.#socket.resume();
  }

  /** A packet is here whole. If it was large, its room now belongs to whoever works on it, and is given back by the returned function. */
  handOver(packetBytes: number): () => void {
    if (packetBytes <= this.#owner.limits.smallBytes) return nothing;
    this.#reservedBytes -= packetBytes;
    return () => this.#owner.reservations.giveBack(packetBytes);
  }

  #createStream(): Duplex {
    const socket = this.#socket;
    return new Duplex({
      readableHighWaterMark: SLICE_BYTES,
      read: () => {
        this.#wanted = true;
        this.#pump();
      },
      write: (chunk, encoding, done) => socket.write(chunk, encoding, done),
      // aedes writes a packet in several pieces; one buffer makes one system call of them.
      writev: (pieces, done) => socket.write(Buffer.concat(pieces.map(({ chunk }) => chunk as Buffer)), done),
      final: (done) => socket.end(done),
      destroy: (error, done) => {
        socket.destroy();
        this.#release();
        done(error);
      },
    });
  }

  #take(chunk: Buffer): void {
    if (this.#stage === "closing") return;
    this.#owner.received(chunk.length);
    this.#chunk = this.#chunk === undefined ? chunk : Buffer.concat([this.#chunk, chunk]);
    this.#pump();
  }

  #pump(): void {
    if (this.#stage !== "open" || this.#blocked) return;
    while (this.#wanted && this.#chunk !== undefined && !this.#blocked) {
      const slice = this.#nextSlice(this.#chunk);
      if (slice === undefined) return;
      this.#wanted = this.stream.push(slice);
    }
    if (this.#chunk !== undefined || this.#blocked) this.#socket.pause();
    else if (this.#ended) this.stream.push(null);
    else if (this.#wanted) this.#socket.resume();
  }

  #nextSlice(chunk: Buffer): Buffer | undefined {
    const { limits, clock } = this.#owner;
    const before = this.#walk.packets;
    const end = this.#walk.walk(chunk, 0, Math.min(chunk.length, SLICE_BYTES));
    if (end < 0) return undefined;
    this.#chunk = end === chunk.length ? undefined : chunk.subarray(end);
    const cost = end + (this.#walk.packets - before) * limits.packetCostBytes;
    const waitMs = this.#bucket.take(cost, clock.monoMs());
    if (waitMs > 0 && !this.#blocked) {
      this.#blocked = true;
      this.#leaveLine = clock.after(waitMs, () => this.#unblock());
    }
    return end === chunk.length ? chunk : chunk.subarray(0, end);
  }

  #judge(type: number, length: number): Verdict {
    const { limits } = this.#owner;
    if (length === Number.POSITIVE_INFINITY || !AFTER_CONNECT.has(type)) {
      this.refuse("malformed", `sent a packet of type ${type} that is no MQTT`);
      return "refuse";
    }
    const publishBytes = this.identity?.grants.large === true ? limits.bridgePacketBytes : limits.packetBytes;
    const most = type === PACKET.publish ? publishBytes : limits.smallBytes;
    if (length > most) {
      this.refuse("oversize", `sent a packet of ${length} bytes, at most ${most} are taken`);
      return "refuse";
    }
    return length <= limits.smallBytes || this.#reserve(length) ? "pass" : "hold";
  }

  #reserve(bytes: number): boolean {
    const reserved = () => {
      this.#reservedBytes += bytes;
      this.#watchArrival();
    };
    const taken = this.#owner.reservations.take(bytes, () => {
      reserved();
      this.#unblock();
    });
    if (taken === true) reserved();
    else {
      this.#blocked = true;
      this.#leaveLine = taken;
    }
    return taken === true;
  }

  /** Whoever reserved room must fill it; time during which the gateway itself did not read does not count. */
  #watchArrival(): void {
    const { clock, limits } = this.#owner;
    this.#cancelDeadline();
    this.#cancelDeadline = clock.after(limits.packetMs, () => {
      if (this.#walk.bodyLeft === 0) return;
      if (this.#chunk !== undefined || this.#blocked || this.stream.readableLength > 0) this.#watchArrival();
      else this.refuse("slow", `did not finish a packet within ${limits.packetMs} ms`);
    });
  }

  #unblock(): void {
    this.#blocked = false;
    this.#leaveLine = nothing;
    this.#pump();
  }

  #end(): void {
    this.#ended = true;
    this.#pump();
  }

  #close(): void {
    // What came before an orderly end is still for aedes to read, unless it waits for something.
    if (!this.#ended || this.#stage !== "open" || this.#blocked) this.stream.destroy();
    this.#owner.closed(this);
  }

  #release(): void {
    this.#cancelDeadline();
    this.#leaveLine();
    this.#owner.reservations.giveBack(this.#reservedBytes);
    this.#reservedBytes = 0;
  }
}
