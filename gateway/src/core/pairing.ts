/** The pairing window: for some minutes unknown MQTT devices that knock are remembered, so that somebody can take them into the site. They stay outside till then. */
import { type Clock, ConfigError, ID_PATTERN } from "@gatehouse/protocol";

/** A client whose user name has no account. */
export interface Knock {
  readonly user: string;
  readonly password: Buffer | undefined;
  readonly address: string;
}

interface Seen {
  readonly user: string;
  readonly address: string;
  readonly password: Buffer;
  readonly at: string;
  tries: number;
  /** It came with different passwords or from different places: which of them is the device nobody can tell. */
  doubtful: boolean;
}

const MAX_SEEN = 500;
/** Whoever pairs has so long after the window to say what the devices are. */
const KEPT_MS = 30 * 60_000;
const MAX_PASSWORD = 256;
/** How text names a topic of the gateway's own. */
const TAKEN: readonly string[] = ["state"];

export class Pairing {
  readonly #clock: Clock;
  readonly #seen = new Map<string, Seen>();
  #untilMonoMs = 0;
  #until: string | null = null;
  #cancelForget: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get open(): boolean {
    return this.#clock.monoMs() < this.#untilMonoMs;
  }

  get now() {
    const seen = [...this.#seen.values()].map(({ user, address, at, tries }) => ({ user, address, at, tries }));
    const leftSeconds = Math.max(0, Math.ceil((this.#untilMonoMs - this.#clock.monoMs()) / 1_000));
    return { open: this.open, until: this.open ? this.#until : null, leftSeconds, seen };
  }

  /** A new window forgets who came in the one before. 0 minutes end it, and keep who came for a while. */
  set(minutes: number): void {
    const ms = minutes * 60_000;
    if (minutes > 0 && !this.open) this.#forget();
    this.#untilMonoMs = this.#clock.monoMs() + ms;
    this.#until = minutes > 0 ? new Date(this.#clock.nowMs() + ms * this.#clock.scale).toISOString() : null;
    this.#cancelForget?.();
    this.#cancelForget = this.#clock.after(ms + KEPT_MS, () => this.#forget());
  }

  /** The gateway ends: nobody comes any more, and no timer keeps the process. */
  close(): void {
    this.#cancelForget?.();
    this.#untilMonoMs = 0;
    this.#forget();
  }

  /** Of the broker, which refuses it all the same. */
  knocked({ user, password, address }: Knock): void {
    if (!this.open || !ID_PATTERN.test(user) || TAKEN.includes(user)) return;
    const given = password === undefined ? Buffer.alloc(0) : Buffer.from(password.subarray(0, MAX_PASSWORD + 1));
    const known = this.#seen.get(user);
    if (known !== undefined) {
      known.tries += 1;
      if (!known.password.equals(given) || known.address !== address) known.doubtful = true;
      given.fill(0);
      return;
    }
    if (this.#seen.size >= MAX_SEEN && !this.#makeRoom(address)) return;
    const at = new Date(this.#clock.nowMs()).toISOString();
    this.#seen.set(user, { user, address, password: given, at, tries: 1, doubtful: false });
  }

  /** The password it came with. Throws ConfigError where there is none that can be trusted. */
  password(user: string): string {
    const seen = this.#seen.get(user);
    if (seen === undefined)
      throw unfit(user, "has not come in this window", "open the window and switch the device on");
    if (seen.doubtful) {
      const reason = "came with different passwords or from different addresses: somebody may pretend to be it";
      throw unfit(user, reason, "find out who it is, then open the window anew");
    }
    if (seen.password.length === 0) throw unfit(user, "gave no password", "give the device a password, then try again");
    const text = seen.password.toString("utf8");
    if (seen.password.length > MAX_PASSWORD || !Buffer.from(text).equals(seen.password) || /[\r\n\0]/.test(text))
      throw unfit(
        user,
        "has a password that cannot be kept",
        `give it one of at most ${MAX_PASSWORD} plain characters`,
      );
    return text;
  }

  /** It belongs to the site now. */
  done(user: string): void {
    this.#seen.get(user)?.password.fill(0);
    this.#seen.delete(user);
  }

  /** Whoever comes from an address with many names does not keep out those of others: the last name of the address with the most goes. */
  #makeRoom(address: string): boolean {
    const counts = Map.groupBy(this.#seen.values(), (seen) => seen.address);
    const [[most = address, names = []] = []] = [...counts].sort(([, a], [, b]) => b.length - a.length);
    const last = names.at(-1);
    if (last === undefined || names.length <= (counts.get(address)?.length ?? 0) + 1 || most === address) return false;
    this.done(last.user);
    return true;
  }

  #forget(): void {
    for (const { password } of this.#seen.values()) password.fill(0);
    this.#seen.clear();
  }
}

const unfit = (user: string, reason: string, fix: string): ConfigError =>
  new ConfigError({ path: `body.devices.${user}`, reason: `${user} ${reason}`, fix });
