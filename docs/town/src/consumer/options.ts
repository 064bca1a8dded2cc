/** The consumer's command line. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ConfigError, systemClock } from "@gatehouse/protocol";
import type { StreamOptions } from "./stream.ts";

export const HELP = `node docs/town/src/consumer/main.ts [--nats URLS] [--postgres URL] [--group NAME]

Reads the events of a town's gateways from a NATS JetStream stream and writes them to PostgreSQL, each once. Acknowledges to the
stream only what is committed. Run as many as you like: they share the work.

  --nats URLS       servers of the cluster, with commas between; tls:// for TLS; default nats://127.0.0.1:4222
  --postgres URL    the database; default as PGHOST, PGUSER, PGPASSFILE and the others say
  --stream NAME     default GATEHOUSE; made when it is not there
  --replicas N      of a stream that is made, default 3
  --group NAME      of consumers that share the work, default postgres
  --ack-wait S      what an instance took and did not acknowledge goes to another after that; default 30
  --nkey FILE       seed of the consumer's user at the cluster
  --creds FILE      or its credentials file
  --ca FILE         certificate authority of the cluster; default the public ones

Examples:
  node docs/town/src/consumer/main.ts --nats nats://127.0.0.1:4222 --replicas 1 --postgres postgres://town@127.0.0.1/town
  node docs/town/src/consumer/main.ts --nats tls://n1.town.example,tls://n2.town.example --nkey consumer.nk --ca town-ca.pem
`;

export interface Options {
  readonly stream: StreamOptions;
  readonly postgres: string | undefined;
}

/** Throws ConfigError, or what parseArgs throws. */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
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
    },
  });
  const urls = values.nats.split(",").map((url) => serverUrl(url.trim()));
  const nkey = fileOf("--nkey", values.nkey);
  return {
    postgres: values.postgres,
    stream: {
      servers: urls.map(({ host }) => host),
      stream: values.stream,
      group: values.group,
      replicas: numberOf("--replicas", values.replicas, 5),
      ackWaitMs: numberOf("--ack-wait", values["ack-wait"], 3_600) * 1_000,
      nkey: nkey === undefined ? undefined : Buffer.from(nkey.toString("utf8").trim()),
      creds: fileOf("--creds", values.creds),
      tls: urls.some(({ protocol }) => protocol === "tls:")
        ? { ca: fileOf("--ca", values.ca)?.toString("utf8") }
        : undefined,
      clock: systemClock,
    },
  };
}

function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && ["nats:", "tls:"].includes(url.protocol) && url.host !== "") return url;
  throw new ConfigError({ path: "--nats", reason: `"${text}" is no address`, fix: "write tls://HOST:PORT" });
}

function numberOf(path: string, text: string, max: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= max) return number;
  throw new ConfigError({ path, reason: `"${text}" is not it`, fix: `write a whole number from 1 to ${max}` });
}

function fileOf(path: string, name: string | undefined): Buffer | undefined {
  if (name === undefined) return undefined;
  try {
    return readFileSync(name);
  } catch (cause) {
    const reason = `cannot read ${name}: ${(cause as Error).message}`;
    throw new ConfigError({ path, reason, fix: "name a file that is there" }, { cause });
  }
}
