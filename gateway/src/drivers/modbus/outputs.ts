/** Outputs of one device: switched by command, and back by themselves. */
import {
  type CommandResult,
  type DeviceCommand,
  FrameError,
  hasOutput,
  LinkError,
  OutputArgs,
  type RegisterMap,
  RejectedError,
  UnlockArgs,
} from "@gatehouse/protocol";
import type { z } from "zod";
import type { Clock } from "../../core/ports.ts";
import type { Ask } from "../line/bus.ts";
import type { ModbusDevice } from "./config.ts";
import type { UnitMemory } from "./memory.ts";
import type { ModbusWire } from "./wire.ts";

/** Timers may ring this much before their time. */
const EARLY_MS = 20;
/** The same bytes again after silence, while there is time left. */
const TRIES = 2;

interface Switch {
  readonly output: number;
  readonly on: boolean;
  /** Back after so long. */
  readonly seconds?: number | undefined;
}

export interface OutputsOptions {
  readonly device: string;
  readonly keys: ModbusDevice;
  readonly wire: ModbusWire;
  readonly memory: UnitMemory;
  readonly clock: Clock;
  /** The output that is the lock has moved. */
  moved(open: boolean): Promise<void>;
  /** Asks for a turn of {@link Outputs.settle} after so many ms. */
  wake(ms: number): void;
}

export class Outputs {
  readonly #options: OutputsOptions;
  /** Outputs to be switched off, and when. Those of a run before are due at once. */
  readonly #dueMs = new Map<number, number>();
  /** Where a fire has put outputs, until something else does. */
  readonly #released = new Map<number, boolean>();

  constructor(options: OutputsOptions) {
    this.#options = options;
  }

  /** Pulses that an earlier run left behind are due at once. Call it when the memory is loaded. */
  recall(): void {
    for (const output of this.#options.memory.state.pulsing) this.#dueMs.set(output, Number.NEGATIVE_INFINITY);
  }

  get pending(): boolean {
    return this.#dueMs.size > 0;
  }

  /** What the command would do. Throws RejectedError when this device cannot do it. */
  meaning({ action, args = {} }: DeviceCommand): Switch {
    const { device, keys } = this.#options;
    const lock = keys.lock ?? keys.map.lock;
    if (action === "unlock" || action === "lock") {
      if (lock === undefined)
        throw new RejectedError(`${device} has no lock: name its output with \`lock\` in the site file`);
      if (action === "lock") return { output: lock.output, on: false };
      const { seconds = lock.pulseSeconds, door } = parse(UnlockArgs, args, action);
      if (door !== undefined) throw new RejectedError(`${device} has one lock: leave \`door\` out`);
      return { output: lock.output, on: true, seconds };
    }
    if (action !== "output")
      throw new RejectedError(`a Modbus device cannot do "${action}": it knows unlock, lock and output`);
    const wish = parse(OutputArgs, args, action);
    if (!hasOutput(keys.map, wish.output)) throw new RejectedError(`${device} has no output ${wish.output}`);
    // Whoever says on for the lock means a moment: no door stays open because nobody came back.
    if (wish.on && wish.output === lock?.output) return { ...wish, seconds: wish.seconds ?? lock.pulseSeconds };
    return wish;
  }

  /** `due` throws when the command must not be carried out any more; it is asked before every attempt. */
  async carryOut(ask: Ask, command: DeviceCommand, due: () => void): Promise<CommandResult> {
    const wish = this.meaning(command);
    const { output, on, seconds } = wish;
    const wasPending = this.#dueMs.has(output);
    if (on && seconds !== undefined) {
      due();
      await this.#remember(output);
    }
    try {
      await this.#write(ask, wish, due);
    } catch (error) {
      const refused = error instanceof RejectedError;
      // After silence the relay may have moved; after a no it stands as it stood, and an earlier pulse still ends.
      if (!refused) this.#schedule(wish);
      else if (on && !wasPending) await this.#forget(output);
      if (refused) return { id: command.id, ok: false, error: error.message };
      throw error;
    }
    this.#schedule(wish);
    if (!on || seconds === undefined) await this.#forget(output);
    this.#released.delete(output);
    await this.#tell(wish);
    return { id: command.id, ok: true };
  }

  /**
   * Opens the way out, and closes it: without `seconds` it stays so until it is told otherwise. What the disk keeps of it follows behind: a relay
   * that a crash leaves open in a fire is open.
   */
  async release(ask: Ask, command: DeviceCommand, due: () => void): Promise<CommandResult> {
    const { seconds: _, ...steady } = this.meaning(command);
    const seconds = command.args?.["seconds"];
    const wish = typeof seconds === "number" ? { ...steady, seconds } : steady;
    try {
      await this.#write(ask, wish, due);
    } catch (error) {
      if (error instanceof RejectedError) return { id: command.id, ok: false, error: error.message };
      throw error;
    }
    this.#dueMs.delete(wish.output);
    this.#schedule(wish);
    this.#follow(wish);
    return { id: command.id, ok: true };
  }

  /** A release is repeated; what is new of it is told once. */
  #follow(wish: Switch): void {
    const { output, on } = wish;
    const kept = wish.seconds === undefined ? this.#forget(output) : Promise.resolve();
    const told = this.#released.get(output) === on ? Promise.resolve() : this.#tell(wish);
    this.#released.set(output, on);
    void Promise.all([kept, told]).catch(() => {});
  }

