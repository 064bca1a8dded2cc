/** The town's stream: makes it and its consumer group where they are not there, and hands out batches. */
import { type Clock, LinkError } from "@gatehouse/protocol";
import {
  AckPolicy,
  type ConsumerNotification,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from "@nats-io/jetstream";
import { connect, credsAuthenticator, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node";

/** What is done with what comes. */
export interface Reader {
  /** The stream and the group stand, and the first batch is asked for. */
  reading(): void;
  /** One batch at a time; it is acknowledged when this resolves. */
  take(batch: readonly JsMsg[]): Promise<void>;
}

export interface StreamOptions {
  readonly servers: readonly string[];
  readonly stream: string;
  /** Instances of one group share the work; another group gets everything too. */
  readonly group: string;
  /** Of a stream that is not there yet. */
  readonly replicas: number;
  /** Of a group that is not there yet: what an instance took and did not acknowledge goes to another one after that. */
  readonly ackWaitMs: number;
  readonly nkey: Uint8Array | undefined;
  readonly creds: Uint8Array | undefined;
  /** `ca` in PEM; undefined in clear. */
  readonly tls: { readonly ca: string | undefined } | undefined;
  readonly clock: Clock;
}

export const LANE_SUBJECTS = ["emergency", "alert", "presence", "telemetry"].map((lane) => `gatehouse.*.${lane}`);

const NANOS = 1_000_000;
const MAX_BATCH = 500;
/** Asked anew often, and heard of in between: a server that fails takes what was asked of it along. */
const PULL = { max_messages: 2 * MAX_BATCH, expires: 10_000, idle_heartbeat: 1_000 };
/** Times two heartbeats without any: whatever the reason, a new connection is tried. */
const MISSED_AT_MOST = 3;
/** Beside what JetStream drops by itself, PostgreSQL finds every repeat, however late. */
const DUPLICATE_WINDOW_MS = 600_000;
const REQUEST_MS = 10_000;
/** Not at once: the batch would come back over the connection that is about to be closed. */
const AGAIN_MS = 1_000;

/** Resolves when the signal aborts; throws what broke. */
export async function readStream(options: StreamOptions, reader: Reader, signal: AbortSignal): Promise<void> {
  const nc = await connectTo(options);
  try {
    await ensure(await jetstreamManager(nc, { timeout: REQUEST_MS }), options);
    await consume(nc, options, reader, signal);
  } finally {
    await nc.close().catch(() => {});
  }
}

function connectTo({ servers, nkey, creds, tls }: StreamOptions): Promise<NatsConnection> {
  const authenticator = nkey ? nkeyAuthenticator(nkey) : creds && credsAuthenticator(creds);
  return connect({
    servers: [...servers],
    name: "gatehouse-town-consumer",
    ...(authenticator === undefined ? {} : { authenticator }),
    tls: tls === undefined ? null : tls.ca === undefined ? {} : { ca: tls.ca },
    timeout: 5_000,
    pingInterval: 5_000,
    maxPingOut: 2,
    reconnect: false,
    ignoreClusterUpdates: true,
  });
}

/** A stream or group that is there stays as it is. */
async function ensure(js: JetStreamManager, { stream, group, replicas, ackWaitMs }: StreamOptions): Promise<void> {
  const missing = (error: unknown) => (error as { readonly status?: number }).status === 404;
  const there = async (asked: Promise<unknown>) =>
    asked.then(
      () => true,
      (error: unknown) => {
        if (missing(error)) return false;
        throw error;
      },
    );
  if (!(await there(js.streams.info(stream)))) {
    await js.streams.add({
      name: stream,
      subjects: LANE_SUBJECTS,
      num_replicas: replicas,
      duplicate_window: DUPLICATE_WINDOW_MS * NANOS,
    });
  }
  if (!(await there(js.consumers.info(stream, group)))) {
    await js.consumers.add(stream, {
      durable_name: group,
      ack_policy: AckPolicy.Explicit,
      ack_wait: ackWaitMs * NANOS,
      max_ack_pending: 10 * MAX_BATCH,
    });
  }
}

async function consume(
  nc: NatsConnection,
  { stream, group, clock }: StreamOptions,
  reader: Reader,
  signal: AbortSignal,
): Promise<void> {
  const waiting: JsMsg[] = [];
  let wake = () => {};
  let lost: LinkError | undefined;
  const lose = (cause: unknown) => {
    lost ??= new LinkError("closed", `nats: ${cause instanceof Error ? cause.message : "the connection is lost"}`, {
      cause,
    });
    wake();
  };
  nc.closed().then(lose, lose);
  const onAbort = () => wake();
  signal.addEventListener("abort", onAbort);
  const consumer = await jetstream(nc, { timeout: REQUEST_MS }).consumers.get(stream, group);
  const callback = (message: JsMsg) => {
    waiting.push(message);
    wake();
  };
  const messages = await consumer.consume({ ...PULL, callback });
  watch(messages.status(), lose).catch(lose);
  reader.reading();
  try {
    while (!signal.aborted && lost === undefined) {
      const batch = waiting.splice(0, MAX_BATCH);
      if (batch.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        // Whatever comes in the same moment is one transaction.
        await clock.sleep(5);
        continue;
      }
      try {
        await reader.take(batch);
      } catch (error) {
        for (const message of [...batch, ...waiting]) message.nak(AGAIN_MS);
        await nc.flush().catch(() => {});
        throw error;
      }
      for (const message of batch) message.ack();
    }
    if (lost !== undefined) throw lost;
    for (const message of waiting) message.nak(AGAIN_MS);
    await nc.flush();
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** The library asks again when heartbeats stay out; when that does not help, everything is made anew. */
async function watch(statuses: AsyncIterable<ConsumerNotification>, lose: (cause: unknown) => void): Promise<void> {
  for await (const status of statuses) {
    if (status.type === "heartbeats_missed" && status.count >= MISSED_AT_MOST) {
      lose(new LinkError("timeout", `no heartbeat of the consumer group ${status.count} times`));
    } else if (GONE.includes(status.type)) lose(new LinkError("refused", `the group is gone: ${status.type}`));
  }
}

const GONE: readonly string[] = ["consumer_deleted", "stream_not_found", "consumer_not_found"];
