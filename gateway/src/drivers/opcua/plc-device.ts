/** One device behind a PLC: its values become readings that are on disk, and it is there or away, over restarts too. */
import type { Device } from "@gatehouse/protocol";
import { type DriverDeps, type HealthCode, Unreadable } from "../../core/ports.ts";
import type { PointValue } from "../../opcua/seam.ts";
import type { OpcuaPoint } from "./config.ts";
import { DeviceMemory } from "./memory.ts";
import { pointNews, type Reading } from "./point-news.ts";

export type PlcDeviceDeps = Pick<DriverDeps, "clock" | "log" | "accept" | "health" | "vault">;

/** A note about a counter stands so long. */
const NOTE_MS = 60 * 60_000;
const LOST_MS = 6 * 60 * 60_000;

export class PlcDevice {
  readonly #device: Device;
  readonly #points: readonly OpcuaPoint[];
  readonly #deps: PlcDeviceDeps;
  readonly #memory: DeviceMemory;
  readonly #pulses = new Map<string, boolean>();
  /** Points that are not good, with what the PLC says of them. */
  readonly #bad = new Map<number, string>();
  /** Told at least once since the PLC was reached. */
  readonly #heard = new Set<number>();
  /** A value that is not good for so long means that the device is away. */
  readonly #patienceMs: number;
  #cancelAway: (() => void) | undefined;
  #countedMs: number | undefined;
  #complaint = "";
  /** Of each total the value told last. */
  readonly #totals = new Map<number, Parameters<typeof pointNews>[0][number]>();
  #cancelLook: (() => void) | undefined;
  /** Codes that stand for a while, with what ends the wait. */
  readonly #standing = new Map<HealthCode, () => void>();
  /** What is said of the device is said in order. */
  #turn: Promise<void> = Promise.resolve();

  constructor(device: Device, points: readonly OpcuaPoint[], deps: PlcDeviceDeps, patienceMs: number) {
    this.#device = device;
    this.#points = points;
    this.#deps = deps;
    this.#patienceMs = patienceMs;
    this.#memory = new DeviceMemory(device.id, deps.vault, deps.log);
  }

  load(): Promise<void> {
    return this.#memory.load();
  }

