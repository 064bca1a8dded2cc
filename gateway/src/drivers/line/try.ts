/** One request on its way to an answer: judges what is heard until it is settled, then nothing more. */
import { FrameError, type Piece } from "@gatehouse/protocol";
import type { Question } from "./bus.ts";

/** An answer, or why there is none. */
export type Outcome<Answer> = { readonly answer: Answer } | "silent" | "damaged";

/** A try, whatever it is about. */
export interface Ear {
  /** An answer came, but its bytes were bad: what follows within the try is still listened to. */
  readonly damaged: boolean;
  /** Whether the piece belongs to this question. */
  hear(piece: Piece): boolean;
  /** Nothing more is waited for. */
  miss(): void;
}

export class Try<Answer> implements Ear {
  readonly outcome: Promise<Outcome<Answer>>;
  readonly #question: Question<Answer>;
  readonly #onDamage: () => void;
  #resolve: (outcome: Outcome<Answer>) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #settled = false;
  #damaged = false;

  constructor(question: Question<Answer>, onDamage: () => void) {
    this.#question = question;
    this.#onDamage = onDamage;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever asks waits for it a moment later.
    this.outcome.catch(() => {});
  }

  get damaged(): boolean {
    return this.#damaged;
  }

  hear(piece: Piece): boolean {
    if (this.#settled) return false;
    try {
      const answer = this.#question.hear(piece);
      if (answer !== undefined) this.#settle(() => this.#resolve({ answer }));
      else if (piece.kind === "noise" && piece.reason !== "garbage") this.#noteDamage();
      return answer !== undefined;
    } catch (error) {
      if (error instanceof FrameError) this.#noteDamage();
      else this.fail(error);
      return true;
    }
  }

  miss(): void {
    this.#settle(() => this.#resolve(this.#damaged ? "damaged" : "silent"));
  }

  fail(error: unknown): void {
    this.#settle(() => this.#reject(error));
  }

  #noteDamage(): void {
    this.#damaged = true;
    this.#onDamage();
  }

  #settle(tell: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    tell();
  }
}
