/** A half-duplex line with several devices: who may speak when. One exchange is in flight; trouble of one device costs only that device. */
import { FrameError, InvariantError, LinkError, type Piece, RejectedError } from "@gatehouse/protocol";
import type { Ask, BusCounters, LineBusOptions, Member, MemberCounters, Question } from "./bus.ts";
import { Conversation } from "./conversation.ts";
import { NoiseWatch } from "./noise-watch.ts";
import { Schedule, type Slot } from "./schedule.ts";
import { Turns } from "./turns.ts";

interface Urgent {
  readonly device: string;
  readonly first: boolean;
  /** Needs not wait for a turn of the device that waits itself. */
  readonly beside: boolean;
  run(signal: AbortSignal): Promise<void>;
  giveUp(error: LinkError): void;
}

/** Turns in vain after which a device is taken for lost. */
const LOST_AFTER = 3;
/** Commands in a row before a poll that is due gets its turn. */
const MAX_URGENT_RUN = 4;
/** How an urgent task differs from others. */
export interface Urgency {
  /** Ahead of all others that wait. */
  readonly first?: boolean;
  /** Also while another turn of the device waits for the disk. */
  readonly beside?: boolean;
}

const PADDING: readonly number[] = [0xfe, 0xff];

export class LineBus {
  readonly #options: LineBusOptions;
  readonly #conversation: Conversation;
  readonly #noise: NoiseWatch;
  readonly #turns: Turns;
  #fail: (failure: unknown) => void = () => {};
  readonly #members = new Map<string, MemberCounters>();
  readonly #line: BusCounters = { noiseBytes: 0, unexpected: 0, echoes: 0, foreignMaster: 0, busyMs: 0 };
  readonly #urgent: Urgent[] = [];
  #urgentRun = 0;
  #wake = () => {};
  #state: "new" | "running" | "ended" = "new";

  constructor(options: LineBusOptions) {
    this.#options = options;
    const { clock, health, driver, line } = options;
    this.#turns = new Turns(clock);
    this.#conversation = new Conversation(options, this.#line, (piece, member) => this.#unasked(piece, member));
    this.#noise = new NoiseWatch({ clock, health, driver, bytesPerSecond: () => 1_000 / line.characterMs });
  }

  /** Live figures, of every device ever asked and of the line. */
  get counters(): { readonly line: Readonly<BusCounters>; readonly members: readonly Readonly<MemberCounters>[] } {
    return { line: this.#line, members: [...this.#members.values()] };
  }

  /** Once. Resolves when the signal aborts; throws the LinkError of the line when it is lost. The line is closed by whoever opened it. */
  async run(members: readonly Member[], signal: AbortSignal): Promise<void> {
    if (this.#state !== "new") throw new InvariantError("a bus runs once");
    this.#state = "running";
    const { line, clock, health, driver } = this.#options;
    const lost = new AbortController();
    void line.lost.then((error) => lost.abort(error));
    this.#fail = (failure) => lost.abort(failure);
    const stop = AbortSignal.any([signal, lost.signal]);
    const wake = () => this.#wake();
    stop.addEventListener("abort", wake, { once: true });
    this.#conversation.begin();
    try {
      const schedule = new Schedule(members, (device) => this.#countersOf(device), clock.monoMs());
      while (!stop.aborted) await this.#step(schedule, stop);
    } finally {
      this.#state = "ended";
      this.#conversation.end();
      this.#noise.end();
      health.clear("bus-second-master", driver);
      for (const urgent of this.#urgent.splice(0)) urgent.giveUp(new LinkError("refused", "the line is down"));
      await this.#turns.over();
    }
    if (!signal.aborted) throw lost.signal.reason;
  }

  /**
   * A task of its own for one device, ahead of all polls: a command. When the signal aborts (it expired) nothing more of it is sent. Throws
   * what the task throws; LinkError `refused` when the line was down or it was given up before anything was sent, `closed` when behind that.
   */
  urgent<T>(
    device: string,
    task: (ask: Ask) => Promise<T>,
    signal?: AbortSignal,
    { first = false, beside = false }: Urgency = {},
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#state === "ended") return reject(new LinkError("refused", "the line is down"));
      const urgent = {
        device,
        first,
        beside,
        run: async (stop: AbortSignal) => {
          signal?.removeEventListener("abort", onExpired);
          const both = signal === undefined ? stop : AbortSignal.any([stop, signal]);
          await this.#withAsk(device, both, task).then(resolve, reject);
        },
        giveUp: reject,
      };
      const onExpired = () => {
        const at = this.#urgent.indexOf(urgent);
        if (at >= 0) this.#urgent.splice(at, 1);
        reject(new LinkError("refused", "given up before its turn came", { cause: signal?.reason }));
      };
      if (signal?.aborted) return onExpired();
      signal?.addEventListener("abort", onExpired, { once: true });
      if (first) this.#urgent.splice(this.#urgent.findLastIndex((other) => other.first) + 1, 0, urgent);
      else this.#urgent.push(urgent);
      this.#wake();
    });
  }

  /** Somebody waits who goes ahead of all others: a long turn ends early. */
  get isPressed(): boolean {
    return this.#urgent.some(({ first }) => first);
  }

  async #step(schedule: Schedule, stop: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const next = schedule.next(clock.monoMs(), (device) => !this.#turns.isOpen(device));
    const isDue = typeof next !== "number";
    const at = this.#urgent.findIndex(({ device, beside }) => beside || !this.#turns.isOpen(device));
    const urgent = this.#urgent[at];
    if (urgent !== undefined && !(isDue && this.#urgentRun >= MAX_URGENT_RUN)) {
      this.#urgentRun += 1;
      this.#urgent.splice(at, 1);
      return this.#follow(urgent.device, urgent.run(stop));
    }
    this.#urgentRun = 0;
    if (isDue) return this.#follow(next.member.device, this.#turn(schedule, next, stop));
    await new Promise<void>((resolve) => {
      const cancel = Number.isFinite(next) ? clock.after(next, resolve) : () => {};
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = () => {};
  }

  /** Until the turn is over or only waits; what comes of it then may make others due. */
  #follow(device: string, turn: Promise<void>): Promise<void> {
    return this.#turns.follow(device, turn, (failure) => {
      if (failure !== undefined) this.#fail(failure);
      this.#wake();
    });
  }

  async #turn(schedule: Schedule, slot: Slot, stop: AbortSignal): Promise<void> {
    const { clock, log, health } = this.#options;
    const { member, counters } = slot;
    const fromMs = clock.monoMs();
    const answeredBefore = counters.answered;
    try {
      await this.#withAsk(member.device, stop, (ask) => member.poll(ask));
      if (counters.failures > 0) health.clear("driver-bug", member.device);
      schedule.answered(slot, fromMs);
      await this.#present(slot, true, "answers", stop);
    } catch (error) {
      if (stop.aborted) return;
      schedule.failed(slot, clock.monoMs(), chance(member.device, counters.asked));
      const reason = error instanceof Error ? error.message : String(error);
      if (!isExpected(error)) {
        log.error({ device: member.device, err: error }, "a device's turn ended with a bug, it is asked more rarely");
        health.raise("driver-bug", member.device, reason);
      } else log.debug({ device: member.device, reason, failures: counters.failures }, "a device's turn was in vain");
      if (counters.answered > answeredBefore) await this.#present(slot, true, "answers", stop);
      else if (counters.failures >= LOST_AFTER) await this.#present(slot, false, reason, stop);
    }
  }

