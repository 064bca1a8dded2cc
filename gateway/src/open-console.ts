/** Puts the console together and opens it: accounts and certificates from the state folder, answers from the gateway's parts. */
import { existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Clock, type ConsoleSettings, InvariantError, systemClock } from "@gatehouse/protocol";
import { type ClaimText, claimText } from "./claim-text.ts";
import { Accounts } from "./console/accounts/accounts.ts";
import { Claim, type OpenClaim } from "./console/accounts/claim.ts";
import { Entrance } from "./console/accounts/entrance.ts";
import { LockOut } from "./console/accounts/lock-out.ts";
import { Passwords } from "./console/accounts/passwords.ts";
import { Sessions } from "./console/accounts/sessions.ts";
import { buildConsole, type OtherKey } from "./console/app.ts";
import type { Audit, LiveSources } from "./console/ports.ts";
import type { Answers } from "./console/table/index.ts";
import { addressForOthers, boxNames } from "./console/tls/box-names.ts";
import { OwnCertificates, type ServerCertificate } from "./console/tls/own-certificates.ts";
import { close, listen, makeServer, useCertificate } from "./console/web/listener.ts";
import type { Health, Logger } from "./core/ports.ts";
import { aborted } from "./stage.ts";
import { openVault } from "./store/vault.ts";

export interface OpenConsoleOptions {
  readonly settings: ConsoleSettings;
  readonly stateDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Health;
  readonly siteName: string;
  readonly bootId: string;
  /** Instead of the box's own. */
  readonly given: ServerCertificate | undefined;
  readonly audit: Audit;
  readonly live: LiveSources;
  /** All of them: a row of the table without an answer does not compile. */
  readonly answers: Answers<OtherKey>;
}

/** What `gatehouse user` works on. */
export interface AccountDesk {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly lockOut: LockOut;
  readonly audit: Audit;
  openClaim(): Promise<ClaimText>;
}

