/** One OPC UA process as the gateway sees it: started, listened to, found out when it hangs, ended. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Clock, LinkError } from "@gatehouse/protocol";
import type { Logger, Runnable } from "../core/ports.ts";
import { type Said, Told } from "./seam.ts";

export interface SideProcessOptions {
  readonly id: string;
  readonly what: "server" | "reader";
  readonly task: Extract<Said, { is: "task" }>["task"];
  readonly clock: Clock;
  readonly log: Logger;
  /** It does what it is there for, and has for some seconds: one that ends as soon as it is up is not well. */
  up(): void;
  /** Values it read. `stored` is called when they are on disk; a rejection ends the process. */
  onValues?(told: Extract<Told, { is: "values" }>, stored: () => void): Promise<void>;
  /** For tests and figures. */
  onStart?(pid: number): void;
}

/** From the start until it is up: a slow box loads the library for several seconds, and builds thousands of spaces for more. */
const START_MS = 120_000;
/** It says that it lives every second; one that has not for so long hangs. */
export const HUNG_MS = 4_000;
const WELL_BEATS = 3;
const LAST_WORDS_MS = 3_000;
/** Of what it wrote on stderr, the end is kept. */
const SAID_BYTES = 2_000;
/** It trades some speed for memory, as the gateway itself does. */
const LEAN = ["--max-semi-space-size=4", "--heap-growing-percent=30", "--v8-pool-size=1"];

/** Ends with LinkError when the process does, or when it had to be killed because it hung. Single use. */
export class SideProcess implements Runnable {
  readonly id: string;
  readonly #options: SideProcessOptions;

  constructor(options: SideProcessOptions) {
    this.id = options.id;
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { what, task, onStart } = this.#options;
    const child = fork(scriptOf(what), {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: LEAN,
      // What stands in the environment of the gateway, passwords among it, is no business of this process.
      env: { MALLOC_ARENA_MAX: "2" },
    });
    const watch = new Watch(child, this.#options);
    const stop = () => watch.leave();
    signal.addEventListener("abort", stop, { once: true });
    try {
      child.send({ is: "task", task } satisfies Said, () => {});
      if (child.pid !== undefined) onStart?.(child.pid);
      await watch.ended;
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
}

/** The life of one child process. */
class Watch {
  readonly ended: Promise<never>;
  readonly #child: ChildProcess;
  readonly #options: SideProcessOptions;
  readonly #end = Promise.withResolvers<never>();
  #reason: LinkError | undefined;
  #cancel: () => void = () => {};
  #said = "";
  #beats = 0;
  #lost: string | undefined;

  constructor(child: ChildProcess, options: SideProcessOptions) {
    this.#child = child;
    this.#options = options;
    this.ended = this.#end.promise;
    this.ended.catch(() => {});
    this.#expect(START_MS);
    child.stderr?.on("data", (chunk) => {
      this.#said = (this.#said + chunk).slice(-SAID_BYTES);
    });
    child.on("message", (message) => this.#hear(message));
    child.once("error", (cause) => this.#kill(new LinkError("refused", `process does not start: ${cause.message}`)));
    child.once("close", (code, killed) => {
      this.#cancel();
      this.#end.reject(this.#reason ?? new LinkError("closed", this.#lost ?? endText(code ?? killed, this.#said)));
    });
  }

  /** Asks it to end, and ends it when it does not. */
  leave(): void {
    this.#reason = new LinkError("closed", "the gateway stops");
    this.#child.kill("SIGTERM");
    this.#cancel();
    this.#cancel = this.#options.clock.after(LAST_WORDS_MS, () => this.#child.kill("SIGKILL"));
  }

  #expect(ms: number): void {
    this.#cancel();
    if (this.#reason !== undefined) return;
    const text = ms === START_MS ? `was not up within ${START_MS / 1_000} s` : "hung, and was killed";
    this.#cancel = this.#options.clock.after(ms, () => this.#kill(new LinkError("timeout", `the process ${text}`)));
  }

  #kill(reason: LinkError): void {
    this.#reason ??= reason;
    // A stopped process takes no other signal.
    this.#child.kill("SIGKILL");
    if (this.#child.pid === undefined) this.#end.reject(this.#reason);
  }

  #hear(message: unknown): void {
    if (this.#reason !== undefined) return;
    const told = Told.safeParse(message);
    if (!told.success) {
      this.#options.log.warn({ reason: told.error.issues[0]?.message }, "opcua process said what nobody understands");
      return;
    }
    this.#take(told.data);
  }

  #take(told: Told): void {
    const { log, up, onValues } = this.#options;
    if (told.is === "log") {
      if (told.level === "error" && typeof told.fields["lost"] === "string") this.#lost = told.fields["lost"];
      else log[told.level](told.fields, told.message);
      return;
    }
    if (told.is === "up" || told.is === "beat") this.#expect(HUNG_MS);
    if (told.is === "beat" && ++this.#beats === WELL_BEATS) up();
    if (told.is !== "values" || onValues === undefined) return;
    const stored = () => {
      if (this.#child.connected) this.#child.send({ is: "stored", n: told.n } satisfies Said, () => {});
    };
    onValues(told, stored).catch((cause: unknown) =>
      this.#kill(new LinkError("closed", `what it read was not taken`, { cause })),
    );
  }
}

function endText(how: number | string | null, said: string): string {
  const last = said.trim().split("\n").at(-1) ?? "";
  return `the process ended (${how ?? "unknown"})${last === "" ? "" : `: ${last.slice(0, 300)}`}`;
}

function scriptOf(what: SideProcessOptions["what"]): string {
  const end = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return fileURLToPath(new URL(`./process/${what}-entry.${end}`, import.meta.url));
}
