/** The way in: sign-in with password and one-time code, the claim of a new box, and who must wait. */
import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "@gatehouse/protocol";
import type { Logger } from "../../core/ports.ts";
import type { Audit } from "../ports.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../table/session.ts";
import { SESSION_COOKIE, type Visit } from "../visit.ts";
import { type Account, type Accounts, nameKey } from "./accounts.ts";
import type { Claim } from "./claim.ts";
import { type Attempt, addressKey, deviceCookie, deviceOf, type LockOut } from "./lock-out.ts";
import { type Passwords, weaknessOf } from "./passwords.ts";
import type { LiveSession, Sessions } from "./sessions.ts";
import { stepOf } from "./totp.ts";

export interface EntranceDeps {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly lockOut: LockOut;
  readonly claim: Claim;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Logger;
  readonly idleMs: number;
}

const DEVICE_COOKIE_S = 180 * 86_400;
/** No account has it: names do not begin with a blank. */
const CLAIM = " claim";

export interface SignIn {
  readonly name: string;
  readonly password: string;
  readonly totp?: string | undefined;
}

export class Entrance {
  readonly #deps: EntranceDeps;

  constructor(deps: EntranceDeps) {
    this.#deps = deps;
  }

  /** Throws Refusal `locked-out`, `busy`, `wrong-password`, `totp-needed`. */
  async signIn({ name, password, totp }: SignIn, visit: Visit): Promise<Session> {
    const { accounts, passwords, lockOut } = this.#deps;
    const found = accounts.find(name);
    const attempt = this.#attemptOf(name, found, visit);
    this.#mustNotWait(attempt);
    const known = attempt.device !== undefined || attempt.addressKnown;
    const matches = await passwords.matches(password, found?.password, known);
    // Once more: it may have been disabled, or its code used, while the hash was made.
    const account = accounts.find(name);
    if (!matches || account === undefined || account.password !== found?.password || account.disabled) {
      throw this.#failed(attempt, visit, "wrong-password");
    }
    await this.#checkCode(account, totp, attempt, visit);
    lockOut.succeeded(attempt);
    await accounts
      .signedIn(account.name, attempt.address)
      .catch((err: unknown) => this.#deps.log.warn({ err }, UNSAVED));
    this.#deps.audit.record({ by: account.name, what: "sign-in", subject: account.name, detail: visit.address });
    return this.#welcome(account, attempt, visit);
  }

  /** Throws Refusal `claim-closed`, `wrong-claim`, `name-taken`, `weak-password`, `busy`, `locked-out`. */
  async claim(
    { code, name, password }: { readonly code: string; readonly name: string; readonly password: string },
    visit: Visit,
  ): Promise<Session> {
    const { accounts, claim, passwords, audit } = this.#deps;
    const attempt = { account: CLAIM, address: addressKey(visit.address), device: undefined, addressKnown: true };
    if (!claim.isOpen) throw new Refusal("claim-closed");
    this.#mustNotWait(attempt);
    const weakness = weaknessOf(password, name);
    if (weakness !== undefined) throw new Refusal(weakness);
    if (!claim.take(code)) throw this.#failed(attempt, visit, "wrong-claim");
    let account: Account;
    try {
      const hash = await passwords.hash(password);
      account = await accounts.add({ name, roles: ["technician", "manager"], password: hash, mustChange: false });
    } catch (error) {
      claim.giveBack(code);
      throw error;
    }
    await claim.close().catch((err: unknown) => this.#deps.log.warn({ err }, "the file of the claim code stays"));
    const signIn = { ...attempt, account: nameKey(account.name) };
    await accounts.signedIn(account.name, attempt.address);
    audit.record({ by: account.name, what: "claim", subject: account.name, detail: visit.address });
    return this.#welcome(account, signIn, visit);
  }

  /** A password asked for again in the middle of a session. Throws Refusal `locked-out`, `wrong-old-password`, `busy`. */
  async confirm(session: LiveSession, password: string): Promise<Account> {
    const { accounts, passwords, lockOut } = this.#deps;
    const account = accounts.get(session.name);
    const attempt = {
      account: nameKey(account.name),
      address: addressKey(session.address),
      device: `session ${session.id}`,
      addressKnown: true,
    };
    this.#mustNotWait(attempt);
    if (await passwords.matches(password, account.password, true)) {
      lockOut.succeeded(attempt);
      return account;
    }
    throw this.#failed(attempt, session, "wrong-old-password");
  }

  sessionAnswer(account: Account, session: LiveSession): Session {
    const { clock, idleMs } = this.#deps;
    return {
      name: account.name,
      roles: [...account.roles],
      csrf: session.csrf,
      idleSeconds: Math.round(idleMs / 1_000),
      endsAt: new Date(clock.nowMs() + session.endsMonoMs - clock.monoMs()).toISOString(),
      totp: account.totp !== null,
      mustChangePassword: account.mustChange,
    };
  }

  #attemptOf(name: string, account: Account | undefined, visit: Visit): Attempt {
    const key = nameKey(account?.name ?? name);
    const address = addressKey(visit.address);
    return {
      account: key,
      address,
      device: deviceOf(this.#deps.accounts.deviceKey, key, visit.cookie(deviceCookieName(key))),
      addressKnown: account?.addresses.includes(address) ?? false,
    };
  }

  #mustNotWait(attempt: Attempt): void {
    const { lockOut, clock } = this.#deps;
    const waitMs = lockOut.waitMs(attempt, clock.monoMs());
    if (waitMs <= 0) return;
    const seconds = Math.ceil(waitMs / 1_000);
    throw new Refusal("locked-out", { retryAfterSeconds: seconds, values: { seconds } });
  }

  #failed(
    attempt: Attempt,
    { address }: Pick<Visit, "address">,
    code: "wrong-password" | "wrong-old-password" | "wrong-claim",
  ): Refusal {
    const { lockOut, clock, log, audit } = this.#deps;
    const pauseMs = lockOut.failed(attempt, clock.monoMs());
    if (pauseMs > 0) {
      // What is no account's name may be somebody's password, typed into the wrong field.
      const subject = this.#deps.accounts.find(attempt.account)?.name ?? "";
      const detail = `${address} waits ${Math.round(pauseMs / 1_000)} s`;
      log.warn({ address, account: subject, pauseMs }, "sign-in is paused");
      audit.record({ by: "console", what: "sign-in paused", subject, detail });
    }
    return new Refusal(code);
  }

