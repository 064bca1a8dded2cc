/** A simulated UHPPOTE board with four doors: answers requests, keeps events in a ring, pushes them to its listener. One datagram is one `hear`. */
import {
  type BoardTime,
  boardTimeAt,
  type Clock,
  decodeUhppoteRequest,
  encodeUhppoteReply,
  FrameError,
  LAST_EVENT,
  systemClock,
  type UhppoteEvent,
  type UhppoteReply,
  type UhppoteRequest,
  type UhppoteStatus,
} from "@gatehouse/protocol";
import type { SimDevice, SimEvent } from "./device.ts";
import { EventRing } from "./event-ring.ts";
import type { OwnFaults } from "./faulty.ts";

export interface UhppoteBoardOptions {
  readonly id: string;
  readonly serial: number;
  /** The world's time, which its own clock follows; default the system's. */
  readonly clock?: Pick<Clock, "nowMs">;
  /** Events it has room for; default 256 (real ones: some ten thousands). */
  readonly room?: number;
  readonly timezone?: string;
  readonly address?: string;
  /** Its clock's error, ms. */
  readonly clockOffMs?: number;
}

/** Where at the board something happens. */
export interface AtDoor {
  readonly door: number;
  readonly direction: "in" | "out";
}

/** An event as one may have it happen: by its reason, the rest as usual. */
export type Happening = Partial<UhppoteEvent> & { readonly reason: number };

const CARD = 1;
const DOOR = 2;
const ALARM = 3;
const ANSWER_MS = 2;
const DOORS = 4;
const FIRE_REASON = 39;
const FIRE_INPUT = 2;

export class UhppoteBoard implements SimDevice {
  readonly id: string;
  readonly serial: number;
  /** Doors it was told to open, in order. */
  readonly opened: number[] = [];
  /** Says no to commands to open. */
  refuse = false;
  /** Where what happens next happens. */
  place: AtDoor = { door: 1, direction: "in" };
  /** Its clock's error, ms. */
  clockOffMs: number;
  readonly #options: UhppoteBoardOptions;
  readonly #open = Array<boolean>(DOORS).fill(false);
  readonly #pushes: UhppoteEvent[] = [];
  readonly #ring: EventRing;
  #listener: { readonly address: string; readonly port: number } | undefined;
  #mark = 0;
  #sequence = 0;
  #inputs = 0;

  constructor(options: UhppoteBoardOptions) {
    this.id = options.id;
    this.serial = options.serial;
    this.clockOffMs = options.clockOffMs ?? 0;
    this.#options = options;
    this.#ring = new EventRing(options.room ?? 256);
  }

  /** Where it pushes events; undefined until it is told. */
  get listener(): { readonly address: string; readonly port: number } | undefined {
    return this.#listener;
  }

  /** Set by somebody behind the last event fetched. */
  get mark(): number {
    return this.#mark;
  }

  /** The newest event's index. */
  get last(): number {
    return this.#ring.last;
  }