export interface OpenedConsole {
  readonly url: string;
  readonly port: number;
  /** Of a box that nobody has claimed yet. */
  readonly claim: ClaimText | undefined;
  readonly desk: AccountDesk;
  /** To every page that is open, as that the gateway starts anew. */
  readonly tell: ReturnType<typeof buildConsole>["feed"]["tell"];
  /** Serves until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

const MINUTE_MS = 60_000;
/** Addresses and the age of the certificate are looked at so often. */
const LOOK_AGAIN_MS = 10 * MINUTE_MS;
const NAMES_FRESH_MS = 10_000;
/** A gateway that starts anew in place is back by then; one that is stopped is looked for in vain. */
const RESTART_MS = 1_500;

/** Throws ConfigError when the address cannot be had. */
export async function openConsole(options: OpenConsoleOptions): Promise<OpenedConsole> {
  const { settings, stateDir, log, health, answers, live, bootId } = options;
  const clocks = clocksOf(options.clock);
  const { clock } = clocks;
  const vault = openVault(stateDir, "console");
  const names = freshNames(settings, clock);
  const own = new OwnCertificates({ vault, clock, log, names });
  const certificate = settings.plain ? undefined : (options.given ?? (await own.current()).certificate);
  const idleMs = settings.idleMinutes * MINUTE_MS;
  const accounts = await Accounts.open({ vault, health, clock });
  const sessions = await Sessions.open({
    vault,
    health,
    clock,
    log,
    idleMs,
    longestMs: settings.hours * 60 * MINUTE_MS,
  });
  const [passwords, lockOut] = [new Passwords(), new LockOut()];
  let url = "";
  const textOf = (claim: OpenClaim) => claimText(url, claim);
  const claim = new Claim({ vault, clock, describe: async (opened) => (await textOf(opened)).text });
  const { audit } = options;
  const entrance = new Entrance({ accounts, sessions, passwords, lockOut, claim, audit, clock, log, idleMs });
  const pageDir = pageFolder();
  const spoolDir = await emptied(join(stateDir, "console", "spool"));
  const { app, feed, connections } = buildConsole({
    accounts,
    sessions,
    passwords,
    lockOut,
    claim,
    entrance,
    ...clocks,
    log,
    audit,
    version: RELEASE,
    siteName: () => options.siteName,
    caFingerprint: () => own.fingerprint,
    caPem: () => own.authorityPem,
    ...{ answers, live, bootId },
    hosts: () => new Set(names()),
    ...(pageDir === undefined ? {} : { pageDir }),
    spoolDir,
    secure: certificate !== undefined,
    strictTransport: settings.tls !== undefined,
    makeServer: (listener) => makeServer(listener, certificate),
  });
  await app.ready();
  const { host, port } = hostAndPort(settings.listen);
  const opened = await listen(app.server, host, port, connections);
  url = `${certificate === undefined ? "http" : "https"}://${urlHost(addressForOthers(host))}:${opened}/`;
  const openClaim = async () => await textOf(await claim.open());
  const desk = { accounts, sessions, passwords, lockOut, audit, openClaim };
  const first = accounts.all.length === 0 ? await openClaim() : undefined;
  if (pageDir === undefined) log.warn({}, "the console's web page was not built, only its API is served");
  return {
    url,
    port: opened,
    claim: first,
    desk,
    tell: (message) => feed.tell(message),
    run: async (signal) => {
      const renewing = renew(
        own,
        app.server,
        { clock, log, on: settings.tls === undefined && !settings.plain },
        signal,
      );
      await aborted(signal);
      feed.tell({ about: "restart", in: RESTART_MS });
      await feed.close();
      // Fastify closes only what it opened itself.
      await Promise.all([close(app.server, connections), app.close(), sessions.close(), renewing]);
    },
  };
}

/** Without what uploads left when the gateway was cut off. */
async function emptied(dir: string): Promise<string> {
  await rm(dir, { recursive: true, force: true });
  return dir;
}

export const RELEASE = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;

/** Undefined while it was not built. */
function pageFolder(): string | undefined {
  const folder = fileURLToPath(new URL("../dist/page", import.meta.url));
  return existsSync(join(folder, "index.html")) ? folder : undefined;
}

/** People and certificates live in real time, also while a demo's days take seconds. */
const clocksOf = (siteClock: Clock) => ({ siteClock, clock: siteClock.scale === 1 ? siteClock : systemClock });

/** Network interfaces are looked at every few seconds, not at every request. */
function freshNames({ hosts }: ConsoleSettings, clock: Clock): () => readonly string[] {
  let names = boxNames(hosts);
  let atMs = clock.monoMs();
  return () => {
    if (clock.monoMs() - atMs > NAMES_FRESH_MS) {
      names = boxNames(hosts);
      atMs = clock.monoMs();
    }
    return names;
  };
}

async function renew(
  own: OwnCertificates,
  server: Parameters<typeof useCertificate>[0],
  { clock, log, on }: { readonly clock: Clock; readonly log: Logger; readonly on: boolean },
  signal: AbortSignal,
): Promise<void> {
  while (on && !signal.aborted) {
    try {
      await clock.sleep(LOOK_AGAIN_MS, signal);
      const { certificate, renewed } = await own.current();
      if (renewed) useCertificate(server, certificate);
    } catch (err) {
      if (!signal.aborted) log.warn({ err }, "the console's certificate was not renewed, tried again later");
    }
  }
}

function hostAndPort(listenAt: string): { readonly host: string; readonly port: number } {
  const match = /^(.+):(\d{1,5})$/.exec(listenAt);
  if (match === null) throw new InvariantError(`"${listenAt}" passed the schema and is no HOST:PORT`);
  return { host: (match[1] ?? "").replace(/^\[(.*)\]$/, "$1"), port: Number(match[2]) };
}

const urlHost = (host: string): string => (host.includes(":") ? `[${host}]` : host);