  /** Switches back what is due. What fails stays due. */
  async settle(ask: Ask, when: "due" | "all"): Promise<void> {
    const nowMs = this.#options.clock.monoMs();
    for (const [output, dueMs] of this.#dueMs) {
      if (when === "due" && dueMs > nowMs + EARLY_MS) continue;
      await this.#write(ask, { output, on: false }, () => {});
      await this.#forget(output);
      await this.#tell({ output, on: false });
    }
  }

  #schedule({ output, on, seconds }: Switch): void {
    const { clock, wake } = this.#options;
    if (!on || seconds === undefined) return;
    this.#dueMs.set(output, clock.monoMs() + seconds * 1_000);
    wake(seconds * 1_000);
  }

  async #write(ask: Ask, { output, on }: Switch, due: () => void): Promise<void> {
    const { keys, wire } = this.#options;
    const coil = coilOf(keys.map, output);
    for (let attempt = 1; ; attempt++) {
      due();
      try {
        await ask(wire.ask(keys.unit, (client, next) => client.writeFC5(keys.unit, coil, on, next)));
        return;
      } catch (error) {
        const again = (error instanceof LinkError && error.code === "timeout") || error instanceof FrameError;
        if (!again || attempt === TRIES) throw error;
      }
    }
  }

  /** On disk before the relay moves: whoever comes next switches it back. */
  async #remember(output: number): Promise<void> {
    const { memory, clock } = this.#options;
    if (memory.state.pulsing.includes(output)) return;
    memory.change({ pulsing: [...memory.state.pulsing, output] });
    await memory.save(clock.monoMs(), "now");
  }

  async #forget(output: number): Promise<void> {
    const { memory, clock } = this.#options;
    this.#dueMs.delete(output);
    if (!memory.state.pulsing.includes(output)) return;
    memory.change({ pulsing: memory.state.pulsing.filter((each) => each !== output) });
    await memory.save(clock.monoMs(), "now");
  }

  async #tell({ output, on }: Switch): Promise<void> {
    const { keys, moved } = this.#options;
    if (output === (keys.lock ?? keys.map.lock)?.output) await moved(on);
  }
}

function coilOf({ outputs }: RegisterMap, output: number): number {
  return outputs === undefined ? output : outputs.address + output - outputs.first;
}

function parse<T>(schema: z.ZodType<T>, args: unknown, action: string): T {
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new RejectedError(`${action}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "is not right"}`);
}
