/** One HTTP POST over a kept-alive connection, with deadlines and a bounded answer. */
import {
  type Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as plainRequest,
} from "node:http";
import { request as secureRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { type Clock, LinkError } from "@gatehouse/protocol";
import { failAfter } from "./deadline.ts";
import { linkFailure } from "./link-failure.ts";

export interface PostOptions {
  readonly url: URL;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** For the connection to stand, TLS included, ms of real time. */
  readonly connectMs: number;
  /** For the whole answer, ms of real time. */
  readonly answerMs: number;
  readonly maxAnswerBytes: number;
  /** In place of Node's own. */
  readonly lookup?: LookupFunction;
}

export interface PostAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** HTML is no platform's answer, whatever its status. */
export const isPage = ({ contentType, text }: PostAnswer): boolean =>
  (/^text\/html\b/i.test(contentType) && text.trim() !== "") || /^\s*<(!doctype html|html)\b/i.test(text);

/** Throws LinkError: `refused` when nobody answers there or the certificate is not trusted, `timeout`, `closed`. */
export async function post(options: PostOptions, body: string, signals: readonly AbortSignal[]): Promise<PostAnswer> {
  const { url, agent, headers, clock, connectMs, answerMs, lookup } = options;
  const { promise, resolve, reject } = Promise.withResolvers<PostAnswer>();
  const bytes = Buffer.from(body);
  const secure = url.protocol === "https:";
  const what = `POST ${url.origin}`;
  const request = begin(what, () =>
    (secure ? secureRequest : plainRequest)(url, {
      method: "POST",
      agent,
      ...(lookup === undefined ? {} : { lookup }),
      headers: { ...headers, "content-length": String(bytes.length) },
    }),
  );
  const fail = (error: LinkError) => {
    reject(error);
    request.destroy();
  };
  const cancelConnect = failAfter({ clock, ms: connectMs, what: `${what}: connecting`, signals: [] }, fail);
  const cancelAnswer = failAfter({ clock, ms: answerMs, what, signals }, fail);
  onceConnected(request, secure ? "secureConnect" : "connect", cancelConnect);
  request.on("error", (cause) => reject(linkFailure(what, cause)));
  request.on("response", (response) => {
    read(response, options.maxAnswerBytes).then(
      (answer) => {
        if (answer === "too long")
          fail(new LinkError("refused", `${what}: the answer is longer than ${options.maxAnswerBytes} bytes`));
        else resolve(answer);
      },
      (cause: unknown) => reject(linkFailure(what, cause)),
    );
  });
  request.end(bytes);
  try {
    return await promise;
  } finally {
    cancelConnect();
    cancelAnswer();
  }
}

/** A client certificate that cannot be used throws here. */
function begin(what: string, make: () => ClientRequest): ClientRequest {
  try {
    return make();
  } catch (cause) {
    throw linkFailure(what, cause);
  }
}

function onceConnected(request: ClientRequest, event: "connect" | "secureConnect", connected: () => void): void {
  request.on("socket", (socket) => {
    if (request.reusedSocket) connected();
    else socket.once(event, connected);
  });
}

async function read(response: IncomingMessage, maxBytes: number): Promise<PostAnswer | "too long"> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return "too long";
    chunks.push(chunk);
  }
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers["content-type"] ?? "no content type",
    headers: response.headers,
    text: Buffer.concat(chunks).toString("utf8"),
  };
}
