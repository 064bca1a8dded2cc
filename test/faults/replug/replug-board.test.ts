import { expect, test } from "vitest";
import { replugBoard } from "./replug-board.ts";

const ROUNDS = 20;

test("a door board that is pulled out and put in again is there again within seconds and counts on", async () => {
  const { backMs, broken } = await replugBoard(ROUNDS);
  console.log("door board", { rounds: ROUNDS, slowestMs: Math.round(Math.max(...backMs)) });
  expect(broken).toEqual([]);
}, 600_000);
