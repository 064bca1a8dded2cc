/** A board with a bootloader, run by the simulator in a process of its own, and `gatehouse firmware` against it. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { GATEHOUSE } from "./gateway-process.ts";
import { eventually } from "./rig.ts";

interface ShownBoard {
  readonly boot: boolean;
  readonly passed: { readonly in: number; readonly out: number };
}

interface Told {
  readonly listen?: string;
  readonly shown?: ShownBoard;
}

export interface BlankBoard extends AsyncDisposable {
  /** As `gatehouse firmware` is told it. */
  readonly link: string;
  /** Its bootloader has the chip. */
  readonly isInBoot: boolean;
  pressReset(): void;
  act(happening: object): void;
  /** What was seen of it, oldest first. */
  readonly shown: readonly ShownBoard[];
}

/** `keys` as in `door-node?chip=…`; `listen` as `--listen`. Resolves when it is on the line. */
export async function blankBoard(keys: string, listen: string): Promise<BlankBoard> {
  const args = ["sim", "--device", `door-node?bootloader=true&${keys}`, "--listen", listen];
  const child = spawn(process.execPath, [GATEHOUSE, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const told: Told[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => told.push(JSON.parse(line) as Told));
  const last = () => told.findLast(({ shown }) => shown !== undefined)?.shown;
  await eventually(last, (shown) => shown !== undefined, 20_000);
  const place = told.find((line) => line.listen !== undefined)?.listen ?? listen;
  return {
    link: place.replace(/^pty:/, "serial:"),
    get isInBoot() {
      return last()?.boot === true;
    },
    get shown() {
      return told.flatMap(({ shown }) => shown ?? []);
    },
    act: (happening) => void child.stdin.write(`${JSON.stringify(happening)}\n`),
    pressReset: () => void child.stdin.write('{"kind":"reset"}\n'),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
    },
  };
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Presses the board's button whenever it is asked for; `onError` sees what is said on stderr so far. */
export function runFirmware(
  args: readonly string[],
  board?: BlankBoard,
  onError: (said: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<Ended> {
  const child = spawn(process.execPath, [GATEHOUSE, "firmware", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
    if (/Press the board's reset button/.test(String(chunk))) board?.pressReset();
    onError(err, (signal) => child.kill(signal));
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err })));
}
