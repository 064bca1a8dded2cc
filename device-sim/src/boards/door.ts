/** The world around a door node: what each happening does to its pins and its supply, at its time. */
import type { DoorPart, SimEvent, Walk } from "../devices/device.ts";
import type { Board } from "./board.ts";
import type { DoorWiring } from "./door-node-wiring.ts";
import { beamEdges, peopleThrough } from "./walk.ts";

type Input = Extract<DoorPart, "beam-a" | "beam-b" | "contact" | "button" | "tamper" | "fire">;
const CLOSED_AT_REST: readonly Input[] = ["beam-a", "beam-b", "contact", "tamper", "fire"];

export class Door {
  readonly #board: Board;
  readonly #wiring: DoorWiring;
  readonly #coming: { readonly atMs: number; readonly happen: () => void }[] = [];
  /** People that have really passed, whatever was counted. */
  readonly passed = { in: 0, out: 0 };

  /** Shut, with nobody in it and every loop whole. */
  constructor(board: Board, wiring: DoorWiring) {
    this.#board = board;
    this.#wiring = wiring;
    for (const part of CLOSED_AT_REST) this.#close(part, true);
  }

  /** Runs the board until that time of its own, with what happens on the way. */
  advance(untilMs: number): void {
    for (let next = this.#coming[0]; next !== undefined && next.atMs <= untilMs; next = this.#coming[0]) {
      this.#coming.shift();
      this.#board.runUntil(next.atMs);
      next.happen();
    }
    this.#board.runUntil(untilMs);
  }

  isHigh(part: DoorPart): boolean {
    return this.#board.pins.isHigh(this.#wiring[part]);
  }

  /** Now, in the board's time. What is no matter of a door is nothing to it. */
  act(event: SimEvent): void {
    if (event.kind === "walk") this.#walk(event);
    else if (event.kind === "pass") this.#walk({ direction: event.direction });
    else if (event.kind === "beam") this.#close(`beam-${event.beam}`, !event.broken);
    else if (event.kind === "door") this.#close("contact", !event.open);
    else if (event.kind === "button") this.#close("button", event.pressed);
    else if (event.kind === "tamper" || event.kind === "fire") this.#close(event.kind, !event.on);
    else this.#trouble(event);
  }

  #trouble(event: SimEvent): void {
    if (event.kind === "power") this.#board.power(event.ok);
    else if (event.kind === "brown-out") this.#board.brownOut();
    else if (event.kind === "reset") this.#board.reset();
    else if (event.kind === "stuck")
      this.#board.pins.stick(this.#wiring[event.part], event.level === "free" ? undefined : event.level === "high");
  }

  /** Each part closes to ground, or leaves its pin to the pull-up. */
  #close(part: Input, closed: boolean): void {
    this.#board.pins.drive(this.#wiring[part], closed ? false : undefined);
  }

  #walk(walk: Walk): void {
    const edges = beamEdges([{ startMs: this.#board.nowMs, walk }]);
    const coming = edges.map(({ atMs, beam, broken }) => ({
      atMs,
      happen: () => this.#close(`beam-${beam}`, !broken),
    }));
    const arrive = () => {
      this.passed[walk.direction] += peopleThrough(walk);
    };
    this.#coming.push(...coming, { atMs: edges.at(-1)?.atMs ?? 0, happen: arrive });
    this.#coming.sort((one, other) => one.atMs - other.atMs);
  }
}
