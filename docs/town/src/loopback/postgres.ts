/** PostgreSQL as Debian ships it, with a folder of its own, never as root. */
import { type ChildProcess, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { LinkError } from "@gatehouse/protocol";
import { endProgram, startProgram } from "./child.ts";
import { freePort, ownFolder } from "./places.ts";

export interface Postgres extends AsyncDisposable {
  /** Of a database without a password; it listens on loopback alone. */
  readonly url: string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** After `kill`, on the same port and folder. */
  start(): Promise<void>;
}

const INSTALLED = "/usr/lib/postgresql";
/** `nobody`, who owns nothing else. */
const NOBODY = { uid: 65_534, gid: 65_534 };
const USER = "town";
const SETTINGS = { shared_buffers: "32MB", max_connections: "40", max_wal_size: "256MB" };

/** `folder` keeps the data where it is named; else the data go with it. */
export async function startPostgres(folder?: string): Promise<Postgres> {
  const own = folder === undefined ? ownFolder() : undefined;
  const dir = own?.path ?? (folder as string);
  const isRoot = process.getuid?.() === 0;
  const identity = isRoot ? NOBODY : {};
  const data = join(dir, "data");
  mkdirSync(dir, { recursive: true });
  if (isRoot) chownSync(dir, NOBODY.uid, NOBODY.gid);
  if (!existsSync(data)) initialise(data, identity);
  const port = await freePort();
  const settings = Object.entries({ ...SETTINGS, port, listen_addresses: "127.0.0.1", unix_socket_directories: dir });
  let child: ChildProcess | undefined;
  const start = async () => {
    child = await startProgram({
      path: program("postgres"),
      args: ["-D", data, ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`])],
      options: { ...identity, cwd: dir },
      ready: /ready to accept connections/,
    });
  };
  await start();
  return {
    url: `postgres://${USER}@127.0.0.1:${port}/postgres`,
    start,
    kill: () => endProgram(child, "SIGKILL"),
    [Symbol.asyncDispose]: async () => {
      // It ends its connections and then itself.
      await endProgram(child, "SIGINT");
      own?.[Symbol.dispose]();
    },
  };
}

function initialise(data: string, identity: object): void {
  const args = ["-D", data, "-U", USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"];
  const { status, stderr, error } = spawnSync(program("initdb"), args, { ...identity, cwd: "/", encoding: "utf8" });
  if (status !== 0) throw new LinkError("refused", `initdb failed: ${error?.message ?? stderr}`);
}

/** Of the newest version that is installed. */
function program(name: string): string {
  const versions = existsSync(INSTALLED) ? readdirSync(INSTALLED) : [];
  const newest = versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(INSTALLED, version, "bin", name));
  return newest.find((path) => existsSync(path)) ?? name;
}
