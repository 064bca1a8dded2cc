import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { Random } from "@gatehouse/protocol/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildAvr } from "../testing/build-avr.ts";
import { createBoard } from "./board.ts";
import type { ChipName } from "./chips.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-simavr-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the program prints in a simulator of another make, colours and its dot for the line's end taken off. */
async function printedInSimavr(elf: Uint8Array, chip: ChipName, lines: number): Promise<string[]> {
  const file = join(folder, `${chip}.elf`);
  writeFileSync(file, elf);
  const simavr: ChildProcess = spawn("simavr", ["-m", chip, "-f", "16000000", file], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const printed = () =>
    [...stripVTControlCharacters(said).matchAll(/([a-z]+ \d+)\./g)].map(([, line]) => line as string);
  await new Promise<void>((resolve, reject) => {
    const hear = (bytes: Buffer) => {
      said += bytes;
      if (printed().length >= lines) simavr.kill("SIGKILL");
    };
    simavr.stdout?.on("data", hear);
    simavr.stderr?.on("data", hear);
    simavr.once("error", reject);
    simavr.once("close", () => resolve());
  });
  return printed().slice(0, lines);
}

function printedInOurs(hex: string, chip: ChipName, ms: number, lines: number): string[] {
  const board = createBoard({ chip, hex, baud: 115_200, random: new Random("simavr") });
  board.runUntil(ms);
  return String.fromCharCode(...board.takeSent().map(({ byte }) => byte))
    .split("\n")
    .slice(0, lines);
}

/** Its rules for SEI and RETI are not those of the data sheet, so only the times are compared. */
test.each(["atmega328p", "atmega2560"] as const)(
  "timers of an %s measure the same in simavr",
  async (chip) => {
    const { hex, elf } = buildAvr({ program: "rules", chip });
    const theirs = await printedInSimavr(elf, chip, 4);
    expect(theirs).toHaveLength(4);
    expect(printedInOurs(hex, chip, 100, 4)).toEqual(theirs);
  },
  30_000,
);

test("a chip whose watchdog bites comes back with the same memory in simavr", async () => {
  const { hex, elf } = buildAvr({ program: "watchdog", chip: "atmega328p" });
  const theirs = await printedInSimavr(elf, "atmega328p", 12);
  expect(theirs).toHaveLength(12);
  expect(printedInOurs(hex, "atmega328p", 600, 12)).toEqual(theirs);
}, 30_000);
