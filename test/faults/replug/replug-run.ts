/**
 * One driver under its supervisor, one simulated line, pulled out and put in again. Each cycle something happens at the devices while the
 * line is out, and a command is under way when it goes that expires before the line is back.
 */
import { readdirSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { openPty, type Pty, type SimDevice, shareLine, type Wire } from "@gatehouse/device-sim";
import { type DeviceCommand, systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { type Driver, type DriverDeps, HealthBoard } from "gatehouse";
import { bareDeps, MemoryLog, supervise } from "gatehouse/testing";
import { type AwakeTime, awakeTime } from "../../support/awake-time.ts";
import { tempDir } from "../../support/temp-dir.ts";

/** One serial driver and what its devices do. */
export interface ReplugRow {
  readonly driver: string;
  /** Bytes and settings of `link` behind the path, `?baud=9600` say. */
  readonly query: string;
  /** Makes the driver, as the row of drivers/index.ts does, on that link. */
  create(link: string, deps: Omit<DriverDeps, "devices">): Driver;
  simulate(random: Random): ReplugWorld;
}

export interface ReplugWorld {
  readonly devices: readonly SimDevice[];
  /** Something happens, different for every `n`. */
  happen(n: number, nowMs: number): void;
  /** Whether the accepted item tells what happened with that `n`. */
  tells(item: unknown, n: number): boolean;
  /** A value that is read again and again tells it more than once. */
  readonly repeats: boolean;
  /** A command nobody may ever carry out, where the driver takes commands. */
  readonly command?: {
    readonly device: string;
    readonly action: DeviceCommand["action"];
    readonly args: DeviceCommand["args"];
  };
  /** How many commands the devices have carried out. */
  obeyed(): number;
}

export interface ReplugResult {
  readonly cycles: number;
  /** From the moment the line is there again to the first reading, ms of awake time. */
  readonly backMs: readonly number[];
  readonly descriptors: { readonly before: number; readonly after: number };
  /** What happened and was told twice though it is told once. */
  readonly doubled: number;
  /** What happened and was never told. */
  readonly lost: number;
  /** Frames the devices heard per second of life, in the first and the last quarter of the cycles: a second ear or a second poll would double it. */
  readonly heardPerSecond: { readonly first: number; readonly last: number };
  readonly expiredCommandsObeyed: number;
  readonly bugs: readonly string[];
}

export interface ReplugOptions {
  readonly row: ReplugRow;
  readonly cycles: number;
  readonly seed: number;
  readonly onProgress?: (share: number, note: string) => void;
}

const PATIENCE_MS = 10_000;
const LOOK_MS = 500;
/** How long the line lives and is out, ms. */
const LIFE = { low: 150, high: 400 };
const OUT = { low: 20, high: 500 };
const COMMAND_LIFE_MS = 15;

export async function runReplug({ row, cycles, seed, onProgress = () => {} }: ReplugOptions): Promise<ReplugResult> {
  using dir = tempDir();
  using awake = awakeTime();
  const random = new Random(`${row.driver}/${seed}`);
  const world = row.simulate(random.fork("devices"));
  const socket = new Socket(join(dir.path, "port"));
  const line = shareLine(socket, world.devices, { clock: systemClock });
  const told = new Told(world);
  const health = new HealthBoard(systemClock);
  const log = new MemoryLog();
  let driver: Driver | undefined;
  const bare = bareDeps();
  const make = () => {
    driver = row.create(`serial:${socket.path}${row.query}`, {
      clock: systemClock,
      log,
      health,
      accept: told.accept,
      broker: NO_BROKER,
      ...bare,
    });
    return driver;
  };
  const stop = new AbortController();
  const supervision = { id: row.driver, make, clock: systemClock, log, health, downCode: "driver-down" as const };
  const end = supervise({ ...supervision, random: () => random.float() }, stop.signal);
  const backMs: number[] = [];
  const rates: number[] = [];
  let descriptors = 0;
  let obeyedLate = 0;
  try {
    for (let n = 0; n < cycles; n++) {
      world.happen(n, systemClock.monoMs());
      await systemClock.sleep(random.int(OUT.low, OUT.high));
      const obeyed = world.obeyed();
      await socket.plug();
      const fromMs = awake.nowMs();
      await told.until(n, PATIENCE_MS, awake);
      backMs.push(awake.nowMs() - fromMs);
      const heardBefore = socket.heard;
      const lifeMs = random.int(LIFE.low, LIFE.high);
      await systemClock.sleep(lifeMs);
      rates.push(((socket.heard - heardBefore) * 1_000) / lifeMs);
      if (n === 1 || cycles === 1) descriptors = openDescriptors();
      obeyedLate += world.obeyed() - obeyed;
      if (n === cycles - 1) break;
      const given = giveLate(driver, world, n);
      await systemClock.sleep(random.int(0, COMMAND_LIFE_MS / 2));
      await socket.unplug();
      await given;
      onProgress((n + 1) / cycles, `back after ${Math.round(backMs.at(-1) ?? 0)} ms`);
    }
    const after = openDescriptors();
    return {
      cycles,
      backMs,
      descriptors: { before: descriptors, after },
      doubled: told.doubled,
      lost: told.lost,
      heardPerSecond: quarters(rates),
      expiredCommandsObeyed: obeyedLate,
      bugs: log.lines.filter(({ level }) => level === "error").map((entry) => JSON.stringify(entry)),
    };
  } finally {
    stop.abort();
    await end;
    line.stop();
    await socket.unplug();
  }
}

const BACK_WITHIN_MS = 2_000;
/** More frames than in the beginning: a second poll or a second ear would double them. */
const MORE_TALK = 1.6;

/** What was promised and did not hold. */
export function brokenByReplug(result: ReplugResult): readonly string[] {
  const { backMs, descriptors, doubled, lost, heardPerSecond, expiredCommandsObeyed, bugs } = result;
  const slow = backMs.flatMap((ms, n) => (ms < BACK_WITHIN_MS ? [] : [`cycle ${n}: back after ${Math.round(ms)} ms`]));
  const leaked = descriptors.after - descriptors.before;
  const { first, last } = heardPerSecond;
  const checks: readonly (readonly [boolean, string])[] = [
    [leaked > 0, `${leaked} descriptors leaked`],
    [doubled > 0, `${doubled} readings doubled`],
    [lost > 0, `${lost} readings lost`],
    [last > MORE_TALK * first, `${Math.round(last)} frames/s at the end, ${Math.round(first)} in the beginning`],
    [expiredCommandsObeyed > 0, `${expiredCommandsObeyed} commands carried out behind their expiry`],
  ];
  return [...slow, ...bugs, ...checks.flatMap(([failed, what]) => (failed ? [what] : []))];
}

const openDescriptors = (): number => readdirSync("/proc/self/fd").length;

/** A line driver has nothing to do with the broker; whoever tries finds out here. */
const NO_BROKER: DriverDeps["broker"] = {
  onPublish: () => () => {},
  publish: () => Promise.reject(new RangeError("a line driver publishes nothing")),
};

/** A command around the moment the line goes: carried out before it expires, or never. Resolves when it has expired. */
async function giveLate(driver: Driver | undefined, { command }: ReplugWorld, n: number): Promise<void> {
  if (command === undefined || driver === undefined) return;
  const notAfter = new Date(systemClock.nowMs() + COMMAND_LIFE_MS).toISOString();
  const { device, action, args } = command;
  const signal = AbortSignal.timeout(COMMAND_LIFE_MS);
  await driver.command(device, { id: `late-${n}`, action, args, notAfter }, signal).catch(() => {});
  while (!signal.aborted) await systemClock.sleep(5);
}

function quarters(rates: readonly number[]): { readonly first: number; readonly last: number } {
  const size = Math.max(1, Math.floor(rates.length / 4));
  const mean = (list: readonly number[]) => list.reduce((sum, rate) => sum + rate, 0) / list.length;
  return { first: mean(rates.slice(0, size)), last: mean(rates.slice(-size)) };
}

/** A stable name whose pseudo-terminal comes and goes, as an adapter's name in by-id does. */
class Socket implements Wire {
  readonly path: string;
  heard = 0;
  #listener: (bytes: Uint8Array) => void = () => {};
  #pty: Pty | undefined;

  constructor(path: string) {
    this.path = path;
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  say(bytes: Uint8Array): void {
    this.#pty?.say(bytes);
  }

  async plug(): Promise<void> {
    const pty = await openPty();
    pty.onBytes((bytes) => {
      this.heard += 1;
      this.#listener(bytes);
    });
    this.#pty = pty;
    symlinkSync(pty.path, this.path);
  }

  async unplug(): Promise<void> {
    const pty = this.#pty;
    if (pty === undefined) return;
    this.#pty = undefined;
    unlinkSync(this.path);
    await pty.unplug();
  }
}

/** Stands where the core stands. */
class Told {
  readonly #world: ReplugWorld;
  readonly #counts: number[] = [];
  #changed: () => void = () => {};

  constructor(world: ReplugWorld) {
    this.#world = world;
  }

  readonly accept: DriverDeps["accept"] = async (items) => {
    for (const item of items)
      for (let n = 0; n < this.#counts.length; n++)
        if (this.#world.tells(item, n)) this.#counts[n] = (this.#counts[n] ?? 0) + 1;
    this.#changed();
    return [];
  };

  get doubled(): number {
    return this.#world.repeats ? 0 : this.#counts.filter((count) => count > 1).length;
  }

  get lost(): number {
    return this.#counts.filter((count) => count === 0).length;
  }

  /** Resolves when `n` has been told, or patience is at its end. */
  async until(n: number, ms: number, awake: AwakeTime): Promise<void> {
    while (this.#counts.length <= n) this.#counts.push(0);
    const endMs = awake.nowMs() + ms;
    while (this.#counts[n] === 0 && awake.nowMs() < endMs)
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
        AbortSignal.timeout(LOOK_MS).addEventListener("abort", () => resolve(), { once: true });
      });
  }
}
