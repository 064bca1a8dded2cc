/** What the broker turned away: counted, logged, and told as a health code that goes when it has been quiet for a while. */
import type { Clock } from "@gatehouse/protocol";
import { Complaints } from "../core/complaints.ts";
import type { Health, HealthCode, Logger } from "../core/ports.ts";

export type Refusal =
  | "unknown-user"
  | "wrong-password"
  | "foreign-topic"
  | "oversize"
  | "malformed"
  | "protocol"
  | "deadline"
  | "slow"
  | "connections"
  | "not-ready"
  | "busy";

const NO_REFUSALS: Readonly<Record<Refusal, number>> = {
  "unknown-user": 0,
  "wrong-password": 0,
  "foreign-topic": 0,
  oversize: 0,
  malformed: 0,
  protocol: 0,
  deadline: 0,
  slow: 0,
  connections: 0,
  "not-ready": 0,
  busy: 0,
};

/** Names come from outside: cut before they are shown. */
const MAX_SUBJECT = 64;
const EXPIRE_EVERY_MS = 5_000;

export class Refusals {
  readonly counts: Record<Refusal, number> = { ...NO_REFUSALS };
  readonly #complaints: Complaints;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor({ health, clock, log }: { health: Health; clock: Clock; log: Logger }) {
    this.#complaints = new Complaints(health, clock);
    this.#clock = clock;
    this.#log = log;
  }

  /** `subject` is the user name, where there is one, else the address. */
  add(refusal: Refusal, subject: string, detail: string): void {
    this.counts[refusal] += 1;
    const name = subject.slice(0, MAX_SUBJECT);
    this.#log.debug({ refusal, subject: name, detail }, "client refused");
    const code = codeOf(refusal);
    if (code !== undefined) this.#complaints.add(code, name, `${name} ${detail}`);
  }

  /** Takes back what has been quiet long enough, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#clock.sleep(EXPIRE_EVERY_MS, signal);
        this.#complaints.expire();
      }
    } catch {
      // The sleep ends with the signal.
    }
  }
}

/** `busy` and `not-ready` are the gateway's own doing and pass by themselves. */
function codeOf(refusal: Refusal): HealthCode | undefined {
  if (refusal === "busy" || refusal === "not-ready") return undefined;
  return refusal === "unknown-user" ? "device-unknown" : "broker-refused";
}
