/** A door board on a pty, run by the simulator in a process of its own, with the shipped image. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { GATEHOUSE } from "./gateway-process.ts";
import { eventually } from "./rig.ts";

const IMAGE = fileURLToPath(
  new URL("../../firmware-bridge/firmware/released/door-node-atmega328p.hex", import.meta.url),
);

interface Shown {
  readonly on: boolean;
  readonly lock: boolean;
  readonly passed: { readonly in: number; readonly out: number };
}

export interface DoorBoard extends AsyncDisposable {
  readonly link: string;
  act(happening: object): void;
  /** What was seen of it, oldest first. */
  readonly shown: readonly Shown[];
}

/** Resolves when it is on the line. */
export async function doorBoard(folder: string): Promise<DoorBoard> {
  const path = `${folder}/door`;
  const args = ["sim", "--device", `door-node?hex=${IMAGE}&eeprom=${folder}/door.eeprom`, "--listen", `pty:${path}`];
  const child = spawn(process.execPath, [GATEHOUSE, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const shown: Shown[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    const told = JSON.parse(line) as { readonly shown?: Shown };
    if (told.shown !== undefined) shown.push(told.shown);
  });
  await eventually(
    () => shown.length,
    (count) => count > 0,
  );
  return {
    link: `serial:${path}`,
    shown,
    act: (happening) => void child.stdin.write(`${JSON.stringify(happening)}\n`),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
    },
  };
}
