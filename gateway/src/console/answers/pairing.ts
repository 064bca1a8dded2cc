/** The pairing window: for some minutes unknown MQTT devices that knock are remembered, so that somebody can take them into the site. They stay outside till then. */
import { type Clock, ConfigError, type Device, ID_PATTERN } from "@gatehouse/protocol";
import type { z } from "zod";
import type { Answers, Asking } from "../table/index.ts";
import type { Edit } from "../table/setup.ts";
import { doerOf } from "./deeds.ts";
import type { SiteFile } from "./site-file.ts";

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
    return { open: this.open, until: this.open ? this.#until : null, seen };
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
    if (this.#seen.size >= MAX_SEEN) return;
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

  #forget(): void {
    for (const { password } of this.#seen.values()) password.fill(0);
    this.#seen.clear();
  }
}

const unfit = (user: string, reason: string, fix: string): ConfigError =>
  new ConfigError({ path: `body.devices.${user}`, reason: `${user} ${reason}`, fix });

export interface PairingParts {
  readonly pairing: Pairing;
  readonly siteFile: SiteFile;
}

type Keys = "GET /api/1/pairing" | "PUT /api/1/pairing" | "POST /api/1/pairing/adopt";

interface Adopted {
  readonly user: string;
  readonly kind: Device["kind"];
  readonly portal?: string | undefined;
  readonly space?: string | undefined;
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

export function pairingAnswers({ pairing, siteFile }: PairingParts): Answers<Keys> {
  return {
    "GET /api/1/pairing": async () => pairing.now,
    "PUT /api/1/pairing": async ({ body: { minutes } }) => {
      pairing.set(minutes);
      return pairing.now;
    },
    "POST /api/1/pairing/adopt": async ({ body: { hash, devices } }, asking) => {
      const { version, hash: now } = await adopt(pairing, siteFile, devices, hash, asking);
      return { hash: now, version, adopted: devices.length };
    },
  };
}

/** The secrets go to disk before the site file names them; a file that is refused leaves files nobody names. */
async function adopt(pairing: Pairing, siteFile: SiteFile, devices: readonly Adopted[], hash: string, asking: Asking) {
  const secrets = devices.map(({ user }) => ({ user, value: pairing.password(user) }));
  const edits = devices.map(({ user, kind, portal, space, settings = {} }): z.input<typeof Edit> => {
    const place = { ...(portal === undefined ? {} : { portal }), ...(space === undefined ? {} : { space }) };
    const password = { file: `secrets/${secretName(user)}` };
    return { op: "add", path: "devices", value: { ...settings, id: user, kind, ...place, password } };
  });
  const note = `devices that announced themselves: ${devices.map(({ user }) => user).join(", ")}`.slice(0, 300);
  const what = { hash, note, by: doerOf(asking) };
  // A first look, so that nothing is written for a file that is refused.
  await siteFile.edit(edits, { ...what, check: true, without: secrets.map(({ user }) => secretName(user)) });
  for (const { user, value } of secrets) await siteFile.writeSecret(secretName(user), value);
  const { version, hash: now } = await siteFile.edit(edits, { ...what, check: false });
  for (const { user } of secrets) pairing.done(user);
  return { version: version ?? 0, hash: now };
}

const secretName = (user: string): string => `mqtt-${user}.password`;
