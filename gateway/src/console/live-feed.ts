/** The live feed at /api/1/live: one WebSocket a page, for those signed in, from this box's own page, for as long as the session lasts. */
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "@gatehouse/protocol";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { Logger } from "../core/ports.ts";
import { mayUse } from "./access.ts";
import type { Accounts } from "./accounts/accounts.ts";
import type { LiveSession, Sessions } from "./accounts/sessions.ts";
import { type Language, languageOf } from "./language.ts";
import { LiveBatch } from "./live-batch.ts";
import type { LiveSources } from "./ports.ts";
import { problemOf, Refusal, refusalOf } from "./refusal.ts";
import { LIVE_ACCESS, type LiveKind, type LiveMessage, Watch } from "./table/live.ts";
import { cookieIn, SESSION_COOKIE } from "./visit.ts";
import type { Connections } from "./web/connections.ts";
import { checkHost, checkOrigin } from "./web/guard.ts";
import { asHttp } from "./web/turn-away.ts";

export interface LiveFeedParts {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly clock: Clock;
  /** The time that pages count by. */
  readonly siteClock: Pick<Clock, "nowMs" | "scale">;
  readonly log: Logger;
  readonly live: LiveSources;
  readonly bootId: string;
  readonly hosts: () => ReadonlySet<string>;
  readonly secure: boolean;
}

/** Changes that come closer together go out together. */
const TOGETHER_MS = 150;
const HELLO_MS = 20_000;
const FAREWELL_MS = 250;
const MAX_ASKED_BYTES = 4_096;
/** A page that leaves so much unread is disconnected. */
const MAX_UNREAD_BYTES = 2_000_000;
const MAX_FEEDS = 64;
const MAX_A_SESSION = 8;
/** Of what a page asks for, it may change its mind so often within a second, on the long run. */
const MAX_WATCHES = 30;

/** Close codes of our own, beside those of RFC 6455. */
export const CLOSE_SESSION_ENDED = 4_401;
export const CLOSE_TOO_SLOW = 4_408;

interface Feed {
  readonly socket: WebSocket;
  readonly session: LiveSession;
  /** As its browser asks; a watch may say otherwise. */
  readonly language: Language;
  readonly batch: LiveBatch;
  /** By what is watched: what goes on being watched is not begun anew, or changes that are just being gathered would be lost. */
  readonly watched: Map<string, () => void>;
  cancelFlush: (() => void) | undefined;
  watches: number;
}

export class LiveFeed {
  readonly #parts: LiveFeedParts;
  readonly #connections: Connections;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_ASKED_BYTES, perMessageDeflate: false });
  readonly #feeds = new Set<Feed>();
  #cancelHello: (() => void) | undefined;
  readonly #stopListening: () => void;

