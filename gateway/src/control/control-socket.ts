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

interface Connection {
  readonly socket: Socket;
  busy: boolean;
}

export class ControlSocket implements Runnable {
  readonly id = "control";
  readonly #options: ControlOptions;
  readonly #connections = new Set<Connection>();
  readonly #stop = new AbortController();

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  /** Replaces the socket file a killed gateway left. Throws LinkError when it cannot be opened. */
  async run(signal: AbortSignal): Promise<void> {
    const { dir, clock, onListening } = this.#options;
    const server = createServer({ allowHalfOpen: true }, (socket) => void this.#serve(socket));
    const broken = Promise.withResolvers<never>();
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
      for (const { socket, busy } of this.#connections) if (!busy) socket.destroy();
      await Promise.race([this.#drained(), clock.sleep(STOP_PATIENCE_MS)]);
      for (const { socket } of this.#connections) socket.destroy();
      await rm(join(dir, CONTROL_SOCKET), { force: true }).catch(() => {});
    }
  }

  async #drained(): Promise<void> {
    await Promise.all(
      [...this.#connections].map(({ socket }) => new Promise<void>((resolve) => socket.once("close", () => resolve()))),
    );
  }

  async #serve(socket: Socket): Promise<void> {
    const connection: Connection = { socket, busy: false };
    const { log } = this.#options;
    socket.on("error", (err) => log.debug({ err }, "a control connection broke"));
    if (this.#connections.size >= MAX_CONNECTIONS) {
      const message = `${MAX_CONNECTIONS} control connections are open already; try again`;
      socket.end(lineOf({ v: CONTROL_VERSION, ok: false, error: { code: "unavailable", message } }));
      socket.resume();
      this.#options.clock.after(IDLE_MS, () => socket.destroy());
      return;
    }
    this.#connections.add(connection);
    socket.once("close", () => this.#connections.delete(connection));
    try {
      await this.#talk(connection);
      socket.end();
    } catch (error) {
      if (socket.writable) socket.end(lineOf({ v: CONTROL_VERSION, ok: false, error: failureOf(error, log) }));
    } finally {
      this.#closeLater(socket);
    }
  }

  async #talk(connection: Connection): Promise<void> {
    const { requests, clock, log } = this.#options;
    const { socket } = connection;
    let cancel = this.#closeLater(socket);
    for await (const line of linesOf(socket.iterator({ destroyOnReturn: false }), MAX_REQUEST_BYTES)) {
      cancel();
      if (line.trim() !== "") {
        connection.busy = true;
        const answer = await answerLine(line, requests, log, (task, ms) => within(clock, task, ms, this.#stop.signal));
        cancel = this.#closeLater(socket);
        await new Promise<void>((resolve) => socket.write(lineOf(answer), () => resolve()));
        connection.busy = false;
      }
      cancel();
      if (this.#stop.signal.aborted) break;
      cancel = this.#closeLater(socket);
    }
    cancel();
  }

  #closeLater(socket: Socket): () => void {
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

/** Throws LinkError `timeout` when the task takes longer. */
async function within(
  clock: Clock,
  task: (signal: AbortSignal) => Promise<unknown>,
  ms: number,
  stop: AbortSignal,
): Promise<unknown> {
  const over = new AbortController();
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(ms, () => {
    late.reject(new LinkError("timeout", `there was no answer within ${Math.round(ms / 1_000)} s`));
    over.abort();
  });
  try {
    return await Promise.race([task(AbortSignal.any([over.signal, stop])), late.promise]);
  } finally {
    cancel();
  }
}

const lineOf = (answer: ControlAnswer): string => `${JSON.stringify(answer)}\n`;

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
