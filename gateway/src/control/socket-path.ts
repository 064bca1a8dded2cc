/** Names of unix sockets, which the system keeps short, in folders that may be deep. */
import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "@gatehouse/protocol";

/** What fits into a socket address of Linux with its end mark. */
export const MAX_SOCKET_PATH_BYTES = 107;

export interface SocketPath extends Disposable {
  /** To bind or connect to, as long as this is not disposed of. */
  readonly path: string;
}

/**
 * The name of `file` in `dir`, by way of the open folder where it is too long as it is. Throws ConfigError where the system has no such way,
 * and what the file system throws for the folder.
 */
export function socketPath(dir: string, file: string): SocketPath {
  const path = join(dir, file);
  const bytes = Buffer.byteLength(path);
  if (bytes <= MAX_SOCKET_PATH_BYTES) return { path, [Symbol.dispose]: () => {} };
  if (process.platform !== "linux") {
    const reason = `${path} is ${bytes} bytes long, and a socket's name may have ${MAX_SOCKET_PATH_BYTES} here`;
    throw new ConfigError({ path: "--state", reason, fix: "choose a folder with a shorter name" });
  }
  const fd = openSync(dir, constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: `/proc/self/fd/${fd}/${file}`, [Symbol.dispose]: () => closeSync(fd) };
}