  constructor(parts: LiveFeedParts, connections: Connections) {
    this.#parts = parts;
    this.#connections = connections;
    this.#stopListening = parts.sessions.onEnd((id) => {
      for (const feed of this.#feeds)
        if (feed.session.id === id) feed.socket.close(CLOSE_SESSION_ENDED, "session ended");
    });
  }

  get size(): number {
    return this.#feeds.size;
  }

  /** Answers what is refused as plain HTTP, with the catalogue's words. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    try {
      const session = this.#admitted(request);
      this.#connections.trust(socket);
      const language = languageOf(undefined, request.headers["accept-language"]);
      this.#server.handleUpgrade(request, socket, head, (ws) => this.#open(ws, session, language));
    } catch (error) {
      const refusal = refusalOf(error) ?? new Refusal("fault");
      if (refusal.code === "fault") this.#parts.log.error({ err: error }, "a live feed was not opened for a bug");
      const language = languageOf(undefined, request.headers["accept-language"]);
      socket.end(asHttp(problemOf(refusal, language)));
    }
  }

  /** To every page, at once. */
  tell(message: LiveMessage): void {
    for (const feed of this.#feeds) {
      feed.batch.add(message);
      this.#flush(feed);
    }
  }

  /** Gives each page a moment to hear why. */
  async close(): Promise<void> {
    this.#stopListening();
    this.#cancelHello?.();
    this.#server.close();
    const sockets = [...this.#feeds].map(({ socket }) => socket);
    const closed = sockets.map((socket) => new Promise<void>((resolve) => socket.once("close", () => resolve())));
    for (const socket of sockets) socket.close(1_001, "the console stops");
    const patience = new AbortController();
    const late = this.#parts.clock.sleep(FAREWELL_MS, patience.signal).catch(() => {});
    await Promise.race([Promise.all(closed), late]);
    patience.abort();
    for (const socket of sockets) socket.terminate();
  }

  #admitted(request: IncomingMessage): LiveSession {
    const { sessions, hosts, secure } = this.#parts;
    const { headers } = request;
    checkHost(headers.host, hosts);
    if (request.url?.split("?")[0] !== "/api/1/live") throw new Refusal("not-found");
    // Every browser names its page here; nothing else may ride on a browser's cookie.
    if (headers.origin === undefined) throw new Refusal("foreign-origin");
    checkOrigin(headers, secure);
    // A page opens it by itself, again and again where the network comes and goes: no sign of life.
    const session = sessions.use(cookieIn(headers.cookie, SESSION_COOKIE), true);
    const account = session === undefined ? undefined : this.#parts.accounts.find(session.name);
    if (session === undefined || account === undefined || account.disabled) throw new Refusal("sign-in");
    if (account.mustChange) throw new Refusal("change-password");
    const own = [...this.#feeds].filter((feed) => feed.session.id === session.id);
    if (own.length >= MAX_A_SESSION || this.#feeds.size >= MAX_FEEDS) {
      const [oldest] = own;
      if (oldest === undefined) throw new Refusal("busy", { retryAfterSeconds: 10, values: { seconds: 10 } });
      oldest.socket.close(1_008, "too many pages");
    }
    return session;
  }

  #open(socket: WebSocket, session: LiveSession, language: Language): void {
    const feed: Feed = {
      socket,
      session,
      language,
      batch: new LiveBatch(),
      watched: new Map(),
      cancelFlush: undefined,
      watches: 0,
    };
    this.#feeds.add(feed);
    socket.on("message", (data, isBinary) => this.#heard(feed, data, isBinary));
    socket.on("error", (err) => this.#parts.log.debug({ err }, "a live feed broke"));
    socket.on("close", () => {
      this.#feeds.delete(feed);
      feed.cancelFlush?.();
      for (const stop of feed.watched.values()) stop();
      feed.watched.clear();
    });
    feed.batch.add(this.#hello());
    this.#flush(feed);
    this.#helloSoon();
  }

  #hello(): LiveMessage {
    const { siteClock, bootId } = this.#parts;
    return {
      about: "hello",
      at: new Date(siteClock.nowMs()).toISOString(),
      scale: siteClock.scale,
      bootId,
      everyMs: HELLO_MS,
    };
  }

  /** A sign of life, and the moment at which sessions that timed out lose their feed. */
  #helloSoon(): void {
    if (this.#cancelHello !== undefined) return;
    this.#cancelHello = this.#parts.clock.after(HELLO_MS, () => {
      this.#cancelHello = undefined;
      for (const feed of this.#feeds) {
        feed.watches = 0;
        if (!this.#parts.sessions.isLive(feed.session.id)) feed.socket.close(CLOSE_SESSION_ENDED, "session ended");
      }
      this.tell(this.#hello());
      if (this.#feeds.size > 0) this.#helloSoon();
    });
  }

  #heard(feed: Feed, data: RawData, isBinary: boolean): void {
    const asked = isBinary ? undefined : watchIn(String(data));
    if (asked === undefined || ++feed.watches > MAX_WATCHES) {
      feed.socket.close(1_008, "send { watch: [kinds] }, and not too often");
      return;
    }
    const roles = this.#parts.accounts.find(feed.session.name)?.roles ?? [];
    const kinds = [...new Set(asked.watch)];
    const refused = kinds.filter((kind) => mayUse(LIVE_ACCESS[kind], roles) !== "yes");
    const { lang: language = feed.language } = asked;
    const wanted = new Map(
      kinds
        .filter((kind) => !refused.includes(kind))
        .map((kind) => [`${kind} ${narrowedTo(kind, asked)} ${language}`, kind]),
    );
    for (const [key, stop] of feed.watched) {
      if (wanted.has(key)) continue;
      stop();
      feed.watched.delete(key);
    }
    const narrowing = {
      language,
      ...(asked.device === undefined ? {} : { device: asked.device }),
      ...(asked.line === undefined ? {} : { line: asked.line }),
    };
    for (const [key, kind] of wanted) {
      if (feed.watched.has(key)) continue;
      feed.watched.set(
        key,
        this.#parts.live.subscribe(kind, narrowing, (message) => this.#changed(feed, message)),
      );
    }
    if (refused.length > 0) this.#changed(feed, { about: "refused", kinds: refused });
  }

  #changed(feed: Feed, message: LiveMessage): void {
    feed.batch.add(message);
    feed.cancelFlush ??= this.#parts.clock.after(TOGETHER_MS, () => this.#flush(feed));
  }

  #flush(feed: Feed): void {
    feed.cancelFlush?.();
    feed.cancelFlush = undefined;
    const { socket, batch } = feed;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_UNREAD_BYTES) {
      this.#parts.log.info({ name: feed.session.name }, "a page reads the live feed too slowly and is disconnected");
      socket.close(CLOSE_TOO_SLOW, "too slow");
      socket.terminate();
      return;
    }
    for (const message of batch.take()) socket.send(JSON.stringify(message));
  }
}

/** A line is looked at alone, and readings where one device is; the rest is the same for whatever else is asked. */
function narrowedTo(kind: LiveKind, { device, line }: Watch): string {
  if (kind === "line") return line ?? "";
  return kind === "readings" ? (device ?? "") : "";
}

function watchIn(text: string): Watch | undefined {
  try {
    const parsed = Watch.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