  async #checkCode(account: Account, code: string | undefined, attempt: Attempt, visit: Visit): Promise<void> {
    if (account.totp === null) return;
    if (code === undefined) throw new Refusal("totp-needed");
    const { secret, usedStep } = account.totp;
    const step = stepOf(Buffer.from(secret, "base64url"), code, this.#deps.clock.nowMs(), usedStep);
    if (step === undefined) throw this.#failed(attempt, visit, "wrong-password");
    // It counts in memory at once; a full disk must not keep people out.
    await this.#deps.accounts
      .change(account.name, { totp: { secret, usedStep: step } })
      .catch((err: unknown) => this.#deps.log.warn({ err }, UNSAVED));
  }

  /** Whatever session the browser came with ends. */
  #welcome(account: Account, attempt: Attempt, visit: Visit): Session {
    const { sessions, accounts } = this.#deps;
    if (visit.session !== undefined) sessions.end(visit.session.id);
    const { token, session } = sessions.start(account.name, visit.address, visit.agent);
    visit.setCookie(SESSION_COOKIE, token);
    const device = attempt.device ?? randomBytes(16).toString("base64url");
    const cookie = deviceCookie(accounts.deviceKey, attempt.account, device);
    visit.setCookie(deviceCookieName(attempt.account), cookie, DEVICE_COOKIE_S);
    return this.sessionAnswer(accounts.get(account.name), session);
  }
}

const UNSAVED = "when an account signed in was not written";

/** One an account: several people share a browser. */
export const deviceCookieName = (accountKey: string): string =>
  `__Host-gatehouse-device-${createHash("sha256").update(accountKey).digest("hex").slice(0, 12)}`;
