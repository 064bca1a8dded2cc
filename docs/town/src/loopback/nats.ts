/** NATS servers as Debian ships them, alone or as a cluster, on ports and in folders of their own. */
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvariantError, systemClock } from "@gatehouse/protocol";
import { endProgram, startProgram } from "./child.ts";
import { freePort, ownFolder } from "./places.ts";

export interface NatsServer {
  readonly name: string;
  readonly port: number;
  /** Resolves when it listens; after `kill` it starts on the same port and what it stored. */
  start(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT: it holds its connections and says nothing. Resolves once it stands still: the signal takes a moment to reach all threads. */
  freeze(): Promise<void>;
  thaw(): void;
}

export interface SingleNats extends NatsServer, AsyncDisposable {}

export interface NatsOptions {
  /** Lines of its configuration. `$DIR` is its folder. */
  readonly config?: readonly string[];
  /** Default true. */
  readonly jetstream?: boolean;
  /** Written into its folder. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Debian puts it where the PATH of an ordinary user does not look. */
const PROGRAM = existsSync("/usr/sbin/nats-server") ? "/usr/sbin/nats-server" : "nats-server";

const STORE = 'jetstream { store_dir: "$DIR/store", max_memory_store: 64MB, max_file_store: 2GB }';

export async function startNats({ config = [], jetstream = true, files = {} }: NatsOptions = {}): Promise<SingleNats> {
  const dir = ownFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir.path, name), text);
  const server = serverIn(dir.path, "n1", await freePort(), jetstream ? [STORE, ...config] : config);
  await server.start();
  const end = async () => {
    await server.kill();
    dir[Symbol.dispose]();
  };
  return { ...server, [Symbol.asyncDispose]: end };
}

export interface NatsCluster extends AsyncDisposable {
  readonly servers: readonly NatsServer[];
  readonly urls: readonly string[];
}

export interface ClusterOptions {
  /** Default 3. */
  readonly size?: number;
  /** Keeps the data where it is named, and the ports with them; else the data go with it. */
  readonly folder?: string;
  /** The port on which server `from` dials the route of server `to`, which listens on `port`. */
  readonly routeTo?: (from: number, to: number, port: number) => number | Promise<number>;
}

interface Ports {
  readonly client: readonly number[];
  readonly route: readonly number[];
}

/** A full mesh with JetStream. Without gossip, so that servers know one another by the given ways alone. */
export async function startNatsCluster(options: ClusterOptions = {}): Promise<NatsCluster> {
  const { size = 3, folder, routeTo = (_from, _to, port) => port } = options;
  const own = folder === undefined ? ownFolder() : undefined;
  const dir = own?.path ?? (folder as string);
  const ports = await portsIn(dir, size);
  const servers: NatsServer[] = [];
  for (const [i, port] of ports.client.entries()) {
    const routes: string[] = [];
    for (const [other, route] of ports.route.entries()) {
      if (other !== i) routes.push(`"nats://127.0.0.1:${await routeTo(i, other, route)}"`);
    }
    const listen = `"127.0.0.1:${ports.route[i]}"`;
    const cluster = `cluster { name: town, listen: ${listen}, no_advertise: true, routes: [${routes.join(", ")}] }`;
    servers.push(serverIn(join(dir, `n${i + 1}`), `n${i + 1}`, port, [STORE, cluster]));
  }
  await Promise.all(servers.map((server) => server.start()));
  const end = async () => {
    await Promise.all(servers.map((server) => server.kill()));
    own?.[Symbol.dispose]();
  };
  return { servers, urls: ports.client.map((port) => `nats://127.0.0.1:${port}`), [Symbol.asyncDispose]: end };
}

async function portsIn(dir: string, size: number): Promise<Ports> {
  const file = join(dir, "ports.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Ports;
  const some = async () => {
    const ports: number[] = [];
    while (ports.length < size) ports.push(await freePort());
    return ports;
  };
  const ports = { client: await some(), route: await some() };
  mkdirSync(dir, { recursive: true });
  writeFileSync(file, JSON.stringify(ports));
  return ports;
}

/** As the kernel shows its threads: `pid (name) state …`. */
function isStopped(pid: number | undefined): boolean {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).every((task) =>
    readFileSync(join(tasks, task, "stat"), "utf8")
      .split(") ")
      .at(-1)
      ?.startsWith("T"),
  );
}

function serverIn(dir: string, name: string, port: number, config: readonly string[]): NatsServer {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, "nats.conf");
  const lines = [`server_name: ${name}`, `listen: "127.0.0.1:${port}"`, ...config];
  writeFileSync(file, `${lines.join("\n").replaceAll("$DIR", dir)}\n`);
  let child: ChildProcess | undefined;
  const tell = (signal: NodeJS.Signals) => {
    if (child === undefined) throw new InvariantError(`nats-server ${name} was not started`);
    child.kill(signal);
  };
  return {
    name,
    port,
    start: async () => {
      child = await startProgram({ path: PROGRAM, args: ["-c", file], ready: /Server is ready/ });
    },
    kill: () => endProgram(child, "SIGKILL"),
    freeze: async () => {
      tell("SIGSTOP");
      while (!isStopped(child?.pid)) await systemClock.sleep(5);
    },
    thaw: () => tell("SIGCONT"),
  };
}
