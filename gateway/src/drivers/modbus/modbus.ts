/** Driver of one Modbus line: counters, turnstiles, inputs and outputs, meters, over RS-485, a raw device server or Modbus TCP. */
import {
  type CommandResult,
  type DeviceCommand,
  InvariantError,
  LinkError,
  RegisterMap,
  RejectedError,
} from "@gatehouse/protocol";
import { figuresOf } from "../../core/line-figures.ts";
import type { CommandWay, Driver, DriverDeps, DriverType } from "../../core/ports.ts";
import type { Ask } from "../line/bus.ts";
import type { Line } from "../line/line.ts";
import { LineBus } from "../line/line-bus.ts";
import { openLine } from "../line/open-line.ts";
import { ModbusConfig, ModbusDevice, modeOf } from "./config.ts";
import { modbusDialogue } from "./dialogue.ts";
import { Unit } from "./unit.ts";
import { openWire } from "./wire.ts";

/** Silence between two frames: three and a half characters, or what that is above 19,200 baud. */
const GAP_CHARACTERS = 3.5;
const LEAST_GAP_MS = 1.75;
/** Outputs that must fall back are given so long when the gateway stops; what is left, the next start does. */
const FAREWELL_MS = 1_500;

/** An output that could not be switched back is tried again after so long. */
const AGAIN_MS = 3_000;

interface Running {
  readonly bus: LineBus;
  readonly units: ReadonlyMap<string, Unit>;
  readonly ended: Promise<never>;
}

class ModbusDriver implements Driver {
  readonly id: string;
  readonly #config: ModbusConfig;
  readonly #deps: DriverDeps;
  readonly #open: typeof openLine;
  #used = false;
  #running: Running | undefined;
  readonly #alarms = new Set<() => void>();

