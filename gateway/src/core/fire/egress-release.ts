/**
 * Opens the way out when a fire input comes on: at once, without waiting for disk, platform or any command; for as long as the fire stands, over
 * restarts too. What the doors answered is written down behind it.
 */
import {
  type Clock,
  type CommandAction,
  type Device,
  type DeviceCommand,
  type FireDoor,
  formatTime,
} from "@gatehouse/protocol";
import type { LiveDrivers } from "../commands/live-drivers.ts";
import type { Core } from "../core.ts";
import type { Health, Logger } from "../ports.ts";
import { EgressDoor, type Wanted } from "./egress-door.ts";

export interface EgressOptions {
  readonly core: Pick<Core, "model" | "state" | "command" | "onFire" | "tellEgress">;
  readonly drivers: LiveDrivers;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Health;
  actionsOf(device: Device): readonly CommandAction[];
  /** For a command; unlike any other. */
  newId(): string;
}

/** Doors that have not answered by then are written down as missing; they are told on. */
const SUMMARY_MS = 2_000;
const ISSUER = "fire";

export interface EgressStatus {
  /** Null when no fire stands. */
  readonly since: string | null;
  readonly inputsOn: readonly string[];
  readonly hold: "person" | "input" | null;
  readonly doors: readonly {
    readonly door: string;
    readonly state: "idle" | "released" | "not released" | "locked" | "not locked";
    /** From the fire, or its end, to the answer. */
    readonly ms: number | null;
    readonly why: string | null;
  }[];
}

export class EgressRelease {
  readonly #options: EgressOptions;
  readonly #doors: readonly EgressDoor[];
  readonly #answers = new Map<EgressDoor, number>();
  readonly #reasons = new Map<EgressDoor, string>();
  #wanted: Wanted | undefined;
  #wantedMonoMs = 0;
  /** The fire the doors are released for: heard of before the core has stepped it. */
  #episode = 0;
  #hasLate = false;
  #cancelSummary = () => {};

  /** `core` is open already. */
  constructor(options: EgressOptions) {
    this.#options = options;
    const { core, drivers, clock, log } = options;
    const create = (door: FireDoor): EgressDoor[] => {
      const device = core.model.devices.get(door.device);
      if (device === undefined) return [];
      const parts = { door, driver: device.driver, actions: options.actionsOf(device), drivers, clock, log };
      return [
        new EgressDoor({
          ...parts,
          newId: options.newId,
          answered: (each, wanted, command) => this.#answered(each, wanted, command),
          failed: (each, wanted, why) => this.#failed(each, wanted, why),
          recovered: (each) => this.#recovered(each),
        }),
      ];
    };
    this.#doors = (core.model.config.site.fire?.doors ?? []).flatMap(create);
    core.onFire({
      heard: (input) => this.#heard(input),
      returned: (device) => this.#returned(device),
      committed: () => this.#follow(),
    });
  }

