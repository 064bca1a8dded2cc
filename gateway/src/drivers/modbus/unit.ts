/** One Modbus device on the line: its turn, and the readings that come of it. */
import {
  type BlockValue,
  type CommandResult,
  type Device,
  type DeviceCommand,
  FrameError,
  LinkError,
  planReads,
  type RawReading,
  type ReadBlock,
  RejectedError,
  valuesOf,
} from "@gatehouse/protocol";
import { type DriverDeps, Unreadable } from "../../core/ports.ts";
import type { Ask, Member } from "../line/bus.ts";
import type { ModbusDevice } from "./config.ts";
import { countNews, priorityOf } from "./counts.ts";
import { type InputUses, inputNews, inputUses } from "./inputs.ts";
import { UnitMemory } from "./memory.ts";
import { Outputs } from "./outputs.ts";
import { sortValues } from "./sort-values.ts";
import type { ModbusWire } from "./wire.ts";

/** A value that stays as it is, is said again after so long. */
const REPEAT_MS = 15 * 60_000;
/** Readings that are not on disk by then are waited for aside, where the device has inputs that may mean a fire. */
const LONG_MS = 200;
/** Changes of such inputs that are handed in meanwhile. */
const MAX_WATCHED = 16;
/** A note about a counter stands so long. */
const NOTE_MS = 60 * 60_000;

export type UnitDeps = Pick<DriverDeps, "clock" | "log" | "accept" | "health" | "vault">;

export interface UnitOptions {
  readonly device: Device;
  readonly keys: ModbusDevice;
  readonly wire: ModbusWire;
  /** How often a question without an answer is asked again in the same turn. */
  readonly retries: number;
  readonly deps: UnitDeps;
  /** Asks for a turn of its outputs after so many ms. */
  wake(ms: number): void;
}

export class Unit implements Member {
  readonly device: string;
  readonly priority: 0 | 1 | 2;
  readonly periodMs: number;
  readonly outputs: Outputs;
  readonly #kind: Device["kind"];
  readonly #keys: ModbusDevice;
  readonly #wire: ModbusWire;
  readonly #deps: UnitDeps;
  readonly #plan: readonly ReadBlock[];
  /** Two of its questions have answers of the same form: a late one would be taken for the other's. */
  readonly #twins: boolean;
  readonly #retries: number;
  readonly #uses: InputUses;
  readonly #alarmUses: InputUses;
  /** Inputs as they were last handed in, on disk or not. */
  #told: Readonly<Record<string, boolean>> = {};
  /** What was handed in and is not on disk yet. */
  #waiting: Promise<void> | undefined;
  #watched = 0;
  readonly #memory: UnitMemory;
  readonly #said = new Map<string, { readonly value: number; readonly atMs: number }>();
  #countedMs: number | undefined;
  #totals = "";
  #noteUntilMs: number | undefined;
  #complaint: string | undefined;
  /** Until then an answer may come that was given up. */
  #lateUntilMs = Number.NEGATIVE_INFINITY;