  constructor(id: string, config: ModbusConfig, deps: DriverDeps, open: typeof openLine) {
    this.id = id;
    this.#config = config;
    this.#deps = deps;
    this.#open = open;
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#used) throw new InvariantError(`driver ${this.id} runs once`);
    this.#used = true;
    if (signal.aborted) return;
    const { link, replyMs, retries } = this.#config;
    const mode = modeOf(this.#config);
    const wire = await openWire({ mode, replyMs });
    let line: Line;
    try {
      line = await this.#open(link, this.#deps, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    const gapMs = mode === "tcp" ? 0 : Math.max(LEAST_GAP_MS, GAP_CHARACTERS * line.characterMs);
    const { clock, log, health } = this.#deps;
    const units = new Map<string, Unit>();
    const bus = new LineBus({
      line,
      framing: wire.framing,
      clock,
      log,
      health,
      driver: this.id,
      gapMs,
      padding: [],
      judge: wire.judge,
      presence: async (device, online) => units.get(device)?.present(online),
    });
    this.#deps.figures?.(() => figuresOf(bus.counters));
    for (const device of this.#deps.devices) {
      const wake = (ms: number) => this.#wake(device.id, ms);
      units.set(
        device.id,
        new Unit({ device, keys: ModbusDevice.parse(ownKeys(device)), wire, retries, deps: this.#deps, wake }),
      );
    }
    try {
      for (const unit of units.values()) await unit.load();
      await this.#serve(bus, units, signal);
    } finally {
      await line.close();
      for (const unit of units.values()) await unit.save();
    }
  }

  async #serve(bus: LineBus, units: ReadonlyMap<string, Unit>, signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const gone = Promise.withResolvers<never>();
    gone.promise.catch(() => {});
    this.#running = { bus, units, ended: gone.promise };
    const onAbort = () => void this.#leave(bus, units).finally(() => stop.abort());
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      await bus.run([...units.values()], stop.signal);
    } finally {
      this.#running = undefined;
      for (const cancel of this.#alarms) cancel();
      signal.removeEventListener("abort", onAbort);
      gone.reject(new LinkError("closed", `driver ${this.id} ended`));
    }
  }

  async command(device: string, command: DeviceCommand, signal: AbortSignal, way?: CommandWay): Promise<CommandResult> {
    const { clock } = this.#deps;
    const what = `${command.action} ${command.id} for ${device}`;
    if (!this.#deps.devices.some(({ id }) => id === device)) {
      throw new RejectedError(`device ${device} is not of driver ${this.id}`);
    }
    const unit = this.#running?.units.get(device);
    if (this.#running === undefined || unit === undefined) throw new LinkError("refused", `${what}: the line is down`);
    const leftMs = (Date.parse(command.notAfter) - clock.nowMs()) / clock.scale;
    const untilMs = clock.monoMs() + leftMs;
    const expired = () => new LinkError("timeout", `${what} was not carried out before ${command.notAfter}`);
    const givenUp = () => new LinkError("closed", `${what} was given up`, { cause: signal.reason });
    if (!(leftMs > 0)) throw expired();
    if (signal.aborted) throw givenUp();
    unit.outputs.meaning(command);
    // The bus may wait for silence after it was asked: it too must know when it is too late.
    const stop = new AbortController();
    const due = () => {
      if (clock.monoMs() >= untilMs) stop.abort(expired());
      if (stop.signal.aborted) throw stop.signal.reason;
    };
    const end = Promise.withResolvers<never>();
    end.promise.catch(() => {});
    stop.signal.addEventListener("abort", () => end.reject(stop.signal.reason), { once: true });
    const cancel = clock.after(leftMs, () => stop.abort(expired()));
    const onAbort = () => stop.abort(givenUp());
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const isRelease = way === "release";
      const task = (ask: Ask) => (isRelease ? unit.release(ask, command, due) : unit.command(ask, command, due));
      const urgency = { first: isRelease, beside: isRelease };
      const done = this.#running.bus.urgent(device, task, stop.signal, urgency);
      done.catch(() => {});
      return await Promise.race([done, end.promise, this.#running.ended]);
    } finally {
      cancel();
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** A turn for outputs that fall back, and another one until it was not in vain. */
  #wake(device: string, ms: number): void {
    const { clock, log } = this.#deps;
    const cancel = clock.after(ms, () => {
      this.#alarms.delete(cancel);
      const unit = this.#running?.units.get(device);
      if (this.#running === undefined || unit === undefined) return;
      this.#running.bus
        .urgent(device, (ask) => unit.outputs.settle(ask, "due"))
        .catch((err: unknown) => {
          log.debug({ device, err }, "output not switched back yet");
          if (this.#running !== undefined) this.#wake(device, AGAIN_MS);
        });
    });
    this.#alarms.add(cancel);
  }

  async #leave(bus: LineBus, units: ReadonlyMap<string, Unit>): Promise<void> {
    const open = [...units.values()].filter((unit) => unit.outputs.pending);
    if (open.length === 0) return;
    const back = open.map((unit) => bus.urgent(unit.device, (ask) => unit.outputs.settle(ask, "all")));
    const done = new AbortController();
    const late = this.#deps.clock.sleep(FAREWELL_MS, done.signal).catch(() => {});
    await Promise.race([Promise.allSettled(back), late]);
    done.abort();
  }
}

const COMMON_KEYS = ["unit", "map", "periodSeconds", "inputs", "lock"] as const;

/** The device's keys that are this driver's, checked with the site file. */
function ownKeys(device: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(device).filter(([key]) => COMMON_KEYS.some((own) => own === key)));
}

export const modbus = {
  type: "modbus",
  config: ModbusConfig,
  device: ModbusDevice,
  speaks: modbusDialogue,
  actions: ["output", "unlock", "lock"],
  files: { map: { what: "register map", folder: "modbus-maps", schema: RegisterMap } },
  /** Tests open a line of their own. */
  create: (id: string, config: ModbusConfig, deps: DriverDeps, open = openLine): Driver =>
    new ModbusDriver(id, config, deps, open),
} satisfies DriverType<ModbusConfig>;
