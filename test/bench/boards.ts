/** How many simulated door boards a core carries in real time: the shipped image, with a passage every five seconds. */
import { readFileSync } from "node:fs";
import { createDoorNode } from "@gatehouse/device-sim";
import { Random } from "@gatehouse/protocol/testing";

const STEP_MS = 100;
const PASSAGE_MS = 5_000;

export function benchBoards(secondsEach: number): Record<string, { boardsPerCore: number; asleep: number }> {
  return Object.fromEntries(
    (["atmega328p", "atmega2560"] as const).map((chip) => {
      const image = new URL(`../../firmware-bridge/firmware/released/door-node-${chip}.hex`, import.meta.url);
      const node = createDoorNode({ id: chip, chip, hex: readFileSync(image, "latin1"), random: new Random("bench") });
      node.tick?.(0);
      run(node, secondsEach / 4);
      return [chip, run(node, secondsEach)];
    }),
  );
}

/** By the processor's time: what else runs on the machine is not to count. */
function run(node: ReturnType<typeof createDoorNode>, seconds: number) {
  const { board } = node;
  const [fromMs, asleepFromMs, startMs] = [board.nowMs, board.asleepMs, cpuMs()];
  let tookMs = 0;
  for (let ms = Math.round(fromMs); tookMs < seconds * 1_000; tookMs = cpuMs() - startMs) {
    ms += STEP_MS;
    if (ms % PASSAGE_MS < STEP_MS) node.act({ kind: "walk", direction: "in" }, ms);
    node.tick?.(ms);
  }
  const ranMs = board.nowMs - fromMs;
  return {
    boardsPerCore: Number((ranMs / tookMs).toFixed(1)),
    asleep: Number(((board.asleepMs - asleepFromMs) / ranMs).toFixed(3)),
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
