/** Which of a platform's NATS servers answers: the client library cannot let go of one that takes the connection and says nothing. */
import { connect } from "node:net";
import { type Clock, LinkError } from "@gatehouse/protocol";
import { z } from "zod";
import { failAfter } from "./deadline.ts";
import { linkFailure } from "./link-failure.ts";
import { lookupOf } from "./outbound-address.ts";

/** What a server says of itself, unasked, before anything else (NATS client protocol, INFO). */
const Greeting = z.object({
  server_name: z.string().default(""),
  version: z.string().default(""),
  jetstream: z.boolean().default(false),
});
export type Greeting = z.infer<typeof Greeting>;

const DEFAULT_PORT = 4222;
const MAX_GREETING_BYTES = 64 * 1024;

export interface ProbeOptions {
  readonly clock: Clock;
  /** For one server, real ms. */
  readonly probeMs: number;
  readonly allowPrivate?: boolean | undefined;
}

/** The first that greets, tried in that order. Throws LinkError of the last one when none does. */
export async function firstThatAnswers(
  servers: readonly URL[],
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<{ readonly url: URL; readonly greeting: Greeting }> {
  let failure: unknown = new LinkError("refused", "no nats server is named");
  for (const url of servers) {
    try {
      return { url, greeting: await greetingOf(url, options, signal) };
    } catch (error) {
      if (signal.aborted) throw error;
      failure = error;
    }
  }
  throw failure;
}

export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "");
export const portOf = ({ port }: URL): number => (port === "" ? DEFAULT_PORT : Number(port));

async function greetingOf(
  url: URL,
  { clock, probeMs, allowPrivate }: ProbeOptions,
  signal: AbortSignal,
): Promise<Greeting> {
  const what = `nats ${url.host}`;
  const lookup = lookupOf(url, allowPrivate);
  const { promise, resolve, reject } = Promise.withResolvers<Greeting>();
  const cancel = failAfter({ clock, ms: probeMs, what, signals: [signal] }, reject);
  const socket = connect({ host: hostOf(url), port: portOf(url), ...lookup });
  let text = "";
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    text += chunk;
    const end = text.indexOf("\r\n");
    if (end < 0 && text.length < MAX_GREETING_BYTES) return;
    const greeting = parseGreeting(text.slice(0, end));
    if (greeting !== undefined) resolve(greeting);
    else
      reject(new LinkError("refused", `${what}: what listens there is no nats server: check the port in \`servers\``));
  });
  socket.on("error", (cause) => reject(linkFailure(what, cause, "servers")));
  socket.on("close", () => reject(new LinkError("closed", `${what}: the server closed the connection`)));
  try {
    return await promise;
  } finally {
    cancel();
    socket.destroy();
  }
}

function parseGreeting(line: string): Greeting | undefined {
  const [, json] = /^INFO (\{.*\}) *$/.exec(line) ?? [];
  if (json === undefined) return undefined;
  try {
    return Greeting.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
