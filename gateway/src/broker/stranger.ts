/** A socket that has not said who it is: it gets little time and little memory, and aedes does not know of it. */
import type { Socket } from "node:net";
import { isLoopback } from "./accounts.ts";
import type { ConnectionOwner } from "./connection.ts";
import { connectEnd } from "./fixed-header.ts";
import type { Refusal } from "./refusals.ts";

export class Stranger {
  readonly address: string;
  readonly loopback: boolean;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #met: (bytes: Buffer, end: number) => void;
  readonly #cancelDeadline: () => void;
  #bytes: Buffer | undefined;

  /** `met` is called once a CONNECT is whole: it ends at `end` of `bytes`. The socket is paused then and no longer watched here. */
  constructor(socket: Socket, owner: ConnectionOwner, met: (bytes: Buffer, end: number) => void) {
    const { clock, limits } = owner;
    this.address = socket.remoteAddress ?? "unknown";
    this.loopback = isLoopback(this.address);
    this.#socket = socket;
    this.#owner = owner;
    this.#met = met;
    this.#cancelDeadline = clock.after(limits.connectMs, () =>
      this.refuse("deadline", `sent no whole CONNECT within ${limits.connectMs} ms`),
    );
    socket.on("data", this.#onData);
    socket.on("error", this.#onError);
    socket.on("close", this.#onClose);
  }

  refuse(refusal: Refusal, detail: string): void {
    if (this.#socket.destroyed) return;
    this.#owner.refused(this, refusal, detail);
    this.#socket.destroy();
  }

  stopReading(): void {
    this.#socket.pause();
  }

  finish(): void {
    this.#socket.destroy();
  }

  readonly #onData = (chunk: Buffer): void => {
    const { limits } = this.#owner;
    this.#owner.received(chunk.length);
    this.#bytes = this.#bytes === undefined ? chunk : Buffer.concat([this.#bytes, chunk]);
    const end = connectEnd(this.#bytes, limits.connectBytes);
    if (end === "more") return;
    if (end === "malformed") this.refuse("malformed", "did not begin with an MQTT CONNECT");
    else if (end === "oversize") this.refuse("oversize", `sent a CONNECT over ${limits.connectBytes} bytes`);
    else this.#introduce(this.#bytes, end);
  };

  /** A peer that goes away has done nothing wrong. */
  readonly #onError = (): void => {};

  readonly #onClose = (): void => {
    this.#cancelDeadline();
    this.#owner.closed(this);
  };

  #introduce(bytes: Buffer, end: number): void {
    this.#cancelDeadline();
    this.#socket.pause();
    this.#socket.off("data", this.#onData);
    this.#socket.off("error", this.#onError);
    this.#socket.off("close", this.#onClose);
    this.#met(bytes, end);
  }
}
