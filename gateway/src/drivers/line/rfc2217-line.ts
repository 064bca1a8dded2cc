/** A device server that lets its client set the baud rate: RFC 2217 over TCP. */
import type { Socket } from "node:net";
import { type Clock, LinkError, RejectedError } from "@gatehouse/protocol";
import type { LineAddress } from "./address.ts";
import {
  baudRequest,
  COM_PORT,
  type ComPortEvent,
  ComPortReader,
  escaped,
  formatRequest,
  GREETING,
} from "./com-port.ts";
import { connect, listenForLoss, socketTransport } from "./tcp-line.ts";
import type { Ears, Transport } from "./transport.ts";

type Rfc2217Address = Extract<LineAddress, { kind: "tcp" | "rfc2217" }>;

const ANSWER_DEADLINE_MS = 5_000;

export async function openRfc2217(
  address: Rfc2217Address,
  clock: Clock,
  ears: Ears,
  signal: AbortSignal,
): Promise<Transport> {
  const what = `${address.host}:${address.port}`;
  const socket = await connect(address, clock, signal);
  const port = new ComPort(socket, what, clock, ears);
  try {
    listenForLoss(socket, what, ears);
    await port.greet(signal);
    await port.say(formatRequest(address));
    await port.setBaud(address.baud);
    return port;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

class ComPort implements Transport {
  readonly pause: () => void;
  readonly resume: () => void;
  readonly close: (hurried: boolean) => Promise<void>;
  readonly say: (bytes: Uint8Array) => Promise<void>;
  readonly #what: string;
  readonly #clock: Clock;
  readonly #waiting = new Set<(event: ComPortEvent | "gone") => void>();

  constructor(socket: Socket, what: string, clock: Clock, ears: Ears) {
    this.#what = what;
    this.#clock = clock;
    const { write, pause, resume, close } = socketTransport(socket);
    this.say = write;
    this.pause = pause;
    this.resume = resume;
    this.close = close;
    const reader = new ComPortReader();
    socket.on("data", (chunk) => {
      const { bytes, events, reply } = reader.read(chunk);
      if (reply.length > 0) socket.write(reply);
      for (const event of events) this.#tell(event);
      if (bytes.length > 0) ears.heard(bytes);
    });
    socket.on("close", () => this.#tell("gone"));
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.say(escaped(bytes));
  }

  async greet(signal: AbortSignal): Promise<void> {
    const answer = this.#hear((event) =>
      event.kind === "option" && event.option === COM_PORT ? event.granted : undefined,
    );
    await this.say(GREETING);
    if (!(await answer))
      throw new LinkError("refused", `${this.#what} does not let its port be set: write tcp: instead of rfc2217:`);
    signal.throwIfAborted();
  }

  async setBaud(baud: number): Promise<void> {
    const answer = this.#hear((event) => (event.kind === "baud" ? event.baud : undefined));
    await this.say(baudRequest(baud));
    const set = await answer;
    if (set !== baud) throw new RejectedError(`${this.#what} does not take ${baud} baud, it stays at ${set}`);
  }

  #tell(event: ComPortEvent | "gone"): void {
    for (const waiting of [...this.#waiting]) waiting(event);
  }

  /** The first event that `pick` makes something of. */
  #hear<T>(pick: (event: ComPortEvent) => T | undefined): Promise<T> {
    const heard = new Promise<T>((resolve, reject) => {
      const end = () => {
        cancel();
        this.#waiting.delete(listen);
      };
      const listen = (event: ComPortEvent | "gone") => {
        const picked = event === "gone" ? undefined : pick(event);
        if (picked === undefined && event !== "gone") return;
        end();
        if (picked !== undefined) resolve(picked);
        else reject(new LinkError("closed", `${this.#what}: the device server closed the connection`));
      };
      const cancel = this.#clock.after(ANSWER_DEADLINE_MS, () => {
        end();
        reject(
          new LinkError("timeout", `${this.#what} does not answer as RFC 2217 says: write tcp: instead of rfc2217:`),
        );
      });
      this.#waiting.add(listen);
    });
    heard.catch(() => {});
    return heard;
  }
}
