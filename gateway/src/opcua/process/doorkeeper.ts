/** Who may come in at the OPC UA server, and what they may do. Passwords are compared in constant time; guessing is made slow. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "@gatehouse/protocol";
import type { ServerUser } from "../seam.ts";

/** So many wrong passwords in a row … */
const MOST_FAILURES = 5;
/** … and for so long no password is right. */
const LOCKED_MS = 60_000;

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
const NOBODY = digest("");

export class Doorkeeper {
  readonly #users: ReadonlyMap<string, { readonly digest: Buffer; readonly role: ServerUser["role"] }>;
  readonly #clock: Clock;
  readonly #refused: (user: string, why: string) => void;
  readonly #failures = new Map<string, { count: number; untilMs: number }>();

  constructor(users: readonly ServerUser[], clock: Clock, refused: (user: string, why: string) => void) {
    this.#users = new Map(users.map(({ user, password, role }) => [user, { digest: digest(password), role }]));
    this.#clock = clock;
    this.#refused = refused;
  }

  isValid(user: string, password: string): boolean {
    const known = this.#users.get(user);
    const equal = timingSafeEqual(digest(password), known?.digest ?? NOBODY);
    if (known === undefined) {
      this.#refused(user.slice(0, 64), "unknown user");
      return false;
    }
    const nowMs = this.#clock.monoMs();
    const failures = this.#failures.get(user) ?? { count: 0, untilMs: Number.NEGATIVE_INFINITY };
    if (nowMs < failures.untilMs) {
      this.#refused(user, "locked for a minute after too many wrong passwords");
      return false;
    }
    if (equal) {
      this.#failures.delete(user);
      return true;
    }
    const count = failures.count + 1;
    const locked = count >= MOST_FAILURES;
    this.#failures.set(user, { count: locked ? 0 : count, untilMs: locked ? nowMs + LOCKED_MS : failures.untilMs });
    this.#refused(user, "wrong password");
    return false;
  }

  mayAct(user: string | undefined): boolean {
    return user !== undefined && this.#users.get(user)?.role === "operator";
  }
}
