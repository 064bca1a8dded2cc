/** The released image on a simulated board in virtual time, with a door around it and a host that greets, acknowledges and asks. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Board, type ChipName, createBoard, Door, doorWiring, type Walk } from "@gatehouse/device-sim";
import {
  DOOR_NODE_EVENTS,
  type DoorNodeBoardMessage,
  type DoorNodeHostMessage,
  decodeBoardMessage,
  encodeHostMessage,
  firmataBoardFraming,
  isDoorNodeMessage,
  Splitter,
} from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { firmwareFolder } from "./firmware-build.ts";

export type NodeEvent = Extract<DoorNodeBoardMessage, { readonly kind: "event" }>;

const STEP_MS = 20;
const { "passed-in": PASSED_IN, "passed-out": PASSED_OUT } = DOOR_NODE_EVENTS;
const BEAT_MS = 1_000;

export class DoorNodeBoard {
  readonly board: Board;
  readonly door: Door;
  readonly events: NodeEvent[] = [];
  /** Every event that came, repeats too. */
  readonly told: NodeEvent[] = [];
  /** Passages told, by the board's time on the outside clock. */
  readonly #passedAtMs: number[] = [];
  /** When the lock's pin moved, and how. */
  readonly lock: { readonly high: boolean; readonly atMs: number }[] = [];
  readonly #heard: DoorNodeBoardMessage[] = [];
  #splitter = new Splitter(firmataBoardFraming);
  #beatMs = 0;
  #acknowledges = true;

  /** `change` makes another image of the released one. */
  constructor(
    chip: ChipName,
    seed: string,
    {
      eeprom,
      change = (hex) => hex,
    }: { readonly eeprom?: Uint8Array | undefined; readonly change?: (hex: string) => string } = {},
  ) {
    const wiring = doorWiring(chip);
    this.board = createBoard({
      chip,
      hex: change(readFileSync(join(firmwareFolder, `released/door-node-${chip}.hex`), "utf8")),
      eeprom,
      random: new Random(seed),
      pinChanged: (pin, high, atMs) => {
        if (pin === wiring["lock-0"]) this.lock.push({ high, atMs });
      },
    });
    this.door = new Door(this.board, wiring);
  }

  say(message: DoorNodeHostMessage): void {
    this.board.hear(encodeHostMessage(message));
  }

  /** Lets time pass; events that come are acknowledged, unless it was told not to. */
  run(ms: number): void {
    const untilMs = this.board.nowMs + ms;
    for (let nowMs = this.board.nowMs; nowMs < untilMs; ) {
      nowMs = Math.min(untilMs, nowMs + STEP_MS);
      this.door.advance(nowMs);
      this.#take();
      if (nowMs - this.#beatMs < BEAT_MS) continue;
      this.#beatMs = nowMs;
      this.say({ kind: "heartbeat" });
    }
  }

  /** The highest seq of a journal that the host has said it keeps. */
  acknowledged(journal: number): number {
    return this.events.findLast((event) => event.journal === journal)?.seq ?? 0;
  }

  /** Passages told up to then. */
  passedBefore(ms: number): number {
    return this.#passedAtMs.filter((atMs) => atMs <= ms).length;
  }

  set acknowledges(on: boolean) {
    this.#acknowledges = on;
  }

  greet(): Extract<DoorNodeBoardMessage, { readonly kind: "hello" }> {
    this.#splitter = new Splitter(firmataBoardFraming);
    this.#heard.length = 0;
    this.say({ kind: "hello", protocol: 1 });
    this.run(200);
    return this.last("hello");
  }

  last<Kind extends DoorNodeBoardMessage["kind"]>(kind: Kind): Extract<DoorNodeBoardMessage, { readonly kind: Kind }> {
    const found = this.#heard.findLast((message) => message.kind === kind);
    if (found === undefined) throw new Error(`the board said no ${kind}`);
    return found as Extract<DoorNodeBoardMessage, { readonly kind: Kind }>;
  }

  /** Events of one walk and of the quiet after it. */
  walk(walk: Walk, ms: number): NodeEvent[] {
    const before = this.events.length;
    this.door.act({ kind: "walk", ...walk });
    this.run(ms);
    return this.events.slice(before);
  }

  #take(): void {
    const bytes = Uint8Array.from(this.board.takeSent(), ({ byte }) => byte);
    for (const { kind, bytes: frame } of this.#splitter.push(bytes)) {
      if (kind !== "frame" || !isDoorNodeMessage(frame)) continue;
      const message = decodeBoardMessage(frame);
      this.#heard.push(message);
      if (message.kind !== "event") continue;
      this.told.push(message);
      if (!this.#acknowledges) continue;
      const last = this.events.at(-1);
      if (last?.journal !== message.journal || last.seq + 1 === message.seq) {
        this.events.push(message);
        if (message.event === PASSED_IN || message.event === PASSED_OUT) this.#passedAtMs.push(this.board.nowMs);
      }
      this.say({ kind: "ack", journal: message.journal, seq: this.events.at(-1)?.seq ?? 0 });
    }
  }
}