  constructor({ device, keys, wire, retries, deps, wake }: UnitOptions) {
    this.device = device.id;
    this.priority = priorityOf(device.kind, keys.map);
    this.periodMs = (keys.periodSeconds ?? keys.map.periodSeconds) * 1_000;
    this.#kind = device.kind;
    this.#keys = keys;
    this.#wire = wire;
    this.#deps = deps;
    this.#plan = planReads(keys.map);
    this.#twins = new Set(this.#plan.map((block) => `${block.function}/${block.quantity}`)).size < this.#plan.length;
    this.#retries = retries;
    this.#uses = inputUses(keys.map, keys.inputs);
    this.#alarmUses = new Map([...this.#uses].filter(([, { as }]) => as === "fire" || as === "input"));
    this.#memory = new UnitMemory(device.id, deps.vault, deps.log);
    const moved = (open: boolean) => this.#lockMoved(open);
    this.outputs = new Outputs({ device: device.id, keys, wire, memory: this.#memory, clock: deps.clock, moved, wake });
  }

  /** Before the first turn. */
  async load(): Promise<void> {
    await this.#memory.load();
    this.outputs.recall();
  }

  async poll(ask: Ask): Promise<void> {
    try {
      if (this.outputs.pending) await this.outputs.settle(ask, "due");
      const values: BlockValue[] = [];
      for (const block of this.#plan) values.push(...valuesOf(block, this.#keys.map, await this.#read(ask, block)));
      await this.#hand(values);
      this.#deps.health.clear("device-rejected", this.device);
      this.#complaint = undefined;
    } catch (error) {
      if (error instanceof RejectedError || error instanceof FrameError) await this.#complain(error.message);
      throw error;
    }
  }

  /** Without inputs that may mean a fire nothing more is asked before all is on disk; with them the device is looked at on. */
  async #hand(values: readonly BlockValue[]): Promise<void> {
    if (this.#waiting !== undefined) return this.#watch(sortValues(values).bits);
    const taking = this.#take(values);
    if (this.#alarmUses.size === 0) return taking;
    const done = new AbortController();
    const long = this.#deps.clock.sleep(LONG_MS, done.signal).catch(() => {});
    await Promise.race([this.#waitFor(taking).finally(() => done.abort()), long]);
  }

  async #waitFor(taking: Promise<void>): Promise<void> {
    this.#waiting = taking;
    const over = () => {
      if (this.#waiting === taking) this.#waiting = undefined;
    };
    // What the gateway did not take as it stops is told again after its next start.
    taking.then(over, over);
    return taking;
  }

  /** Earlier readings wait for the disk: only what may mean a fire is handed in behind them, which needs no disk to be heard. */
  #watch(bits: ReadonlyMap<number, boolean>): void {
    const { changed, inputs, readings } = inputNews(this.#alarmUses, this.#told, bits);
    if (!changed || this.#watched >= MAX_WATCHED) return;
    this.#watched += 1;
    this.#told = inputs;
    const both = Promise.all([this.#waiting, this.#accept(readings)]).then(() => this.#memory.change({ inputs }));
    this.#waitFor(both).catch(() => {});
  }

  async command(ask: Ask, command: DeviceCommand, due: () => void): Promise<CommandResult> {
    return this.outputs.carryOut(ask, command, due);
  }

  /** In a fire: nothing waits for the disk. */
  async release(ask: Ask, command: DeviceCommand, due: () => void): Promise<CommandResult> {
    return this.outputs.release(ask, command, due);
  }

  async save(): Promise<void> {
    await this.#memory.save(this.#deps.clock.monoMs(), "now");
  }

  async #read(ask: Ask, block: ReadBlock): Promise<readonly (boolean | number)[]> {
    const { clock } = this.#deps;
    for (let attempt = 0; ; attempt++) {
      if (this.#twins) await clock.sleep(Math.max(0, this.#lateUntilMs - clock.monoMs()));
      try {
        return await ask(this.#question(block));
      } catch (error) {
        if (!(error instanceof LinkError) || error.code !== "timeout") throw error;
        this.#lateUntilMs = clock.monoMs() + this.#wire.replyMs;
        if (attempt >= this.#retries) throw error;
      }
    }
  }

  #question({ function: code, start, quantity }: ReadBlock) {
    const { unit } = this.#keys;
    return this.#wire.ask<readonly (boolean | number)[]>(unit, (client, next) => {
      const data = (
        error: NodeJS.ErrnoException,
        answer: { readonly data: readonly (boolean | number)[] } | undefined,
      ) => next(error, answer?.data ?? []);
      if (code === 1) client.writeFC1(unit, start, quantity, data);
      else if (code === 2) client.writeFC2(unit, start, quantity, data);
      else if (code === 3) client.writeFC3(unit, start, quantity, data);
      else client.writeFC4(unit, start, quantity, data);
    });
  }

  /** Recorded once, however often it is answered so. */
  async #complain(reason: string): Promise<void> {
    this.#deps.health.raise("device-rejected", this.device, reason);
    if (reason === this.#complaint) return;
    this.#complaint = reason;
    await this.#deps.accept([new Unreadable(this.device, reason)]);
  }

  /** Called by the bus once each; told on once each, over restarts too. */
  async present(online: boolean): Promise<void> {
    if (this.#memory.state.offline !== online) return;
    await this.#accept([{ kind: online ? "device.online" : "device.offline" }]);
    this.#memory.change({ offline: !online });
    await this.#memory.save(this.#deps.clock.monoMs(), "now");
  }

  async #take(values: readonly BlockValue[]): Promise<void> {
    const { clock } = this.#deps;
    const { state } = this.#memory;
    const nowMs = clock.monoMs();
    const { bits, counters, amounts } = sortValues(values);
    const fresh = amounts.filter(({ kind, value }) => this.#isNews(kind, value, nowMs));
    const inputs = inputNews(this.#uses, state.inputs, bits);
    const counts = countNews(this.#kind, this.#keys.map, state.counts, counters, this.#elapsedS(nowMs));
    const totals = JSON.stringify(counts?.totals);
    const counted =
      counts === undefined || totals === this.#totals ? [] : [{ kind: "count.totals" as const, value: counts.totals }];
    this.#told = inputs.inputs;
    this.#watched = 0;
    // What is remembered follows what is accepted: after a crash between the two the same totals are said again, which changes nothing.
    await this.#accept([...fresh, ...counted, ...inputs.readings]);
    for (const { kind, value } of fresh) this.#said.set(kind, { value, atMs: nowMs });
    if (inputs.changed) this.#memory.change({ inputs: { ...inputs.inputs } });
    if (counts !== undefined) {
      this.#totals = totals;
      this.#countedMs = nowMs;
      this.#memory.change({ counts: counts.counts, countedAtMs: clock.nowMs() });
    }
    this.#tellNotes(counts?.notes ?? [], nowMs);
    await this.#memory.save(nowMs, counts !== undefined && counts.notes.length > 0 ? "now" : "soon");
  }

  #isNews(kind: string, value: number, nowMs: number): boolean {
    const said = this.#said.get(kind);
    return said?.value !== value || nowMs - said.atMs >= REPEAT_MS;
  }

  /** People pass in world time. Undefined when the clock cannot tell how long the gateway was away. */
  #elapsedS(nowMs: number): number | undefined {
    const { clock } = this.#deps;
    if (this.#countedMs !== undefined) return ((nowMs - this.#countedMs) * clock.scale) / 1_000;
    const { countedAtMs } = this.#memory.state;
    const awayMs = countedAtMs === undefined ? Number.NaN : clock.nowMs() - countedAtMs;
    return awayMs >= 0 ? awayMs / 1_000 : undefined;
  }

  #tellNotes(notes: NonNullable<ReturnType<typeof countNews>>["notes"], nowMs: number): void {
    const { health, log } = this.#deps;
    for (const { note, text } of notes) {
      if (note.kind === "wrapped") log.info({ device: this.device, detail: text }, "counter began anew at its end");
      else {
        log.warn({ device: this.device, detail: text }, "counter does not run on");
        health.raise("counter-odd", this.device, text);
        this.#noteUntilMs = nowMs + NOTE_MS;
      }
    }
    if (this.#noteUntilMs !== undefined && nowMs >= this.#noteUntilMs) {
      this.#noteUntilMs = undefined;
      health.clear("counter-odd", this.device);
    }
  }

  /** Where an input tells of the bolt, the output has nothing to add. */
  async #lockMoved(open: boolean): Promise<void> {
    if ([...this.#uses.values()].some((use) => use.as === "lock")) return;
    await this.#accept([{ kind: open ? "lock.unlocked" : "lock.locked" }]);
  }

  async #accept(readings: readonly Omit<RawReading, "device">[]): Promise<void> {
    if (readings.length === 0) return;
    const rejections = await this.#deps.accept(readings.map((reading) => ({ device: this.device, ...reading })));
    for (const { index, reason } of rejections)
      this.#deps.log.debug({ device: this.device, kind: readings[index]?.kind, reason }, "reading rejected");
  }
}
