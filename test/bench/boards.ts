/** How many simulated door nodes a core carries in real time: a program with a firmware's habits, alone. */
import { createBoard } from "@gatehouse/device-sim";
import { buildAvr } from "@gatehouse/device-sim/testing";
import { Random } from "@gatehouse/protocol/testing";

const STEP_MS = 100;

export function benchBoards(secondsEach: number): Record<string, { boardsPerCore: number; asleep: number }> {
  return Object.fromEntries(
    (["atmega328p", "atmega2560"] as const).map((chip) => {
      const { hex } = buildAvr({ program: "rounds", chip });
      const board = createBoard({ chip, hex, random: new Random("bench") });
      run(board, secondsEach / 4);
      return [chip, run(board, secondsEach)];
    }),
  );
}

function run(board: ReturnType<typeof createBoard>, seconds: number) {
  const [fromMs, asleepFromMs, startMs] = [board.nowMs, board.asleepMs, performance.now()];
  let tookMs = 0;
  for (let ms = fromMs; tookMs < seconds * 1_000; tookMs = performance.now() - startMs) {
    ms += STEP_MS;
    board.runUntil(ms);
    board.takeSent();
  }
  const ranMs = board.nowMs - fromMs;
  return {
    boardsPerCore: Number((ranMs / tookMs).toFixed(1)),
    asleep: Number(((board.asleepMs - asleepFromMs) / ranMs).toFixed(3)),
  };
}
