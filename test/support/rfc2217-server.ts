/** pySerial as an RFC 2217 server over a serial port: a peer that is not ours. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { LinkError } from "@gatehouse/protocol";

export interface Rfc2217Server extends AsyncDisposable {
  readonly port: number;
  /** What it set its serial port to last: `115200 E 8 1`. */
  readonly setting: string;
}

export async function startRfc2217Server(path: string): Promise<Rfc2217Server> {
  const program = fileURLToPath(new URL("rfc2217-server.py", import.meta.url));
  const child = spawn("/usr/bin/python3", [program, path], { stdio: ["ignore", "pipe", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (chunk) => {
    complaint += chunk;
  });
  let setting = "";
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("baud ")) setting = line.slice(5);
      else resolve(Number(line));
    });
    void ended.then(() => reject(new LinkError("closed", `the RFC 2217 server ended:\n${complaint}`)));
  });
  return {
    port,
    get setting() {
      return setting;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
