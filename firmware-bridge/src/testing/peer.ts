/** A door node in memory for unit tests: an own journal with window, acknowledgement and overflow, and every byte it was sent. */
import {
  DOOR_NODE_EVENTS,
  DOOR_NODE_WINDOW,
  type DoorNodeBoardMessage,
  type DoorNodeEventName,
  type DoorNodeHostMessage,
  decodeFirmataHost,
  decodeHostMessage,
  encodeBoardMessage,
  type FirmataHostMessage,
  firmataHostFraming,
  isDoorNodeMessage,
  Splitter,
} from "@gatehouse/protocol";
import type { Wire } from "../wire.ts";

interface Held {
  readonly seq: number;
  readonly event: number;
  readonly timeMs: number;
}

export class Peer {
  boot = 7;
  journal = 7;
  /** Undefined as firmware 1.0 has it. */
  identity: number | undefined = 0;
  readonly totals = { in: 0, out: 0 };
  /** Answers nothing while true. */
  mute = false;
  /** The next events get lost on the way to the host. */
  losing = 0;
  /** Highest seq the host has acknowledged. */
  acked = 0;
  readonly heard: DoorNodeHostMessage[] = [];
  readonly firmata: FirmataHostMessage[] = [];
  readonly #ring: number;
  readonly #time: () => number;
  readonly #splitter = new Splitter(firmataHostFraming);
  #held: Held[] = [];
  #next = 1;
  #lost = 0;
  /** The seq up to which events were sent. */
  #sent = 0;
  /** Sent and not acknowledged. */
  #underWay: number[] = [];
  #open = false;
  #tell: (bytes: Uint8Array) => void = () => {};
  #onClosed: (why: string) => void = () => {};

  constructor(time: () => number, ring = 100) {
    this.#time = time;
    this.#ring = ring;
  }

  readonly wire: Wire = {
    write: (bytes) => {
      for (const piece of this.#splitter.push(bytes)) if (piece.kind === "frame") this.#hear(piece.bytes);
    },
    onBytes: (listener) => {
      this.#tell = listener;
    },
    onClosed: (listener) => {
      this.#onClosed = listener;
    },
    close: () => {},
  };

  unplug(): void {
    this.#onClosed("pulled out");
  }

  happen(name: DoorNodeEventName): void {
    if (name === "passed-in") this.totals.in += 1;
    if (name === "passed-out") this.totals.out += 1;
    this.#held.push({ seq: this.#next++, event: DOOR_NODE_EVENTS[name], timeMs: this.#time() });
    if (this.#held.length > this.#ring) {
      this.#held.shift();
      this.#lost += 1;
    }
    this.#flow();
  }

  say(message: DoorNodeBoardMessage): void {
    if (!this.mute) this.#tell(encodeBoardMessage(message));
  }

  #hear(frame: Uint8Array): void {
    if (!isDoorNodeMessage(frame)) {
      this.firmata.push(decodeFirmataHost(frame));
      return;
    }
    const message = decodeHostMessage(frame);
    this.heard.push(message);
    if (this.mute) return;
    const { boot, journal } = this;
    const timeMs = this.#time();
    if (message.kind === "identity-query") this.#identify();
    else if (message.kind === "hello") this.#greet(timeMs);
    else if (message.kind === "ack") this.#forget(message.seq);
    else if (message.kind === "resend") this.#again(message.from);
    else if (message.kind === "counts-query") this.say({ kind: "counts", boot, timeMs, ...this.totals });
    else if (message.kind === "heartbeat")
      this.say({ kind: "heartbeat-answer", boot, journal, timeMs, next: this.#next, acked: this.acked, state: 0 });
  }

  #identify(): void {
    const { identity, boot, journal, acked } = this;
    if (identity === undefined) this.say({ kind: "refused", refusedId: 0x0d, reason: 3 });
    else this.say({ kind: "identity", identity, boot, journal, acked });
  }

  #greet(timeMs: number): void {
    this.#open = true;
    const oldest = this.#held[0]?.seq ?? this.#next;
    this.#sent = oldest - 1;
    this.#underWay = [];
    const { boot, journal } = this;
    const rest = { protocol: 1, major: 1, minor: 0, chip: 1, cause: 1, ring: this.#ring, locks: 1, config: 0 };
    this.say({ kind: "hello", ...rest, boot, journal, timeMs, oldest, next: this.#next, lost: this.#lost });
    this.#flow();
  }

  #forget(seq: number): void {
    this.acked = seq;
    this.#underWay = this.#underWay.filter((sent) => sent > seq);
    this.#held = this.#held.filter((event) => event.seq > seq);
    this.#flow();
  }

  #again(from: number): void {
    this.#sent = from - 1;
    this.#underWay = this.#underWay.filter((sent) => sent < from);
    this.#flow();
  }

  #flow(): void {
    if (!this.#open) return;
    const oldest = this.#held[0]?.seq;
    if (oldest !== undefined && oldest > this.#sent + 1) {
      this.say({ kind: "overflow", journal: this.journal, oldest, lost: this.#lost });
      this.#sent = oldest - 1;
    }
    for (const { seq, event, timeMs } of this.#held) {
      if (seq <= this.#sent) continue;
      if (this.#underWay.length >= DOOR_NODE_WINDOW) return;
      this.#underWay.push(seq);
      this.#sent = seq;
      if (this.losing > 0) this.losing -= 1;
      else this.say({ kind: "event", journal: this.journal, seq, timeMs, event, data: 0 });
    }
  }
}
