/** What stands behind the rows about sessions and accounts. */
import { randomBytes } from "node:crypto";
import { InvariantError } from "@gatehouse/protocol";
import { type Account, type Accounts, accountRow, nameKey } from "./accounts/accounts.ts";
import type { Claim } from "./accounts/claim.ts";
import type { Entrance } from "./accounts/entrance.ts";
import type { LockOut } from "./accounts/lock-out.ts";
import { type Passwords, weaknessOf } from "./accounts/passwords.ts";
import type { LiveSession, Sessions } from "./accounts/sessions.ts";
import { base32, otpauthUri, stepOf } from "./accounts/totp.ts";
import { Refusal } from "./refusal.ts";
import type { AnswerOf, Asked } from "./table/index.ts";
import type { AccountRow, sessionRoutes } from "./table/session.ts";
import { SESSION_COOKIE, type Visit } from "./visit.ts";

export type SessionKey = keyof typeof sessionRoutes;
export type SessionAnswers = {
  readonly [Key in SessionKey]: (asked: Asked<Key>, visit: Visit) => Promise<AnswerOf<Key>>;
};

export interface SessionParts {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly lockOut: LockOut;
  readonly claim: Claim;
  readonly entrance: Entrance;
  readonly nowMs: () => number;
  readonly monoMs: () => number;
  readonly version: string;
  readonly siteName: () => string;
  readonly caFingerprint: () => string | null;
}

const TOTP_SECRET_BYTES = 20;
const DONE = { done: true } as const;

export function sessionAnswers(parts: SessionParts): SessionAnswers {
  return { ...ownAnswers(parts), ...accountAnswers(parts) };
}

type OwnKey = Exclude<SessionKey, AccountKey>;
type AccountKey =
  | "GET /api/1/accounts"
  | "POST /api/1/accounts"
  | "PATCH /api/1/accounts/:name"
  | "DELETE /api/1/accounts/:name";

function ownAnswers(parts: SessionParts): Pick<SessionAnswers, OwnKey> {
  const { accounts, sessions, passwords, entrance, claim, nowMs } = parts;
  /** Begun and not confirmed, by session. */
  const begun = new Map<string, Buffer>();
  sessions.onEnd((id) => begun.delete(id));
  return {
    "GET /api/1/hello": async (_, { session }) => ({
      product: "gatehouse",
      version: parts.version,
      claimed: accounts.all.length > 0,
      claimOpen: claim.isOpen,
      site: session === undefined ? null : parts.siteName(),
      caFingerprint: parts.caFingerprint(),
    }),
    "POST /api/1/claim": ({ body }, visit) => entrance.claim(body, visit),
    "POST /api/1/session": ({ body }, visit) => entrance.signIn(body, visit),
    "GET /api/1/session": async (_, visit) => entrance.sessionAnswer(accounts.get(visit.name), sessionOf(visit)),
    "DELETE /api/1/session": async (_, visit) => {
      sessions.end(sessionOf(visit).id);
      visit.setCookie(SESSION_COOKIE, "", 0);
      return DONE;
    },
    "PUT /api/1/session/password": async ({ body }, visit) => {
      const session = sessionOf(visit);
      const account = await entrance.confirm(session, body.old);
      if (body.old === body.new) throw new Refusal("same-password");
      mustBeStrong(body.new, account.name);
      await accounts.change(account.name, { password: await passwords.hash(body.new), mustChange: false });
      sessions.endAllOf(account.name, session.id);
      return DONE;
    },
    "POST /api/1/session/totp": async ({ body }, visit) => {
      const session = sessionOf(visit);
      const account = await entrance.confirm(session, body.password);
      const secret = randomBytes(TOTP_SECRET_BYTES);
      begun.set(session.id, secret);
      return { secret: base32(secret), uri: otpauthUri(secret, `Gatehouse ${parts.siteName()}`, account.name) };
    },
    "PUT /api/1/session/totp": async ({ body }, visit) => {
      const session = sessionOf(visit);
      const secret = begun.get(session.id);
      if (secret === undefined) throw new Refusal("totp-not-begun");
      const usedStep = stepOf(secret, body.code, nowMs(), 0);
      if (usedStep === undefined) throw new Refusal("wrong-code");
      begun.delete(session.id);
      await accounts.change(session.name, { totp: { secret: secret.toString("base64url"), usedStep } });
      sessions.endAllOf(session.name, session.id);
      return DONE;
    },
    "DELETE /api/1/session/totp": async ({ body }, visit) => {
      const account = await entrance.confirm(sessionOf(visit), body.password);
      await accounts.change(account.name, { totp: null });
      return DONE;
    },
    "GET /api/1/sessions": async (_, visit) => {
      const own = sessionOf(visit);
      const seen = visit.roles.includes("technician") ? sessions.all : sessions.of(visit.name);
      const rows = seen.map(({ id, name, since, lastSeenAt, address, agent }) => ({
        id,
        name,
        since,
        lastSeenAt,
        address,
        agent,
        own: id === own.id,
      }));
      return { sessions: rows };
    },
    "DELETE /api/1/sessions/:id": async ({ params: { id } }, visit) => {
      const seen = visit.roles.includes("technician") ? sessions.all : sessions.of(visit.name);
      if (!seen.some((session) => session.id === id)) throw new Refusal("unknown", { values: { id } });
      sessions.end(id);
      return DONE;
    },
  };
}

function accountAnswers(parts: SessionParts): Pick<SessionAnswers, AccountKey> {
  const { accounts, sessions, passwords, lockOut } = parts;
  const rowOf = (account: Account): AccountRow => {
    const untilMonoMs = lockOut.pausedUntilMs(nameKey(account.name), parts.monoMs());
    const until = untilMonoMs === undefined ? null : parts.nowMs() + untilMonoMs - parts.monoMs();
    return accountRow(account, until === null ? null : new Date(until).toISOString());
  };
  return {
    "GET /api/1/accounts": async () => ({ accounts: accounts.all.map(rowOf) }),
    "POST /api/1/accounts": async ({ body: { name, roles, password } }) => {
      if (accounts.find(name) !== undefined) throw new Refusal("name-taken", { values: { name } });
      mustBeStrong(password, name);
      const hash = await passwords.hash(password);
      return rowOf(await accounts.add({ name, roles, password: hash, mustChange: true }));
    },
    "PATCH /api/1/accounts/:name": async ({ params: { name }, body }) => {
      const { password, totp, roles, disabled } = body;
      const old = accounts.get(name);
      if (password !== undefined) mustBeStrong(password, old.name);
      const hash = password === undefined ? undefined : await passwords.hash(password);
      const account = await accounts.change(old.name, {
        ...(roles === undefined ? {} : { roles }),
        ...(disabled === undefined ? {} : { disabled }),
        ...(hash === undefined ? {} : { password: hash, mustChange: true }),
        ...(totp === false ? { totp: null } : {}),
      });
      if (hash !== undefined) lockOut.forgive(nameKey(account.name));
      sessions.endAllOf(account.name);
      return rowOf(account);
    },
    "DELETE /api/1/accounts/:name": async ({ params: { name } }) => {
      const account = await accounts.remove(name);
      sessions.endAllOf(account.name);
      return DONE;
    },
  };
}

function mustBeStrong(password: string, name: string): void {
  const weakness = weaknessOf(password, name);
  if (weakness !== undefined) throw new Refusal(weakness);
}

function sessionOf({ session }: Visit): LiveSession {
  if (session === undefined) throw new InvariantError("a row for those signed in was answered without a session");
  return session;
}
