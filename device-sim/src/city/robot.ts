/** A stand-in group robot for people: takes messages the way WeCom's does, counts by the minute, knows one key. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Clock } from "@gatehouse/protocol";
import { type ListenAt, Listener } from "./listener.ts";

export interface RobotOptions {
  readonly key: string;
  /** Messages a minute it takes; default 20. */
  readonly perMinute?: number;
  readonly at?: ListenAt;
  readonly clock: Clock;
}

export interface Robot {
  /** `http://HOST:PORT`. */
  readonly host: string;
  /** What was taken, in order: the markdown, or any other body as it came. */
  readonly messages: readonly string[];
  readonly refused: number;
  close(): Promise<void>;
}

const MINUTE_MS = 60_000;
const MAX_CONTENT_BYTES = 4_096;

export async function startRobot({ key, perMinute = 20, at, clock }: RobotOptions): Promise<Robot> {
  const messages: string[] = [];
  let takenMs: number[] = [];
  let refused = 0;
  const verdict = (url: string, text: string): readonly [number, string] => {
    const { pathname, searchParams } = new URL(url, "http://robot");
    if (pathname !== "/cgi-bin/webhook/send") {
      messages.push(text);
      return [0, "ok"];
    }
    if (searchParams.get("key") !== key) return [93_000, "invalid webhook url"];
    takenMs = takenMs.filter((ms) => clock.monoMs() - ms < MINUTE_MS);
    if (takenMs.length >= perMinute) return [45_009, "api freq out of limit"];
    const content = contentOf(text);
    if (content === undefined || content === "") return [44_004, "text content is empty"];
    if (Buffer.byteLength(content) > MAX_CONTENT_BYTES) return [40_058, "markdown.content exceed max length 4096"];
    takenMs.push(clock.monoMs());
    messages.push(content);
    return [0, "ok"];
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const [errcode, errmsg] = verdict(request.url ?? "", Buffer.concat(chunks).toString("utf8"));
    if (errcode !== 0) refused += 1;
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ errcode, errmsg }));
  };
  const listener = new Listener(
    createServer((request, response) => void answer(request, response).catch(() => request.destroy())),
    at ?? { host: "127.0.0.1", port: 0 },
  );
  await listener.open();
  return {
    host: `http://${listener.address}`,
    messages,
    get refused() {
      return refused;
    },
    close: () => listener.shut(),
  };
}

function contentOf(text: string): string | undefined {
  try {
    const { markdown } = JSON.parse(text) as { readonly markdown?: { readonly content?: unknown } };
    return typeof markdown?.content === "string" ? markdown.content : undefined;
  } catch {
    return undefined;
  }
}
