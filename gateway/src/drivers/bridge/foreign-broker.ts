/** A client of a broker that is not ours: MQTT.js as the wire client and nothing more. What is heard is acknowledged once it was taken. */
import { type Clock, LinkError } from "@gatehouse/protocol";
import { connect, type IClientOptions, type MqttClient } from "mqtt";
import type { Bridge, BridgeOptions } from "./bridge.ts";

/** For the connection to stand and for each answer, ms of real time. */
const ANSWER_MS = 10_000;
const KEEPALIVE_SECONDS = 30;
/** For the last word. */
const GOODBYE_MS = 1_000;
/** One packet; a list of all devices is the longest. */
const MAX_PACKET_BYTES = 16 * 1024 * 1024;
/** What may have come together with it. */
const SLACK_BYTES = 256 * 1024;

const TLS = { minVersion: "TLSv1.2" } as const;

export async function runForeignBroker(
  options: BridgeOptions & { readonly url: URL },
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const { url, branches, deps, ready } = options;
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  const stopped = Promise.withResolvers<void>();
  const onAbort = () => stopped.resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  const client = begin(options, lost.reject);
  const what = `mqtt ${url.host}`;
  try {
    const up = new Promise<void>((resolve) => client.once("connect", () => resolve()));
    const first = await Promise.race([within(deps.clock, up, what), lost.promise, stopped.promise.then(() => "stop")]);
    if (first === "stop") return;
    const granted = client.subscribeAsync([...branches], { qos: 1 });
    const answers = await Promise.race([within(deps.clock, granted, `${what}: subscribing`), lost.promise]);
    if (answers.some(({ qos }) => qos >= 0x80))
      throw new LinkError("refused", `${what} does not let us subscribe to ${branches.join(" and ")}`);
    const wanted = new Set<string>();
    const bridge: Bridge = {
      listen: (topics) => {
        const fresh = [...topics].filter((topic) => !wanted.has(topic) && !branches.some((one) => covers(one, topic)));
        for (const topic of fresh) wanted.add(topic);
        if (fresh.length > 0) client.subscribeAsync(fresh, { qos: 1 }).catch(() => {});
      },
      publish: async (topic, payload, how) => {
        const answer = client.publishAsync(topic, payload, { qos: 1, ...how });
        await Promise.race([within(deps.clock, answer, `${what}: ${topic}`), lost.promise]);
      },
    };
    ready(bridge);
    await Promise.race([lost.promise, stopped.promise]);
    if (options.farewell !== undefined) await goodbye(client, options.farewell(bridge), options);
  } finally {
    signal.removeEventListener("abort", onAbort);
    lost.reject(new LinkError("closed", `${what}: closed`));
    client.end(true);
  }
}

/** The last word, then DISCONNECT: without that the broker would publish the will over it. */
async function goodbye(client: MqttClient, said: Promise<void>, { deps, id }: BridgeOptions): Promise<void> {
  const late = new AbortController();
  const patience = deps.clock.sleep(GOODBYE_MS, late.signal).catch(() => {});
  const all = said
    .then(() => client.endAsync(false))
    .catch((err: unknown) => deps.log.debug({ driver: id, err }, "nobody heard the farewell"));
  await Promise.race([all, patience]);
  late.abort();
}

const covers = (branch: string, topic: string): boolean => topic.startsWith(branch.slice(0, -1));

function begin(
  { id, url, config, deps, hear, will }: BridgeOptions & { readonly url: URL },
  fail: (error: LinkError) => void,
): MqttClient {
  const { username, password, clientId = `gatehouse-${id}`, tls } = config;
  const settings: IClientOptions = {
    protocolVersion: 4,
    clientId,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: deps.secret(password) }),
    ...(tls?.ca === undefined ? {} : { ca: deps.secret(tls.ca) }),
    ...(tls?.cert === undefined ? {} : { cert: deps.secret(tls.cert) }),
    ...(tls?.key === undefined ? {} : { key: deps.secret(tls.key) }),
    ...TLS,
    keepalive: KEEPALIVE_SECONDS,
    connectTimeout: ANSWER_MS,
    clean: true,
    reconnectPeriod: 0,
    queueQoSZero: false,
    resubscribe: false,
    timerVariant: "native",
    ...(will === undefined ? {} : { will: { ...will, payload: Buffer.from(will.payload), qos: 1, retain: true } }),
  };
  const what = `mqtt ${url.host}`;
  const client = connect(url.href, settings);
  client.on("error", (cause: Error & { readonly code?: unknown }) => {
    const refused = typeof cause.code === "number" || cause.code === "ECONNREFUSED" || cause.code === "ENOTFOUND";
    fail(new LinkError(refused ? "refused" : "closed", `${what}: ${cause.message.trim()}`, { cause }));
  });
  boundPackets(client, () =>
    fail(new LinkError("closed", `${what}: sent a packet of more than ${MAX_PACKET_BYTES / 1024 / 1024} MiB`)),
  );
  client.on("close", () => fail(new LinkError("closed", `${what}: the broker closed the connection`)));
  // The PUBACK goes out when `done` is called, and the next message is not heard before.
  client.handleMessage = ({ topic, payload, retain, qos }, done) => {
    const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
    const lost = (cause: unknown) => fail(new LinkError("closed", `${what}: ${topic} was not stored`, { cause }));
    try {
      const taken = hear({ topic, payload: bytes, retained: retain, qos });
      if (taken === undefined) done();
      else taken.then(() => done(), lost);
    } catch (cause) {
      lost(cause);
    }
  };
  return client;
}

/** MQTT.js gathers a packet whole, whatever its length: more bytes than one may have, and none of them a packet, end the connection. */
function boundPackets(client: MqttClient, tooLong: () => void): void {
  let bytes = 0;
  client.on("packetreceive", () => {
    bytes = 0;
  });
  client.stream.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_PACKET_BYTES + SLACK_BYTES) return;
    tooLong();
    client.stream.destroy();
  });
}

async function within<T>(clock: Clock, work: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(ANSWER_MS, () =>
    late.reject(new LinkError("timeout", `${what}: no answer within ${ANSWER_MS} ms`)),
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    cancel();
  }
}
