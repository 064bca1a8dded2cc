/** What comes to the console's door and is no request: answered in the catalogue's words, as every other refusal, and let go. */
import type { Socket } from "node:net";
import { languageOf } from "../language.ts";
import { type ProblemAnswer, problemOf, Refusal } from "../refusal.ts";

interface Unheard {
  readonly code?: string | undefined;
  /** The bytes it went wrong in, where there are any. */
  readonly rawPacket?: unknown;
}

const CODES: Readonly<Record<string, ConstructorParameters<typeof Refusal>[0]>> = {
  HPE_HEADER_OVERFLOW: "headers-too-large",
  ERR_HTTP_REQUEST_TIMEOUT: "too-slow",
};
const READ_BYTES = 16_384;

export function turnAway(
  { code = "", rawPacket }: Unheard,
  socket: Socket,
  headers: Readonly<Record<string, string>>,
): void {
  if (code === "ECONNRESET" || socket.destroyed) return;
  const sent = Buffer.isBuffer(rawPacket) ? rawPacket.toString("latin1", 0, READ_BYTES) : "";
  const [, wanted] = /\r\naccept-language:([^\r\n]*)/i.exec(sent) ?? [];
  const said = problemOf(new Refusal(CODES[code] ?? "not-http"), languageOf(undefined, wanted));
  socket.write(asHttp(said, headers));
  socket.destroySoon();
}

/** A refusal where there is nobody to write it but ourselves. */
export function asHttp({ status, body }: ProblemAnswer, headers: Readonly<Record<string, string>> = {}): string {
  const text = JSON.stringify(body);
  const lines = Object.entries({
    ...headers,
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "content-length": String(Buffer.byteLength(text)),
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} Refused`, ...lines, "", text].join("\r\n");
}
