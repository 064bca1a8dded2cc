/** A console in memory: real accounts, sessions and checks, with people of every role, asked without a network or over one. */
import type { RequestListener, Server } from "node:http";
import { type Clock, InvariantError, systemClock } from "@gatehouse/protocol";
import { Accounts } from "../console/accounts/accounts.ts";
import { Claim, type OpenClaim } from "../console/accounts/claim.ts";
import { Entrance } from "../console/accounts/entrance.ts";
import { LockOut } from "../console/accounts/lock-out.ts";
import { Passwords } from "../console/accounts/passwords.ts";
import { Sessions } from "../console/accounts/sessions.ts";
import { buildConsole, type Console, type ConsoleParts } from "../console/app.ts";
import type { AuditEntry, LiveSources } from "../console/ports.ts";
import type { LiveKind, LiveMessage } from "../console/table/live.ts";
import { ROLES, type Role } from "../console/table/route.ts";
import { CSRF_HEADER, SESSION_COOKIE } from "../console/visit.ts";
import { HealthBoard } from "../core/health.ts";
import type { Vault } from "../core/ports.ts";
import { memoryVault } from "./driver-deps.ts";
import { MemoryLog } from "./log.ts";

/** Of every account of the rig. */
export const RIG_PASSWORD = "correct horse battery";
export const RIG_HOST = "127.0.0.1";

export interface ConsoleRigOptions {
  readonly clock?: Clock;
  /** Of what happens on the site, where it is another. */
  readonly siteClock?: Pick<Clock, "nowMs" | "scale">;
  readonly vault?: Vault;
  readonly answers?: ConsoleParts["answers"];
  readonly pageDir?: string;
  readonly spoolDir?: string;
  readonly secure?: boolean;
  readonly makeServer?: (listener: RequestListener) => Server;
  /** False: nobody has an account yet. */
  readonly people?: boolean;
  readonly idleMs?: number;
  readonly longestMs?: number;
}

/** Headers of somebody signed in; `csrf` goes with what changes something. */
export interface Signed {
  readonly id: string;
  readonly cookie: string;
  readonly csrf: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ConsoleRig extends Console {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly claim: Claim;
  readonly lockOut: LockOut;
  readonly passwords: Passwords;
  readonly audit: readonly AuditEntry[];
  readonly log: MemoryLog;
  readonly live: MemoryLiveSources;
  /** A session of the account named like the role, without the work of a sign-in. */
  signed(name: Role | string): Signed;
}

/** Live sources that say what a test tells them to. */
export class MemoryLiveSources implements LiveSources {
  readonly #listeners = new Map<LiveKind, Set<(message: LiveMessage) => void>>();
  readonly #begun = new Map<LiveKind, number>();

  subscribe: LiveSources["subscribe"] = (kind, _, listener) => {
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners);
    listeners.add(listener);
    this.#begun.set(kind, this.begun(kind) + 1);
    return () => listeners.delete(listener);
  };

  /** How many listen. */
  watching(kind: LiveKind): number {
    return this.#listeners.get(kind)?.size ?? 0;
  }

  /** How often somebody began to. */
  begun(kind: LiveKind): number {
    return this.#begun.get(kind) ?? 0;
  }

  say(kind: LiveKind, message: LiveMessage): void {
    for (const listener of this.#listeners.get(kind) ?? []) listener(message);
  }
}

export async function openConsoleRig(options: ConsoleRigOptions = {}): Promise<ConsoleRig> {
  const { clock = systemClock, vault = memoryVault(), idleMs = 1_800_000, longestMs = 43_200_000 } = options;
  const log = new MemoryLog();
  const health = new HealthBoard(clock);
  const accounts = await Accounts.open({ vault, health, clock });
  const sessions = await Sessions.open({ vault, health, clock, log, idleMs, longestMs });
  const [passwords, lockOut] = [new Passwords(), new LockOut()];
  const claim = new Claim({ vault, clock, describe: async ({ code }: OpenClaim) => code });
  const entries: AuditEntry[] = [];
  const audit = { record: (entry: AuditEntry) => void entries.push(entry) };
  const entrance = new Entrance({ accounts, sessions, passwords, lockOut, claim, audit, clock, log, idleMs });
  const live = new MemoryLiveSources();
  if (options.people !== false && accounts.all.length === 0) {
    const password = await passwords.hash(RIG_PASSWORD);
    for (const role of ROLES) await accounts.add({ name: role, roles: [role], password, mustChange: false });
  }
  const built = buildConsole({
    accounts,
    sessions,
    passwords,
    lockOut,
    claim,
    entrance,
    clock,
    siteClock: options.siteClock ?? clock,
    log,
    audit,
    live,
    version: "0.0.0",
    siteName: () => "rig",
    caFingerprint: () => null,
    caPem: () => undefined,
    answers: options.answers ?? {},
    bootId: "rig",
    hosts: () => new Set([RIG_HOST, "localhost", "box.local"]),
    spoolDir: options.spoolDir ?? "",
    secure: options.secure ?? true,
    strictTransport: false,
    checkAnswers: true,
    ...(options.pageDir === undefined ? {} : { pageDir: options.pageDir }),
    ...(options.makeServer === undefined ? {} : { makeServer: options.makeServer }),
  });
  await built.app.ready();
  return {
    ...built,
    accounts,
    sessions,
    claim,
    lockOut,
    passwords,
    audit: entries,
    log,
    live,
    signed: (name) => {
      if (accounts.find(name) === undefined) throw new InvariantError(`the rig has no account ${name}`);
      const { token, session } = sessions.start(name, RIG_HOST, "rig");
      const cookie = `${SESSION_COOKIE}=${token}`;
      const { csrf, id } = session;
      return { id, cookie, csrf, headers: { host: RIG_HOST, cookie, [CSRF_HEADER]: csrf } };
    },
  };
}
