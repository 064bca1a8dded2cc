/** A pseudo-terminal as the far end of a serial line. Needs no native module and no rights: perl and stty of the base system unlock it and make it raw. */
import { spawn } from "node:child_process";
import { closeSync, constants, openSync, readFileSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { InvariantError } from "@gatehouse/protocol";
import type { Wire } from "./shared-line.ts";

export interface Pty extends Wire {
  /** Where a gateway opens it. */
  readonly path: string;
  /** As an adapter pulled out: who has it open is hung up. */
  unplug(): Promise<void>;
}

/** TIOCSPTLCK with 0: the other end may be opened. The same number on x86, ARM and RISC-V. */
const UNLOCK =
  'my $no = pack("i", 0); ioctl(STDIN, 0x40045431, $no) or die "unlock: $!\\n"; exec "stty", "-F", $ARGV[0], "raw", "-echo";';

export async function openPty(): Promise<Pty> {
  const master = openSync("/dev/ptmx", constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  try {
    const path = `/dev/pts/${indexOf(master)}`;
    await unlock(master, path);
    // Without an open slave the master reads an error whenever nobody else has it open.
    return new OpenPty(path, master, openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
  } catch (error) {
    closeSync(master);
    throw error;
  }
}

/** The kernel tells the number of the other end without being asked by ioctl. */
function indexOf(master: number): string {
  const found = /^tty-index:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${master}`, "utf8"))?.[1];
  if (found === undefined) throw new InvariantError("pseudo-terminals need Linux 4.14 or newer");
  return found;
}

function unlock(master: number, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) =>
      reject(new InvariantError(`a pseudo-terminal needs perl and stty of the base system: ${why}`, { cause }));
    const perl = spawn("perl", ["-e", UNLOCK, path], { stdio: [master, "ignore", "pipe"] });
    let said = "";
    perl.stderr?.on("data", (chunk) => {
      said += chunk;
    });
    perl.once("error", (cause) => fail(cause.message, cause));
    perl.once("close", (code) => (code === 0 ? resolve() : fail(said.trim() || `exit code ${code}`)));
  });
}

class OpenPty implements Pty {
  readonly path: string;
  readonly #master: number;
  readonly #slave: number;
  readonly #reader: ReadStream;
  #open = true;

  constructor(path: string, master: number, slave: number) {
    this.path = path;
    this.#master = master;
    this.#slave = slave;
    this.#reader = new ReadStream(master);
    this.#reader.on("error", () => {});
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#reader.on("data", (bytes) => listener(bytes as Buffer));
  }

  /** Bytes nobody takes are lost, as on a line. */
  say(bytes: Uint8Array): void {
    if (!this.#open) return;
    try {
      writeSync(this.#master, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }

  unplug(): Promise<void> {
    if (!this.#open) return Promise.resolve();
    this.#open = false;
    closeSync(this.#slave);
    return new Promise((resolve) => {
      this.#reader.once("close", resolve);
      this.#reader.destroy();
    });
  }
}
