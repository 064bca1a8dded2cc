/** What the drivers of both radars do alike: one radar on a line of its own; every device of the driver is a view of it. */
import {
  type CommandResult,
  type Device,
  type DeviceCommand,
  FrameError,
  type Framing,
  InvariantError,
  LinkError,
  type RadarAck,
  type RadarCommand,
  RejectedError,
  radarCommand,
} from "@gatehouse/protocol";
import type { Driver, DriverDeps } from "../../core/ports.ts";
import type { Line } from "../line/line.ts";
import { NoiseWatch } from "../line/noise-watch.ts";
import { openLine } from "../line/open-line.ts";
import { HOLD_SECONDS, type RadarConfig } from "./config.ts";
import { Outlet } from "./outlet.ts";
import { Presence } from "./presence.ts";
import { RadarLink } from "./radar-link.ts";

export type AskRadar = (command: RadarCommand) => Promise<RadarAck>;

/** What is special about one kind of radar. */
export interface RadarModel<Report> {
  readonly framing: Framing;
  /** People it tells apart. */
  readonly most: number;
  /** Throws FrameError. Undefined for a report that says nothing about people. */
  decode(frame: Uint8Array): Report | undefined;
  /** People this device sees by the report. */
  peopleOf(report: Report, device: Device): number;
  /** Brings the radar to the settings of the site file; undefined where the file has none. Throws LinkError or RejectedError. */
  readonly configure: ((ask: AskRadar) => Promise<void>) | undefined;
}

/** Reports are a tenth of a second apart; a hole like this breaks what was seen without a break. */
const GAP_MS = 1_000;
/** A radar that was left in configuration mode is silent: it is asked to leave it, so often. */
const LEAVE_EVERY_MS = 30_000;
/** An adapter may hang without a word: after so long a silence the line is made anew. */
const REOPEN_MS = 600_000;

export class RadarDriver<Report> implements Driver {
  readonly id: string;
  readonly #config: RadarConfig;
  readonly #deps: DriverDeps;
  readonly #model: RadarModel<Report>;
  readonly #views: readonly { readonly device: Device; readonly presence: Presence }[];
  #used = false;
  #online: boolean | undefined;
  #heardMs = 0;

  constructor(id: string, config: RadarConfig, deps: DriverDeps, model: RadarModel<Report>) {
    this.id = id;
    this.#config = config;
    this.#deps = deps;
    this.#model = model;
    this.#views = deps.devices.map((device) => ({ device, presence: this.#presenceFor(device) }));
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#used) throw new InvariantError(`driver ${this.id} runs once`);
    this.#used = true;
    const { clock, log, tap } = this.#deps;
    let line: Line;
    try {
      line = await openLine(this.#config.link, { clock, log, tap }, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    try {
      await this.#listen(line, signal);
    } finally {
      await line.close();
    }
  }

  async command(device: string, command: DeviceCommand): Promise<CommandResult> {
    throw new RejectedError(`device ${device} is a radar: it cannot ${command.action}`);
  }

  async #listen(line: Line, signal: AbortSignal): Promise<void> {
    const { clock, log, health, accept } = this.#deps;
    const stop = new AbortController();
    const ended = Promise.withResolvers<void>();
    const onAbort = () => ended.resolve();
    signal.addEventListener("abort", onAbort, { once: true });
    void line.lost.then(ended.reject);
    const outlet = new Outlet(accept, (error) => (signal.aborted ? ended.resolve() : ended.reject(error)));
    const noise = new NoiseWatch({ clock, health, driver: this.id, bytesPerSecond: () => 1_000 / line.characterMs });
    const { framing } = this.#model;
    const onReport = (frame: Uint8Array) => this.#report(frame, outlet);
    const link = new RadarLink({ line, framing, clock, log, onReport, onNoise: (bytes) => noise.note(bytes) });
    this.#heardMs = clock.monoMs();
    const tasks: Promise<void>[] = [];
    try {
      link.begin();
      const ask: AskRadar = (command) => link.ask(command, stop.signal);
      tasks.push(this.#tend(ask, outlet, stop.signal).catch(ended.reject));
      await ended.promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
      stop.abort();
      noise.end();
      await Promise.allSettled(tasks);
    }
  }

  /** Settings first, then the watch over its silence. */
  async #tend(ask: AskRadar, outlet: Outlet, stop: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    await this.#configure(ask, stop);
    const silenceMs = this.#config.silenceSeconds * 1_000;
    let leftAtMs = Number.NEGATIVE_INFINITY;
    while (!stop.aborted) {
      const silentMs = clock.monoMs() - this.#heardMs;
      if (silentMs >= REOPEN_MS)
        throw new LinkError("timeout", `${this.id}: no report for ${REOPEN_MS / 60_000} minutes`);
      if (silentMs >= silenceMs) {
        this.#lose(outlet);
        if (clock.monoMs() - leftAtMs >= LEAVE_EVERY_MS) {
          leftAtMs = clock.monoMs();
          await this.#leaveConfig(ask);
        }
      }
      await clock.sleep(silentMs >= silenceMs ? 1_000 : silenceMs - silentMs, stop).catch(() => {});
    }
  }

  async #configure(ask: AskRadar, stop: AbortSignal): Promise<void> {
    const { configure } = this.#model;
    if (configure === undefined) return;
    const { health, log } = this.#deps;
    try {
      await configure(ask);
      health.clear("device-settings", this.id);
    } catch (error) {
      if (stop.aborted) return;
      if (!(isRefusal(error) || error instanceof FrameError)) throw error;
      log.warn({ reason: error.message }, "the radar did not take its settings, it goes on with its own");
      health.raise("device-settings", this.id, error.message);
    }
    // Whatever happened in between: outside of the configuration mode it reports again.
    await this.#leaveConfig(ask);
    this.#heardMs = this.#deps.clock.monoMs();
  }

  async #leaveConfig(ask: AskRadar): Promise<void> {
    try {
      await ask(radarCommand("leave"));
    } catch (error) {
      // Refused outside of the mode, unheard where the radar's RX is not connected: its reports will tell.
      if (!isRefusal(error)) throw error;
    }
  }

  #report(frame: Uint8Array, outlet: Outlet): void {
    const report = this.#model.decode(frame);
    const nowMs = this.#deps.clock.monoMs();
    this.#heardMs = nowMs;
    if (this.#online !== true) {
      this.#online = true;
      for (const { device } of this.#views) outlet.tell({ device: device.id, kind: "device.online" });
    }
    if (report === undefined) return;
    for (const { device, presence } of this.#views)
      for (const news of presence.see(this.#model.peopleOf(report, device), nowMs))
        outlet.tell({ device: device.id, ...news });
  }

  #lose(outlet: Outlet): void {
    if (this.#online === false) return;
    this.#online = false;
    for (const { device, presence } of this.#views) {
      presence.forget();
      outlet.tell({ device: device.id, kind: "device.offline" });
    }
  }

  #presenceFor({ holdSeconds = HOLD_SECONDS }: Device): Presence {
    const { confirmSeconds, countSeconds = 10, repeatSeconds = 900 } = this.#config;
    return new Presence(this.#model.most, {
      confirmMs: confirmSeconds * 1_000,
      holdMs: Math.max(1, holdSeconds) * 1_000,
      countEveryMs: countSeconds * 1_000,
      countAgainMs: repeatSeconds * 1_000,
      gapMs: GAP_MS,
    });
  }
}

const isRefusal = (error: unknown): error is RejectedError | LinkError =>
  error instanceof RejectedError || (error instanceof LinkError && error.code === "timeout");