  /** Releases what a fire that stands has released, then follows until the signal aborts. Doors stay as they are when the gateway ends. */
  async run(signal: AbortSignal): Promise<void> {
    const { fire } = this.#options.core.state;
    this.#episode = fire.episode;
    if (fire.sinceMs !== null) this.#want("released", "a fire stands since before the start, doors are released again");
    else if (fire.relocking) this.#want("locked", "the fire was over before the start, doors are locked again");
    await Promise.all(this.#doors.map((door) => door.run(signal)));
    this.#cancelSummary();
  }

  get status(): EgressStatus {
    const { state, model } = this.#options.core;
    const { sinceMs, on } = state.fire;
    return {
      since: sinceMs === null ? null : formatTime(sinceMs, model.zone),
      inputsOn: Object.keys(on),
      hold: model.config.site.fire?.hold ?? null,
      doors: this.#doors.map((door) => ({
        door: door.key,
        state: this.#wanted === undefined ? "idle" : this.#isWhere(door, this.#wanted),
        ms: this.#answers.get(door) ?? null,
        why: this.#reasons.get(door) ?? null,
      })),
    };
  }

  #isWhere(door: EgressDoor, wanted: Wanted): "released" | "not released" | "locked" | "not locked" {
    return door.isThere && !this.#reasons.has(door) ? wanted : `not ${wanted}`;
  }

  #heard(input: string): void {
    const { state } = this.#options.core;
    if (this.#wanted === "released") return;
    this.#episode = state.fire.sinceMs === null ? state.fire.episode + 1 : state.fire.episode;
    this.#want("released", "fire: the way out is being opened", input);
  }

  #returned(device: string): void {
    for (const door of this.#doors) if (door.device === device) door.hurry();
  }

  /** What is on disk counts: only there a fire ends. */
  #follow(): void {
    const { fire } = this.#options.core.state;
    if (fire.sinceMs !== null) {
      if (this.#wanted !== "released") this.#want("released", "fire: the way out is being opened");
      return;
    }
    if (this.#wanted === "released" && fire.episode >= this.#episode)
      this.#want("locked", "the fire is over, doors are locked again");
  }

  #want(wanted: Wanted, message: string, input?: string): void {
    const { clock, log } = this.#options;
    this.#wanted = wanted;
    this.#wantedMonoMs = clock.monoMs();
    this.#answers.clear();
    for (const door of this.#doors) this.#recovered(door);
    for (const door of this.#doors) door.want(wanted);
    this.#summarizeLater();
    log.warn({ input, doors: this.#doors.length }, message);
  }

  #answered(door: EgressDoor, wanted: Wanted, command: DeviceCommand | undefined): void {
    if (wanted !== this.#wanted) return;
    const ms = Math.round(this.#options.clock.monoMs() - this.#wantedMonoMs);
    this.#answers.set(door, ms);
    if (command !== undefined) this.#record(door, command);
    if (this.#answers.size === this.#doors.length) this.#summarize();
    else if (this.#hasLate) this.#summarizeLater();
  }

  #failed(door: EgressDoor, wanted: Wanted, why: string): void {
    const code = wanted === "released" ? "egress-blocked" : "egress-open";
    if (wanted !== this.#wanted) return;
    this.#reasons.set(door, why);
    this.#options.health.raise(code, door.key, why);
  }

  #recovered(door: EgressDoor): void {
    this.#reasons.delete(door);
    this.#options.health.clear("egress-blocked", door.key);
    this.#options.health.clear("egress-open", door.key);
  }

  /** As a command of this box, behind the fact. */
  #record(door: EgressDoor, { id, action, args, notAfter }: DeviceCommand): void {
    const { core } = this.#options;
    const given = args === undefined ? {} : { args };
    const taken = { id, target: door.device, action, ...given, notAfterMs: Date.parse(notAfter), issuer: ISSUER };
    this.#keep(core.command({ type: "command", ...taken, local: true }));
    this.#keep(core.command({ type: "command-result", id, outcome: "done" }));
  }

  #summarizeLater(): void {
    this.#hasLate = false;
    this.#cancelSummary();
    this.#cancelSummary = this.#options.clock.after(SUMMARY_MS, () => this.#summarize());
  }

  /** Said when all have answered, and a while after the first or a late one; that doors are locked only when all are. */
  #summarize(): void {
    const { core, log } = this.#options;
    const what = this.#wanted;
    this.#cancelSummary();
    this.#hasLate = this.#answers.size < this.#doors.length;
    if (what === undefined || (what === "locked" && this.#hasLate)) return;
    const doors = [...this.#answers].map(([door, ms]) => ({ door: door.key, ms }));
    const missing = this.#doors
      .filter((door) => !this.#answers.has(door))
      .map((door) => ({ door: door.key, why: this.#reasons.get(door) ?? "no answer yet" }));
    const slowestMs = Math.max(0, ...doors.map(({ ms }) => ms));
    const fields = { doors: doors.length, slowestMs, missing: missing.map(({ door }) => door) };
    log.warn(fields, what === "released" ? "doors released" : "doors locked again");
    this.#keep(core.tellEgress({ what, doors, missing }));
  }

  /** It fails only when the store is closed. */
  #keep(task: Promise<unknown>): void {
    task.catch((err: unknown) => this.#options.log.debug({ err }, "what the doors answered is not recorded"));
  }
}
