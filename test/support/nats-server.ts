/** NATS servers as Debian ships them, alone or as a cluster, on ports and in folders of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { InvariantError, LinkError } from "@gatehouse/protocol";
import { freePort } from "./free-port.ts";
import { tempDir } from "./temp-dir.ts";

export interface NatsServer {
  readonly name: string;
  readonly port: number;
  /** Resolves when it listens; after `kill` or `end` it starts on the same port and what it stored. */
  start(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT: it holds its connections and says nothing. */
  freeze(): void;
  thaw(): void;
}

export interface SingleNats extends NatsServer, AsyncDisposable {}

export interface NatsOptions {
  /** Lines of its configuration. `$DIR` is its folder. */
  readonly config?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

/** Debian puts it where the PATH of an ordinary user does not look. */
const PROGRAM = existsSync("/usr/sbin/nats-server") ? "/usr/sbin/nats-server" : "nats-server";

export async function startNats({ config = [], files = {} }: NatsOptions = {}): Promise<SingleNats> {
  const dir = tempDir();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir.path, name), text);
  const server = await serverIn(dir.path, "n1", await freePort(), config);
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

/** A full mesh with JetStream. Routes may go by a way of the caller's: `routeTo(from, to, port)` gives the port to dial. */
export async function startNatsCluster(
  size = 3,
  routeTo: (from: number, to: number, port: number) => number | Promise<number> = (_from, _to, port) => port,
): Promise<NatsCluster> {
  const dir = tempDir();
  const ports: number[] = [];
  const routes: number[] = [];
  for (let i = 0; i < size; i++) {
    ports.push(await freePort());
    routes.push(await freePort());
  }
  const servers: NatsServer[] = [];
  for (const [i, port] of ports.entries()) {
    const others: string[] = [];
    for (const [other, route] of routes.entries()) {
      if (other !== i) others.push(`nats://127.0.0.1:${await routeTo(i, other, route)}`);
    }
    // Without gossip, so that servers know one another by the given ways alone.
    const cluster = `cluster { name: town, listen: "127.0.0.1:${routes[i]}", no_advertise: true, routes: [${others.map((url) => `"${url}"`).join(", ")}] }`;
    servers.push(await serverIn(join(dir.path, `n${i + 1}`), `n${i + 1}`, port, [cluster]));
  }
  await Promise.all(servers.map((server) => server.start()));
  const end = async () => {
    await Promise.all(servers.map((server) => server.kill()));
    dir[Symbol.dispose]();
  };
  return { servers, urls: ports.map((port) => `nats://127.0.0.1:${port}`), [Symbol.asyncDispose]: end };
}

async function serverIn(dir: string, name: string, port: number, config: readonly string[]): Promise<NatsServer> {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, "nats.conf");
  const lines = [
    `server_name: ${name}`,
    `listen: "127.0.0.1:${port}"`,
    `jetstream { store_dir: "${dir}/store", max_memory_store: 64MB, max_file_store: 2GB }`,
    ...config,
  ];
  writeFileSync(file, `${lines.join("\n").replaceAll("$DIR", dir)}\n`);
  let child: ChildProcess | undefined;
  const current = () => {
    if (child === undefined) throw new InvariantError(`nats-server ${name} was not started`);
    return child;
  };
  return {
    name,
    port,
    start: async () => {
      child = spawn(PROGRAM, ["-c", file], { stdio: ["ignore", "ignore", "pipe"] });
      await listening(child);
    },
    kill: () => ended(child),
    freeze: () => current().kill("SIGSTOP"),
    thaw: () => current().kill("SIGCONT"),
  };
}

function listening(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const log: string[] = [];
  createInterface({ input: child.stderr as NodeJS.ReadableStream }).on("line", (line) => {
    if (log.length < 50) log.push(line);
    if (line.includes("Server is ready")) resolve();
  });
  child.once("error", (cause) =>
    reject(new LinkError("refused", `cannot start ${PROGRAM}: ${cause.message}`, { cause })),
  );
  child.once("exit", () => reject(new LinkError("closed", `nats-server ended:\n${log.join("\n")}`)));
  return promise;
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
