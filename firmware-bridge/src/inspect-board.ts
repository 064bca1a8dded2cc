/** A look at one board while nobody else has its line: what it is, how it is set up, how it finds itself. */
import {
  bitNames,
  type Clock,
  CONFIG_STATUSES,
  DOOR_NODE_CHIPS,
  DOOR_NODE_CONFIG,
  DOOR_NODE_PROBLEM_BITS,
  DOOR_NODE_STATE_BITS,
  DOOR_NODE_WINDOW,
  type DoorNodeBoardMessage,
  type DoorNodeEventName,
  type DoorNodeHostMessage,
  type DoorNodeSettingName,
  doorNodeEventName,
  LinkError,
  RESET_CAUSE_BITS,
  RejectedError,
} from "@gatehouse/protocol";
import { shareWire } from "./board-wire.ts";
import type { Wire } from "./wire.ts";

export interface BoardFacts {
  readonly firmware: string;
  readonly protocol: number;
  readonly chip: string;
  readonly boot: number;
  readonly journal: number;
  readonly cause: readonly string[];
  readonly upMs: number;
  readonly events: { readonly held: number; readonly ring: number; readonly lost: number };
  readonly totals: { readonly in: number; readonly out: number };
  readonly state: readonly string[];
  readonly config: Readonly<Record<string, number>>;
}

export interface SelfTest {
  readonly problems: readonly string[];
  readonly stackBytes: number;
  readonly loopUs: number;
  readonly overruns: number;
  readonly records: number;
}

type Answer<Kind extends DoorNodeBoardMessage["kind"]> = Extract<DoorNodeBoardMessage, { kind: Kind }>;

const REPEAT_MS = 500;
const PATIENCE_MS = 8_000;
/** What fits the window comes right behind the hello. */
const EVENTS_MS = 2_000;
const LOOK_MS = 50;
/** What a board notes of itself at each start. */
const OWN: ReadonlySet<string | undefined> = new Set<DoorNodeEventName>([
  "started",
  "lock-released",
  "lock-secured",
  "config-changed",
]);

export interface Inspection {
  /** Changes one setting and gives the value that stands now. Throws RejectedError when the board refuses. */
  set(name: DoorNodeSettingName, value: number): Promise<number>;
  facts(): Promise<BoardFacts>;
  /** Whether it holds what happened at its door and nobody has taken in; that it started itself is no loss. */
  owes(): Promise<boolean>;
  selfTest(): Promise<SelfTest>;
}

/** Only `set` changes something on the board. Each question throws LinkError without an answer. */
export function inspectBoard(wire: Wire, clock: Clock): Inspection {
  const shared = shareWire(wire, { owned: [], pulledUp: [] });
  let hear: (message: DoorNodeBoardMessage) => void = () => {};
  const events: Answer<"event">[] = [];
  shared.onMessage((message) => {
    if (message.kind === "event") events.push(message);
    hear(message);
  });

  async function ask<Kind extends DoorNodeBoardMessage["kind"]>(
    question: DoorNodeHostMessage,
    kind: Kind,
    isIt: (answer: Answer<Kind>) => boolean = () => true,
  ): Promise<Answer<Kind>> {
    const answered = Promise.withResolvers<Answer<Kind>>();
    hear = (message) => {
      if (message.kind === kind && isIt(message as Answer<Kind>)) answered.resolve(message as Answer<Kind>);
    };
    const endMs = clock.monoMs() + PATIENCE_MS;
    let cancel = () => {};
    const repeat = () => {
      if (clock.monoMs() > endMs)
        return answered.reject(
          new LinkError(
            "timeout",
            "no door node answers: check the port, and that nothing else has it open; a board without this firmware gets it with `gatehouse firmware flash`",
          ),
        );
      shared.send(question);
      cancel = clock.after(REPEAT_MS, repeat);
    };
    wire.onClosed((why) => answered.reject(new LinkError("closed", why)));
    repeat();
    try {
      return await answered.promise;
    } finally {
      cancel();
    }
  }

  async function facts(): Promise<BoardFacts> {
    const hello = await ask({ kind: "hello", protocol: 1 }, "hello");
    const beat = await ask({ kind: "heartbeat" }, "heartbeat-answer");
    const totals = await ask({ kind: "counts-query" }, "counts");
    const config: Record<string, number> = {};
    for (const [name, { key }] of Object.entries(DOOR_NODE_CONFIG)) {
      const { status, value } = await ask({ kind: "config-read", key }, "config-value", (answer) => answer.key === key);
      if (CONFIG_STATUSES[status] === "ok") config[name] = value;
    }
    return {
      firmware: `${hello.major}.${hello.minor}`,
      protocol: hello.protocol,
      chip: DOOR_NODE_CHIPS[hello.chip] ?? `unknown (${hello.chip})`,
      boot: hello.boot,
      journal: hello.journal,
      cause: bitNames(RESET_CAUSE_BITS, hello.cause),
      upMs: beat.timeMs,
      events: { held: hello.next - hello.oldest, ring: hello.ring, lost: hello.lost },
      totals: { in: totals.in, out: totals.out },
      state: bitNames(DOOR_NODE_STATE_BITS, beat.state),
      config,
    };
  }

  return {
    facts,
    owes: async () => isOwed(await ask({ kind: "hello", protocol: 1 }, "hello"), events, clock),
    async set(name, value) {
      const { key } = DOOR_NODE_CONFIG[name];
      // A board that still saves the one before says so, and is asked again.
      const answer = await ask(
        { kind: "config-write", key, value },
        "config-written",
        (one) => one.key === key && CONFIG_STATUSES[one.status] !== "busy",
      );
      const status = CONFIG_STATUSES[answer.status];
      if (status === "ok") return answer.value;
      const why = status === "no-such-key" ? "its firmware does not know it" : "out of range, or a pin that is taken";
      throw new RejectedError(`the board keeps ${name} as it is: ${why}`);
    },
    async selfTest() {
      const { problems, stackBytes, loopUs, overruns, records } = await ask({ kind: "self-test" }, "self-test-result");
      return { problems: bitNames(DOOR_NODE_PROBLEM_BITS, problems), stackBytes, loopUs, overruns, records };
    },
  };
}

/** `heard` grows meanwhile. What is not heard in time counts as owed. */
async function isOwed(hello: Answer<"hello">, heard: readonly Answer<"event">[], clock: Clock): Promise<boolean> {
  const { journal, oldest, next } = hello;
  if (next - oldest > DOOR_NODE_WINDOW) return true;
  const told = () => heard.filter((one) => one.journal === journal && one.seq >= oldest && one.seq < next);
  const untilMs = clock.monoMs() + EVENTS_MS;
  while (new Set(told().map(({ seq }) => seq)).size < next - oldest) {
    if (clock.monoMs() > untilMs) return true;
    await clock.sleep(LOOK_MS);
  }
  return told().some(({ event }) => !OWN.has(doorNodeEventName(event)));
}
