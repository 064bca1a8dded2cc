/** Lock commands to a board: an id, a deadline in the board's own time, repeated until answered, never later than wished. */
import {
  type Clock,
  type CommandResult,
  crc16Osdp,
  type DeviceCommand,
  type DoorNodeBoardMessage,
  type DoorNodeHostMessage,
  LOCK_ACTIONS,
  LOCK_STATUSES,
  LockArgs,
  UnlockArgs,
} from "@gatehouse/protocol";

type LockResult = Extract<DoorNodeBoardMessage, { kind: "lock-result" }>;

export interface LockDeskOptions {
  readonly clock: Clock;
  readonly send: (message: DoorNodeHostMessage) => void;
  /** Undefined until the board said hello. */
  readonly boot: () => number | undefined;
  /** Board time so many ms from now. */
  readonly boardTimeIn: (ms: number) => number;
}

const REPEAT_MS = 400;
/** The board takes no command that waits for longer. */
const LONGEST_MS = 59_000;
const LONGEST_PULSE_S = 60;
/** Answers the board remembers; ids are not used twice among as many. */
const RECENT = 64;

const REASONS: Partial<Record<(typeof LOCK_STATUSES)[number], string>> = {
  "too-late": "too late: the time it was allowed had passed",
  "other-boot": "the board has restarted meanwhile",
  "no-such-lock": "the board has no such lock",
  "no-such-action": "the board's configuration forbids it",
  "pulse-too-long": "longer than the board's pulse-limit",
  fire: "fire: the door stays released",
};

export class LockDesk {
  readonly #options: LockDeskOptions;
  readonly #waiting = new Map<number, (result: LockResult) => void>();
  readonly #ids = new Map<string, number>();

  constructor(options: LockDeskOptions) {
    this.#options = options;
  }

  settle(result: LockResult): void {
    this.#waiting.get(result.command)?.(result);
  }

  /** `lock` from 0. Undefined when the board never answered: nobody knows then. */
  async carryOut(lock: number, command: DeviceCommand): Promise<Omit<CommandResult, "id"> | undefined> {
    const wish = wishOf(command);
    if (typeof wish === "string") return { ok: false, error: wish };
    const { clock } = this.#options;
    const leftMs = Math.min(LONGEST_MS, Date.parse(command.notAfter) - clock.nowMs());
    if (!(leftMs > 0)) return { ok: false, error: REASONS["too-late"] as string };
    if (this.#options.boot() === undefined) return { ok: false, error: "the board is not there" };
    const result = await this.#ask(this.#idOf(command.id), lock, wish, leftMs);
    if (result === undefined) return undefined;
    const status = LOCK_STATUSES[result.status];
    if (status === "done" || status === "done-before") return { ok: true };
    return { ok: false, error: (status && REASONS[status]) ?? `the board said status ${result.status}` };
  }

  async #ask(id: number, lock: number, wish: Wish, leftMs: number): Promise<LockResult | undefined> {
    const { clock, send, boot, boardTimeIn } = this.#options;
    const answer = Promise.withResolvers<LockResult | undefined>();
    this.#waiting.set(id, answer.resolve);
    const message = {
      kind: "lock",
      boot: boot() ?? 0,
      command: id,
      lock,
      ...wish,
      notAfterMs: boardTimeIn(leftMs),
    } as const;
    const endMs = clock.monoMs() + leftMs;
    let cancel = () => {};
    const repeat = () => {
      if (clock.monoMs() >= endMs) return answer.resolve(undefined);
      send(message);
      cancel = clock.after(Math.min(REPEAT_MS, endMs - clock.monoMs()), repeat);
    };
    repeat();
    try {
      return await answer.promise;
    } finally {
      cancel();
      this.#waiting.delete(id);
    }
  }

  /** The same command has the same number after a restart of this process too, so that the board knows a repeat. Never 0. */
  #idOf(command: string): number {
    const known = this.#ids.get(command);
    if (known !== undefined) return known;
    const taken = new Set(this.#ids.values());
    let id = crc16Osdp(Buffer.from(command)) || 1;
    while (taken.has(id)) id = (id % 0xffff) + 1;
    this.#ids.set(command, id);
    const [oldest] = this.#ids.keys();
    if (this.#ids.size > RECENT && oldest !== undefined) this.#ids.delete(oldest);
    return id;
  }
}

interface Wish {
  readonly action: number;
  readonly pulseMs: number;
}

/** What the board is to do, or why it cannot. */
function wishOf({ action, args = {} }: DeviceCommand): Wish | string {
  if (action === "lock")
    return LockArgs.safeParse(args).success
      ? { action: LOCK_ACTIONS.secure, pulseMs: 0 }
      : "lock takes no such arguments";
  if (action !== "unlock") return `a lock of a board knows unlock and lock, not ${action}`;
  const parsed = UnlockArgs.safeParse(args);
  if (!parsed.success) return "unlock takes { seconds }";
  const { seconds = 0 } = parsed.data;
  if (seconds > LONGEST_PULSE_S) return `a board opens a door for ${LONGEST_PULSE_S} s at most`;
  return { action: LOCK_ACTIONS.pulse, pulseMs: Math.round(seconds * 1_000) };
}
