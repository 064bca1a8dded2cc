/** The city's NATS door: speaks as much of the wire as a publisher into JetStream needs, and acknowledges each event itself. */
import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { conductOf, HTML_PAGE } from "./failure.ts";
import type { IngestDeps } from "./http.ts";

const UP = /^gatehouse\.(.+)\.(emergency|alert|presence|telemetry)$/;
const STREAM = "CITY";
const MAX_PAYLOAD = 1024 * 1024;

/** JetStream API errors: a message the stream will never take, and a stream that takes nothing now. */
const REFUSED = { code: 400, err_code: 10_054 };
const UNAVAILABLE = { code: 503, err_code: 10_008, description: "JetStream system temporarily unavailable" };

export interface NatsTls {
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Without `tls` in clear. Each connection is greeted in clear, and goes on in TLS (NATS client protocol). */
export function ingestOverNats(deps: IngestDeps, tls: NatsTls | undefined): Server {
  const context = tls && createSecureContext({ cert: tls.cert, key: tls.key });
  let lastSeq = 0;
  return createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => {});
    const about = {
      server_id: STREAM,
      server_name: "city",
      version: "2.9.10",
      proto: 1,
      headers: true,
      jetstream: true,
    };
    const secure = context === undefined ? {} : { tls_required: true, tls_available: true };
    socket.write(`INFO ${JSON.stringify({ ...about, max_payload: MAX_PAYLOAD, ...secure })}\r\n`);
    const wire = context === undefined ? socket : new TLSSocket(socket, { isServer: true, secureContext: context });
    wire.on("error", () => {});
    const session = new Session(wire, (message) => publish(deps, message, () => ++lastSeq));
    wire.on("data", (chunk: Buffer) => session.take(chunk));
  });
}

interface Published {
  readonly subject: string;
  readonly payload: Buffer;
  answer(text: string): void;
  throwOut(): void;
}

function publish(deps: IngestDeps, { subject, payload, answer, throwOut }: Published, nextSeq: () => number): void {
  if (!UP.test(subject)) return;
  const conduct = conductOf(deps.failure());
  const taken = conduct.records ? deps.ledger.take("nats", [jsonOf(payload)]) : undefined;
  if (taken !== undefined) deps.changed();
  const reply = (body: object) =>
    answer(JSON.stringify({ type: "io.nats.jetstream.api.v1.pub_ack_response", ...body }));
  switch (conduct.answer) {
    case "never":
      return;
    case "busy":
    case "redirect":
      throwOut();
      return;
    case "break":
      // Recorded and never answered; where nothing is recorded the door is shut.
      if (taken === undefined) throwOut();
      return;
    case "unavailable":
      reply({ error: UNAVAILABLE });
      return;
    case "html":
      answer(HTML_PAGE);
      return;
    case "receipt": {
      const reason = taken === undefined || "reason" in taken ? taken?.reason : taken.rejected[0]?.reason;
      const refused = { error: { ...REFUSED, description: reason } };
      const send = () => reply(reason === undefined ? { stream: STREAM, seq: nextSeq() } : refused);
      if (conduct.delayMs > 0) deps.clock.after(conduct.delayMs, send);
      else send();
    }
  }
}

function jsonOf(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** One connection: lines, and payloads behind those that announce one. */
class Session {
  readonly #wire: Socket;
  readonly #published: (message: Published) => void;
  readonly #subscriptions = new Map<string, string>();
  #rest: Buffer = Buffer.alloc(0);

  constructor(wire: Socket, published: (message: Published) => void) {
    this.#wire = wire;
    this.#published = published;
  }

  take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const end = this.#rest.indexOf("\r\n");
      if (end < 0) return;
      const [verb = "", ...words] = this.#rest.toString("latin1", 0, end).split(" ");
      const sizeBytes = verb === "PUB" || verb === "HPUB" ? Number(words.at(-1)) + 2 : 0;
      if (this.#rest.length < end + 2 + sizeBytes) return;
      const body = this.#rest.subarray(end + 2, end + 2 + sizeBytes);
      this.#rest = this.#rest.subarray(end + 2 + sizeBytes);
      this.#obey(verb, words, body);
    }
  }

  #obey(verb: string, words: readonly string[], body: Buffer): void {
    const [first = "", second = ""] = words;
    switch (verb) {
      case "PING":
        this.#wire.write("PONG\r\n");
        return;
      case "SUB":
        this.#subscriptions.set(words.at(-1) ?? "", first);
        return;
      case "UNSUB":
        this.#subscriptions.delete(first);
        return;
      case "PUB":
        this.#publish(first, words.length > 2 ? second : "", body.subarray(0, -2));
        return;
      case "HPUB":
        this.#publish(first, words.length > 3 ? second : "", body.subarray(Number(words.at(-2)), -2));
        return;
    }
  }

  #publish(subject: string, reply: string, payload: Buffer): void {
    const answer = (text: string) => this.#deliver(reply, text);
    this.#published({ subject, payload, answer, throwOut: () => this.#wire.destroy() });
  }

  #deliver(subject: string, text: string): void {
    for (const [sid, pattern] of this.#subscriptions) {
      const covers = pattern.endsWith("*") ? subject.startsWith(pattern.slice(0, -1)) : subject === pattern;
      if (covers) this.#wire.write(`MSG ${subject} ${sid} ${Buffer.byteLength(text)}\r\n${text}\r\n`);
    }
  }
}
