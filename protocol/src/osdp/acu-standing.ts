/** How one PD stands with us: in use, gone, or refused; when its loss is told, and when it is worth another try. */
import type { Refusal } from "./acu-startup.ts";

export type StandingEvent =
  | { readonly kind: "offline" }
  | { readonly kind: "refused"; readonly why: Refusal; readonly detail: string };

const LOST_ROUNDS = 2;
/** A PD drops a session nobody speaks in after so long. */
const SILENT_MS = 8_000;
const STUMBLE_WAIT_MS = 500;
const FIRST_RETRY_MS = 30_000;
const LAST_RETRY_MS = 300_000;

export class AcuStanding {
  holdUntilMs = 0;
  readonly #tell: (event: StandingEvent) => void;
  #standing: "unknown" | "online" | "offline" = "unknown";
  #refusal: Refusal | undefined;
  #retryMs = FIRST_RETRY_MS;
  #lostRounds = 0;
  #goodMs = 0;

  constructor(tell: (event: StandingEvent) => void) {
    this.#tell = tell;
  }

  get isOnline(): boolean {
    return this.#standing === "online";
  }

  /** True when it was not in use before. */
  beOnline(nowMs: number): boolean {
    const isNews = !this.isOnline;
    this.#standing = "online";
    this.forgive();
    this.good(nowMs);
    return isNews;
  }

  /** It answers as it should. */
  good(nowMs: number): void {
    this.#goodMs = nowMs;
    this.#lostRounds = 0;
  }

  watch(nowMs: number): void {
    if (this.isOnline && nowMs - this.#goodMs >= SILENT_MS) this.#beOffline();
  }

  lostRound(): void {
    this.#lostRounds += 1;
    if (this.#lostRounds >= LOST_ROUNDS) this.#beOffline();
  }

  /** An answer that makes no sense. */
  stumble(nowMs: number): void {
    this.holdUntilMs = nowMs + STUMBLE_WAIT_MS;
    this.lostRound();
  }

  /** Tried again ever more rarely, unless somebody stands in front of it. */
  refuse(why: Refusal, detail: string, nowMs: number, isAwaited: boolean): void {
    if (this.#refusal !== why) {
      this.forgive();
      this.#refusal = why;
      this.#tell({ kind: "refused", why, detail });
    }
    this.#beOffline();
    this.holdUntilMs = nowMs + (isAwaited ? STUMBLE_WAIT_MS : this.#retryMs);
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
  }

  /** Something has changed: it is worth another try at once. */
  forgive(): void {
    this.holdUntilMs = 0;
    this.#refusal = undefined;
    this.#retryMs = FIRST_RETRY_MS;
  }

  #beOffline(): void {
    if (this.#standing !== "offline") this.#tell({ kind: "offline" });
    this.#standing = "offline";
  }
}