  hear(bytes: Uint8Array): { afterMs: number; bytes: Uint8Array }[] {
    try {
      const request = decodeUhppoteRequest(bytes);
      if (request.serial !== this.serial && !(request.kind === "discover" && request.serial === 0)) return [];
      return [{ afterMs: ANSWER_MS, bytes: encodeUhppoteReply(this.#answer(request)) }];
    } catch (error) {
      // A real board says nothing to what it does not understand.
      if (error instanceof FrameError) return [];
      throw error;
    }
  }

  tick(): Uint8Array[] {
    return this.#pushes.splice(0).map((event) => encodeUhppoteReply(this.#status(event)));
  }

  act(event: SimEvent): void {
    if (event.kind === "card") {
      const granted = event.granted ?? true;
      this.record({ type: CARD, granted, card: asTold(event.number), reason: granted ? 1 : 6 });
    } else if (event.kind === "door") {
      this.#open[this.place.door - 1] = event.open;
      this.record({ reason: event.open ? 23 : 24 });
    } else if (event.kind === "pass" && event.direction === "out") this.record({ reason: 20 });
    else if (event.kind === "power" && event.ok) this.#powerUp();
  }

  /** Writes an event down; its `index`, where given, is where the board begins to count from. */
  record({ index, ...event }: Happening): UhppoteEvent {
    if (index !== undefined && index !== this.last + 1) this.#ring.startAt(index);
    const { door, direction } = this.place;
    const usual = { type: DOOR, granted: true, door, direction: direction === "in" ? 1 : 2, card: 0 };
    if (event.reason === FIRE_REASON) this.#inputs |= FIRE_INPUT;
    const added = this.#ring.add({ ...usual, time: this.boardTime, ...event });
    if (this.#listener !== undefined) this.#pushes.push(added);
    return added;
  }

  /** Loses its events and begins to count anew, as after a reset to factory settings. */
  forget(): void {
    this.#ring.startAt(1);
    this.#mark = 0;
  }

  /** For withFaults: `reboot`, and `counter-wrap`, at which it loses its events. */
  get ownFaults(): OwnFaults {
    return {
      reboot: (on) => (on ? this.#powerUp() : undefined),
      "counter-wrap": (on) => (on ? this.forget() : undefined),
    };
  }

  /** The fire input falls back. */
  endFire(): void {
    this.#inputs &= ~FIRE_INPUT;
  }

  get boardTime(): BoardTime {
    return boardTimeAt(this.#nowMs + this.clockOffMs, this.#zone);
  }

  get #nowMs(): number {
    return (this.#options.clock ?? systemClock).nowMs();
  }

  get #zone(): string {
    return this.#options.timezone ?? "Asia/Shanghai";
  }

  #status(event: UhppoteEvent): UhppoteStatus {
    const state = { open: [...this.#open], buttons: Array<boolean>(DOORS).fill(false), inputs: this.#inputs };
    const { serial } = this;
    const clock = this.boardTime;
    return {
      kind: "status",
      serial,
      ...event,
      ...state,
      error: 0,
      special: 0,
      relays: 0,
      clock,
      sequence: ++this.#sequence,
    };
  }

  #answer(request: UhppoteRequest): UhppoteReply {
    const { serial } = this;
    switch (request.kind) {
      case "status":
        return this.#status(this.#ring.get(LAST_EVENT));
      case "get-time":
        return { kind: "get-time", serial, time: this.boardTime };
      case "set-time":
        if (request.time !== undefined)
          this.clockOffMs = wallMs(request.time) - wallMs(boardTimeAt(this.#nowMs, this.#zone));
        return { kind: "set-time", serial, time: this.boardTime };
      case "open-door":
        return { kind: "open-door", serial, ok: this.#openDoor(request.door) };
      case "set-listener":
        this.#listener = request.port === 0 ? undefined : { address: request.address, port: request.port };
        return { kind: "set-listener", serial, ok: true };
      case "get-listener":
        return { kind: "get-listener", serial, ...(this.#listener ?? { address: "0.0.0.0", port: 0 }), seconds: 0 };
      case "discover":
        return this.#introduce();
      case "get-event":
        return { kind: "get-event", serial, ...this.#ring.get(request.index) };
      case "set-event-index":
        return { kind: "set-event-index", serial, ok: this.#setMark(request.index) };
      case "get-event-index":
        return { kind: "get-event-index", serial, index: this.#mark };
    }
  }

  #openDoor(door: number): boolean {
    if (this.refuse || door < 1 || door > DOORS) return false;
    this.opened.push(door);
    this.record({ door, reason: 44 });
    return true;
  }

  #setMark(index: number): boolean {
    if (index === this.#mark || index > this.last) return false;
    this.#mark = index;
    return true;
  }

  #powerUp(): void {
    this.record({ type: ALARM, granted: false, door: 0, reason: 28 });
  }

  #introduce(): UhppoteReply {
    const { address = "127.0.0.1" } = this.#options;
    const network = { address, netmask: "255.255.255.0", gateway: "0.0.0.0", mac: "00:66:19:39:55:2d" };
    return { kind: "discover", serial: this.serial, ...network, version: "8.92", date: "2018-11-05" };
  }
}

export function createUhppoteBoard(options: UhppoteBoardOptions): UhppoteBoard {
  return new UhppoteBoard(options);
}

/** A number of 24 bits as the board writes it: three digits of facility, five of the card. */
const asTold = (number: number): number =>
  number <= 0xff_ffff ? (number >>> 16) * 100_000 + (number & 0xffff) : number;

const wallMs = (time: BoardTime): number =>
  Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
