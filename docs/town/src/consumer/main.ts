/** `node docs/town/src/consumer/main.ts`: one instance of a town's consumer group. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { systemClock } from "@gatehouse/protocol";
import type { JsMsg } from "@nats-io/jetstream";
import { Book } from "./book.ts";
import { readStream, type StreamOptions } from "./stream.ts";

const HELP = `node docs/town/src/consumer/main.ts [--nats URLS] [--postgres URL] [--name NAME]

Reads the events of a town's gateways from a NATS JetStream stream and writes them to PostgreSQL, each once. Acknowledges to the
stream only what is committed. Run as many as you like: they share the work.

  --nats URLS       servers of the cluster, with commas between; default nats://127.0.0.1:4222
  --postgres URL    the database; default as PGHOST, PGUSER, PGPASSWORD and the others say
  --stream NAME     default GATEHOUSE; made when it is not there
  --replicas N      of a stream that is made, default 3
  --group NAME      of consumers that share the work, default postgres
  --ack-wait S      what an instance took and did not acknowledge goes to another after that; default 30
  --nkey FILE       seed of the consumer's user at the cluster
  --creds FILE      or its credentials file
  --ca FILE         certificate authority of the cluster: TLS is used

Examples:
  node docs/town/src/consumer/main.ts --nats nats://127.0.0.1:4222 --replicas 1 --postgres postgres://town@127.0.0.1/town
  node docs/town/src/consumer/main.ts --nats tls://n1.town.example,tls://n2.town.example --nkey consumer.nk --ca town-ca.pem
`;

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5_000;

const { values } = parseArgs({
  options: {
    nats: { type: "string", default: "nats://127.0.0.1:4222" },
    postgres: { type: "string" },
    stream: { type: "string", default: "GATEHOUSE" },
    replicas: { type: "string", default: "3" },
    group: { type: "string", default: "postgres" },
    "ack-wait": { type: "string", default: "30" },
    nkey: { type: "string" },
    creds: { type: "string" },
    ca: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

const say = (fields: object, message: string) =>
  process.stdout.write(`${JSON.stringify({ ...fields, msg: message })}\n`);

if (values.help) process.stdout.write(HELP);
else {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  await keepReading(stop.signal);
}

/** Whatever breaks is made anew: what was not acknowledged comes again. */
async function keepReading(signal: AbortSignal): Promise<void> {
  const options: StreamOptions = {
    servers: values.nats.split(",").map((url) => url.trim().replace(/^(tls|nats):\/\//, "")),
    stream: values.stream,
    group: values.group,
    replicas: Number(values.replicas),
    ackWaitMs: Number(values["ack-wait"]) * 1_000,
    nkey: values.nkey === undefined ? undefined : Buffer.from(readFileSync(values.nkey, "utf8").trim()),
    creds: values.creds === undefined ? undefined : readFileSync(values.creds),
    ca: values.ca === undefined ? undefined : readFileSync(values.ca, "utf8"),
    clock: systemClock,
  };
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      await readInto(
        options,
        () => {
          pauseMs = FIRST_PAUSE_MS;
        },
        signal,
      );
    } catch (error) {
      if (signal.aborted) return;
      say({ error: String(error), againInMs: pauseMs }, "reading stopped");
      await systemClock.sleep(pauseMs, signal).catch(() => {});
      pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
    }
  }
}

async function readInto(options: StreamOptions, went: () => void, signal: AbortSignal): Promise<void> {
  const book = await Book.open(values.postgres);
  const take = async (batch: readonly JsMsg[]) => {
    const arrivals = batch.map(({ seq, subject, data }) => ({ streamSequence: seq, subject, payload: data }));
    const written = await book.write(arrivals);
    went();
    say({ ...written }, "written");
  };
  const reading = () => say({ stream: options.stream, group: options.group }, "reading");
  try {
    await readStream(options, { reading, take }, signal);
  } finally {
    await book.close().catch(() => {});
  }
}