  /** Values by the number of the device's own point. Resolves when what follows from them is on disk. */
  take(values: readonly PointValue[]): Promise<void> {
    return this.#inTurn(async () => {
      this.#judge(values);
      const good = values.flatMap((told) => {
        const point = this.#points[told.point];
        return point !== undefined && told.good ? [{ point, told }] : [];
      });
      for (const one of good) if (one.point.is.startsWith("total.")) this.#totals.set(one.told.point, one);
      await this.#read(good);
      const isWell = this.#bad.size === 0 && this.#heard.size === this.#points.length;
      if (isWell) await this.#present(true);
    });
  }

  /** The PLC is lost. */
  away(): Promise<void> {
    return this.#inTurn(() => this.#present(false));
  }

  /** Nothing more comes. */
  async end(): Promise<void> {
    this.#cancelAway?.();
    this.#cancelLook?.();
    for (const cancel of this.#standing.values()) cancel();
    // Whoever comes next says them anew where they still hold: nobody else would take them back.
    for (const code of [...this.#standing.keys(), "device-settings", "device-rejected"] as const)
      this.#deps.health.clear(code, this.#device.id);
    await this.#turn.catch(() => {});
    await this.#memory.save(this.#deps.clock.monoMs(), "now");
  }

  #inTurn(task: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(task);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #judge(values: readonly PointValue[]): void {
    const { clock, health } = this.#deps;
    for (const { point, good, status, overflow } of values) {
      this.#heard.add(point);
      if (good) this.#bad.delete(point);
      else this.#bad.set(point, `${this.#points[point]?.node}: ${status}`);
      if (overflow) this.#raise("readings-lost", `the PLC overwrote values of ${this.#points[point]?.node}`, LOST_MS);
    }
    if (this.#bad.size === 0) {
      this.#cancelAway?.();
      this.#cancelAway = undefined;
      health.clear("device-settings", this.#device.id);
      return;
    }
    const [first = ""] = this.#bad.values();
    if (first.includes("BadNodeId")) health.raise("device-settings", this.#device.id, `the PLC does not know ${first}`);
    this.#cancelAway ??= clock.after(this.#patienceMs, () => {
      this.#deps.log.warn({ device: this.#device.id, bad: first }, "value of the plc is not good");
      this.away().catch((err: unknown) => this.#deps.log.debug({ err }, "not told, the gateway stops"));
    });
  }

  async #read(values: Parameters<typeof pointNews>[0]): Promise<void> {
    if (values.length === 0) return;
    const { clock } = this.#deps;
    const nowMs = clock.monoMs();
    const news = pointNews(values, {
      kind: this.#device.kind,
      before: this.#memory.state,
      totals: (["in", "out"] as const).filter((way) => this.#points.some(({ is }) => is === `total.${way}`)),
      pulses: this.#pulses,
      elapsedS: this.#elapsedS(nowMs),
      nowMs: clock.nowMs(),
    });
    // What is remembered follows what is accepted: after a crash between the two the same totals are said again, which changes nothing.
    await this.#accept(news.readings);
    await this.#complain(news.odd);
    this.#memory.change(news.memory);
    if (news.counted) {
      this.#countedMs = nowMs;
      this.#memory.change({ countedAtMs: clock.nowMs() });
    }
    for (const { note, text } of news.notes) {
      if (note.kind === "wrapped")
        this.#deps.log.info({ device: this.#device.id, text }, "counter began anew at its end");
      else this.#raise("counter-odd", text, NOTE_MS);
    }
    await this.#memory.save(nowMs, news.notes.length > 0 ? "now" : "soon");
    this.#lookAgain();
  }

  /** A total that did not fit is believed once it stands; a PLC does not say again what has not changed. */
  #lookAgain(): void {
    const { counts } = this.#memory.state;
    this.#cancelLook?.();
    this.#cancelLook = undefined;
    if (counts.in?.odd === undefined && counts.out?.odd === undefined) return;
    this.#cancelLook = this.#deps.clock.after(this.#patienceMs, () => {
      this.#inTurn(() => this.#read([...this.#totals.values()])).catch((err: unknown) =>
        this.#deps.log.debug({ err }, "not looked at again, the gateway stops"),
      );
    });
  }

  /** Told once each, over restarts too. */
  async #present(online: boolean): Promise<void> {
    if (this.#memory.state.offline !== online) return;
    await this.#accept([{ kind: online ? "device.online" : "device.offline" }]);
    this.#memory.change({ offline: !online });
    await this.#memory.save(this.#deps.clock.monoMs(), "now");
  }

  /** Recorded once, however often it is said. */
  async #complain(odd: readonly string[]): Promise<void> {
    const { accept, health } = this.#deps;
    const [reason] = odd;
    if (reason === undefined) {
      if (this.#complaint !== "") health.clear("device-rejected", this.#device.id);
      this.#complaint = "";
      return;
    }
    health.raise("device-rejected", this.#device.id, reason);
    if (reason === this.#complaint) return;
    this.#complaint = reason;
    await accept([new Unreadable(this.#device.id, reason)]);
  }

  #raise(code: "readings-lost" | "counter-odd", detail: string, forMs: number): void {
    const { health, clock } = this.#deps;
    health.raise(code, this.#device.id, detail);
    this.#standing.get(code)?.();
    this.#standing.set(
      code,
      clock.after(forMs, () => {
        this.#standing.delete(code);
        health.clear(code, this.#device.id);
      }),
    );
  }

  #elapsedS(nowMs: number): number | undefined {
    const { clock } = this.#deps;
    if (this.#countedMs !== undefined) return ((nowMs - this.#countedMs) * clock.scale) / 1_000;
    const { countedAtMs } = this.#memory.state;
    const awayMs = countedAtMs === undefined ? Number.NaN : clock.nowMs() - countedAtMs;
    return awayMs >= 0 ? awayMs / 1_000 : undefined;
  }

  async #accept(readings: readonly Reading[]): Promise<void> {
    if (readings.length === 0) return;
    const { accept, log } = this.#deps;
    const rejections = await accept(readings.map((reading) => ({ device: this.#device.id, ...reading })));
    for (const { index, reason } of rejections)
      log.debug({ device: this.#device.id, kind: readings[index]?.kind, reason }, "reading rejected");
  }
}
