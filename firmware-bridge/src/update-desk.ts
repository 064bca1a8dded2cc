/** The gateway's wish for a new program on a board: taken once, answered at every step, cancelled while that is safe. Single use. */
import type { BoardUpdateAsk, BoardUpdateTold, Clock, FlashAsk, UpdateEnd, UpdateStage } from "@gatehouse/protocol";

export interface UpdateDeskOptions {
  readonly clock: Clock;
  /** Resolves once the gateway has it. */
  readonly tell: (told: BoardUpdateTold) => Promise<void>;
}

/** A gateway that hears nothing for longer believes the bridge gone. */
const AGAIN_MS = 3_000;
/** The last word waits for a gateway that starts anew, unless this process is to end too. */
const LAST_WORD_MS = 60_000;
const LAST_WORD_AT_END_MS = 2_000;
const STEP = 0.02;

export class UpdateDesk {
  readonly #options: UpdateDeskOptions;
  readonly #asked = Promise.withResolvers<FlashAsk>();
  readonly #cancel = new AbortController();
  #ask: FlashAsk | undefined;
  #told: BoardUpdateTold | undefined;

  constructor(options: UpdateDeskOptions) {
    this.#options = options;
  }

  /** Resolves when somebody wants it. */
  get asked(): Promise<FlashAsk> {
    return this.#asked.promise;
  }

  hear(ask: BoardUpdateAsk): void {
    if (ask.do === "cancel") {
      if (ask.id === this.#ask?.id) this.#cancel.abort();
    } else if (this.#ask === undefined) {
      this.#ask = ask;
      this.#asked.resolve(ask);
    } else if (ask.id !== this.#ask.id) {
      const end = { kind: "failed", board: "before", reason: "the board is being updated already" } as const;
      void this.#options.tell({ id: ask.id, stage: "reach", share: null, end });
    } else if (this.#told !== undefined) void this.#options.tell(this.#told);
  }

  /** Resolves when the gateway knows the end, or was away for too long. */
  async carryOut(
    work: (at: (stage: UpdateStage, share: number | null) => void, cancel: AbortSignal) => Promise<UpdateEnd>,
    { id }: FlashAsk,
    stop: AbortSignal,
  ): Promise<UpdateEnd> {
    const { clock, tell } = this.#options;
    const say = (told: BoardUpdateTold) => {
      this.#told = told;
      return tell(told);
    };
    let cancelAgain = () => {};
    const again = () => {
      if (this.#told !== undefined) void tell(this.#told);
      cancelAgain = clock.after(AGAIN_MS, again);
    };
    const at = (stage: UpdateStage, share: number | null) => {
      const before = this.#told;
      const isNews = before?.stage !== stage || share === null || share === 1 || share - (before.share ?? 0) >= STEP;
      if (isNews) void say({ id, stage, share });
    };
    again();
    try {
      const end = await work(at, this.#cancel.signal);
      cancelAgain();
      const last = say({ id, stage: this.#told?.stage ?? "reach", share: null, end });
      const patience = new AbortController();
      await Promise.race([
        last,
        clock.sleep(stop.aborted ? LAST_WORD_AT_END_MS : LAST_WORD_MS, patience.signal).catch(() => {}),
      ]);
      patience.abort();
      return end;
    } finally {
      cancelAgain();
    }
  }
}
