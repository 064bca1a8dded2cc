/** The gateway's control socket: a unix socket in the state folder that only its own user and root may open. */
import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { type Clock, LinkError } from "@gatehouse/protocol";
import type { Logger, Runnable } from "../core/ports.ts";
import { linesOf } from "./lines.ts";
import { answerLine, type ControlRequest, failureOf } from "./request.ts";
import { socketPath } from "./socket-path.ts";
import { CONTROL_SOCKET, CONTROL_VERSION, type ControlAnswer, MAX_REQUEST_BYTES } from "./wire.ts";

export interface ControlOptions {
  /** The state folder; hold its lock. */
  readonly dir: string;
  readonly requests: readonly ControlRequest[];
  readonly clock: Clock;
  readonly log: Logger;
  /** It takes connections now. */
  readonly onListening: () => void;
}

const MAX_CONNECTIONS = 16;
/** A connection that sends no whole line for so long, or does not read its answer, is closed. */
const IDLE_MS = 10_000;
/** What is being answered when the gateway stops has so long. */
const STOP_PATIENCE_MS = 2_000;
/** Nobody else may look into it, so that the socket is never open to others, not even before its own mode is set. */
const DRAFT_FOLDER = ".control";

export class ControlSocket implements Runnable {
  readonly id = "control";
  readonly #options: ControlOptions;
  /** All there are, those turned away too. */
  readonly #sockets = new Set<Socket>();
  readonly #served = new Set<Socket>();
  /** Waiting for an answer. */
  readonly #busy = new Set<Socket>();
  readonly #stop = new AbortController();
  /** Whatever is not answered by now will not be. */
  readonly #over = new AbortController();

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  /** Replaces the socket file a killed gateway left. Throws LinkError when it cannot be opened. */
  async run(signal: AbortSignal): Promise<void> {
    const { dir, clock, onListening } = this.#options;
    const server = createServer({ allowHalfOpen: true }, (socket) => void this.#serve(socket));
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => {});
    server.on("error", (cause) => broken.reject(linkError(cause)));
    try {
      await open(server, dir).catch((cause: unknown) => {
        throw linkError(cause);
      });
      onListening();
      await Promise.race([aborted(signal), broken.promise]);
    } finally {
      this.#stop.abort();
      server.close();
      for (const socket of this.#sockets) if (!this.#busy.has(socket)) socket.destroy();
      const cancel = clock.after(STOP_PATIENCE_MS, () => this.#giveUp());
      await this.#drained();
      cancel();
      await rm(join(dir, CONTROL_SOCKET), { force: true }).catch(() => {});
    }
  }

  #giveUp(): void {
    this.#over.abort(new LinkError("closed", "the gateway stopped"));
    for (const socket of this.#sockets) socket.destroy();
  }

  async #drained(): Promise<void> {
    const closed = [...this.#sockets].map(
      (socket) => new Promise<void>((resolve) => socket.once("close", () => resolve())),
    );
    await Promise.all(closed);
  }

  async #serve(socket: Socket): Promise<void> {
    const { log } = this.#options;
    this.#sockets.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#served.delete(socket);
    });
    socket.on("error", (err) => log.debug({ err }, "a control connection broke"));
    try {
      if (this.#served.size >= MAX_CONNECTIONS)
        throw new LinkError("refused", `${MAX_CONNECTIONS} control connections are open already; try again`);
      this.#served.add(socket);
      await this.#talk(socket);
      socket.end();
    } catch (error) {
      if (socket.writable) socket.end(lineOf({ v: CONTROL_VERSION, ok: false, error: failureOf(error, log) }));
    } finally {
      socket.resume();
      this.#closeLater(socket);
    }
  }

  async #talk(socket: Socket): Promise<void> {
    let cancel = this.#closeLater(socket);
    for await (const line of linesOf(socket.iterator({ destroyOnReturn: false }), MAX_REQUEST_BYTES)) {
      cancel();
      if (line.trim() !== "") {
        this.#busy.add(socket);
        const answer = await this.#answer(line);
        cancel = this.#closeLater(socket);
        await new Promise<void>((resolve) => socket.write(lineOf(answer), () => resolve()));
        this.#busy.delete(socket);
        cancel();
      }
      if (this.#stop.signal.aborted) break;
      cancel = this.#closeLater(socket);
    }
    cancel();
  }

  #answer(line: string): Promise<ControlAnswer> {
    const { requests, clock, log } = this.#options;
    const within = async (
      task: (signal: AbortSignal) => Promise<unknown>,
      { deadlineMs: ms, ifLate }: ControlRequest,
    ): Promise<unknown> => {
      const late = Promise.withResolvers<never>();
      const tooLate = new LinkError("timeout", ifLate ?? `there was no answer within ${Math.round(ms / 1_000)} s`);
      const end = () => late.reject(this.#over.signal.reason);
      const expired = new AbortController();
      this.#over.signal.addEventListener("abort", end, { once: true });
      const cancel = clock.after(ms, () => {
        late.reject(tooLate);
        expired.abort(tooLate);
      });
      try {
        return await Promise.race([task(AbortSignal.any([expired.signal, this.#stop.signal])), late.promise]);
      } finally {
        cancel();
        this.#over.signal.removeEventListener("abort", end);
      }
    };
    return answerLine(line, requests, log, within);
  }

  #closeLater(socket: Socket): () => void {
    if (socket.destroyed) return () => {};
    const cancel = this.#options.clock.after(IDLE_MS, () => socket.destroy());
    socket.once("close", cancel);
    return () => {
      cancel();
      socket.off("close", cancel);
    };
  }
}

/** Bound under another name, closed to others, then put in place: at no moment is there an open socket or none that answers. */
async function open(server: Server, dir: string): Promise<void> {
  const drafts = join(dir, DRAFT_FOLDER);
  await rm(drafts, { recursive: true, force: true });
  await mkdir(drafts, { mode: 0o700 });
  using draft = socketPath(drafts, "sock");
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(draft.path, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const path = join(drafts, "sock");
  await chmod(path, 0o600);
  await rename(path, join(dir, CONTROL_SOCKET));
  await rm(drafts, { recursive: true, force: true });
}

function linkError(cause: unknown): LinkError {
  if (cause instanceof LinkError) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  return new LinkError("refused", `the control socket cannot be opened: ${said}`, { cause });
}

const lineOf = (answer: ControlAnswer): string => `${JSON.stringify(answer)}\n`;

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