  /** A device is online or offline once; what cannot be told because the gateway stops is told after the next start. */
  async #present(slot: Slot, online: boolean, reason: string, stop: AbortSignal): Promise<void> {
    if (slot.online === online) return;
    if (online && slot.counters.answered === 0) return;
    slot.online = online;
    const { presence, log } = this.#options;
    const { device } = slot.member;
    if (!online) log.warn({ device, reason }, "device does not answer, it is asked more rarely");
    try {
      await presence?.(device, online, reason);
    } catch (error) {
      if (!stop.aborted) throw error;
    }
  }

  async #withAsk<T>(device: string, signal: AbortSignal, task: (ask: Ask) => Promise<T>): Promise<T> {
    const counters = this.#countersOf(device);
    let open = true;
    const ask = async <Answer>(question: Question<Answer>): Promise<Answer> => {
      if (!open) throw new InvariantError(`device ${device} asks outside its turn`);
      return this.#turns.speak(() => this.#conversation.ask(question, counters, signal));
    };
    try {
      return await task(ask);
    } finally {
      open = false;
    }
  }

  #unasked(piece: Piece, member: MemberCounters | undefined): void {
    const { health, driver, judge, padding = PADDING } = this.#options;
    if (piece.kind === "noise") {
      const count = piece.bytes.reduce((sum, byte) => sum + (padding.includes(byte) ? 0 : 1), 0);
      if (count === 0) return;
      this.#line.noiseBytes += count;
      this.#noise.note(count);
      return;
    }
    this.#line.unexpected += 1;
    if (member !== undefined) member.unexpected += 1;
    this.#noise.note(piece.bytes.length, 1);
    if (judge?.(piece.bytes) !== "master") return;
    this.#line.foreignMaster += 1;
    health.raise("bus-second-master", driver, "another controller speaks on this line: take one of the two off it");
  }

  #countersOf(device: string): MemberCounters {
    const known = this.#members.get(device);
    if (known !== undefined) return known;
    const fresh: MemberCounters = {
      device,
      asked: 0,
      answered: 0,
      timeouts: 0,
      damaged: 0,
      unexpected: 0,
      roundTripMs: undefined,
      failures: 0,
    };
    this.#members.set(device, fresh);
    return fresh;
  }
}

const isExpected = (error: unknown): boolean =>
  error instanceof LinkError || error instanceof RejectedError || error instanceof FrameError;

/** Even without being random: what matters is that devices differ. */
function chance(device: string, turn: number): number {
  let hash = 2_166_136_261 ^ turn;
  for (let i = 0; i < device.length; i++) hash = Math.imul(hash ^ device.charCodeAt(i), 16_777_619);
  return (hash >>> 0) / 2 ** 32;
}
