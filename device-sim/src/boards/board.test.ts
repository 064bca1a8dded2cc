import { Random } from "@gatehouse/protocol/testing";
import { describe, expect, test } from "vitest";
import { type AvrBuild, buildAvr } from "../testing/build-avr.ts";
import { type BoardOptions, createBoard } from "./board.ts";
import type { ChipName } from "./chips.ts";

const CHIPS: readonly ChipName[] = ["atmega328p", "atmega2560"];

const built = new Map<string, string>();
function hexOf(build: AvrBuild): string {
  const key = JSON.stringify(build);
  const hex = built.get(key) ?? buildAvr(build).hex;
  built.set(key, hex);
  return hex;
}

function boardWith(
  program: string,
  chip: ChipName,
  options: Partial<BoardOptions> & { defines?: AvrBuild["defines"] } = {},
) {
  const { defines = {}, ...rest } = options;
  return createBoard({
    chip,
    hex: hexOf({ program, chip, defines }),
    baud: 115_200,
    random: new Random("board"),
    ...rest,
  });
}

/** What a program printed, line by line. */
const printed = (board: ReturnType<typeof createBoard>): string[] =>
  String.fromCharCode(...board.takeSent().map(({ byte }) => byte))
    .split("\n")
    .filter((line) => line !== "");

const noise = (length: number): Uint8Array => {
  const random = new Random("echo");
  return Uint8Array.from({ length }, () => random.int(0, 255));
};

describe.each(CHIPS)("on an %s", (chip) => {
  test.each([57_600, 115_200])(
    "no byte of 100,000 is lost in an echo by interrupts at %i baud",
    (baud) => {
      const board = boardWith("echo", chip, { baud, defines: { BAUD: baud } });
      const said = noise(100_000);
      board.runUntil(1);
      board.hear(said);
      const heard: number[] = [];
      let lastMs = 0;
      for (let ms = 100; board.waiting > 0 || heard.length < said.length; ms += 100) {
        board.runUntil(ms);
        for (const { byte, atMs } of board.takeSent()) {
          expect.soft(atMs).toBeGreaterThan(lastMs);
          lastMs = atMs;
          heard.push(byte);
        }
        if (ms > 60_000) break;
      }
      expect(Buffer.from(heard).equals(Buffer.from(said))).toBe(true);
      expect(board.overruns).toBe(0);
      expect(lastMs).toBeGreaterThan((said.length * 10_000) / baud);
      expect(lastMs).toBeLessThan((said.length * 10_000) / baud + 3);
      expect(board.asleepMs / board.nowMs).toBeGreaterThan(0.5);
    },
    60_000,
  );

  test("timers keep to the cycle, and one instruction follows SEI and RETI before an interrupt", () => {
    const board = boardWith("rules", chip);
    board.runUntil(100);
    expect(printed(board)).toEqual(["period 2000", "period 2000", "period 2000", "period 2000", "sei 1", "reti 1"]);
  });

  test("the watchdog resets the chip: EEPROM, RAM and the world outside stay, the rest is new", () => {
    const pins: string[] = [];
    const board = boardWith("watchdog", chip, {
      pinChanged: (pin, high, atMs) => pins.push(`${pin} ${high} ${atMs < 100}`),
    });
    board.pins.drive("B0", true);
    board.runUntil(300);
    expect(printed(board)).toEqual(
      [1, 2, 3].flatMap((boot) => [`cause ${boot === 1 ? 1 : 8}`, `kept ${boot}`, `boots ${boot - 1}`, "input 1"]),
    );
    expect(board.resets).toEqual({ "power-on": 1, external: 0, "brown-out": 0, watchdog: 2 });
    expect(board.eeprom[7]).toBe(2);
    expect(board.eepromWrites[7]).toBe(3);
    expect(pins.filter((line) => line.startsWith("B5"))).toEqual([
      "B5 true true",
      "B5 false false",
      "B5 true false",
      "B5 false false",
      "B5 true false",
    ]);
  });

  test("without power RAM is gone and pins are let go, the EEPROM stays", () => {
    const board = boardWith("watchdog", chip);
    board.runUntil(50);
    expect(board.pins.isHigh("B5")).toBe(true);
    board.power(false);
    expect(board.pins.isHigh("B5")).toBe(false);
    board.hear(Uint8Array.of(1, 2, 3));
    board.runUntil(1_000);
    expect(board.nowMs).toBe(1_000);
    expect(printed(board)).toEqual(["cause 1", "kept 1", "boots 0", "input 0"]);
    board.power(true);
    board.runUntil(1_050);
    expect(printed(board)).toEqual(["cause 1", "kept 1", "boots 1", "input 0"]);
    board.brownOut();
    board.runUntil(1_100);
    const [cause, kept, boots] = printed(board);
    expect([cause, boots]).toEqual(["cause 4", "boots 2"]);
    expect(kept).not.toBe("kept 2");
    board.reset();
    board.runUntil(1_150);
    expect(printed(board)[0]).toBe("cause 2");
    expect(board.waiting).toBe(0);
  });

  test("a byte of EEPROM the power went under is neither old nor new, every other one is whole", () => {
    const seen = new Set<number>();
    for (let cut = 0; cut < 40; cut++) {
      const eeprom = new Uint8Array(boardWith("watchdog", chip).eeprom.length).fill(0x11);
      const board = boardWith("watchdog", chip, { eeprom, random: new Random(`cut ${cut}`) });
      board.runUntil(0.05 + cut * 0.1);
      board.power(false);
      expect(board.eeprom).toBe(eeprom);
      seen.add(eeprom[7] as number);
      eeprom[7] = 0x11;
      expect(eeprom.every((byte) => byte === 0x11)).toBe(true);
    }
    expect(seen).toContain(0x11);
    expect(seen).toContain(0x12);
    expect(seen.size).toBeGreaterThan(10);
  });

  test("pins: edges from outside interrupt, pull-ups hold what nobody drives, outputs are seen with their time", () => {
    const outputs: string[] = [];
    const board = boardWith("pins", chip, {
      pinChanged: (pin, high, atMs) => pin === "B5" && outputs.push(`${high} ${atMs.toFixed(2)}`),
    });
    const edge = chip === "atmega328p" ? "D2" : "D0";
    board.pins.drive(edge, false);
    board.runUntil(20);
    expect(printed(board)).toEqual(["rises 0", "changes 0", "pulled 1"]);
    board.pins.drive("B0", false);
    board.pins.drive("B1", false);
    board.runUntil(40);
    expect(printed(board)).toEqual(["rises 0", "changes 1", "pulled 0"]);
    board.pins.drive("B0", true);
    board.pins.drive("B1", undefined);
    board.pins.drive(edge, true);
    board.runUntil(60);
    expect(printed(board).slice(-3)).toEqual(["rises 1", "changes 2", "pulled 1"]);
    expect(outputs).toEqual(["true 40.00"]);
    board.pins.stick("B0", false);
    board.runUntil(80);
    board.pins.drive("B0", true);
    board.runUntil(100);
    expect(printed(board)).toEqual(["rises 1", "changes 3", "pulled 1"]);
    expect(outputs).toEqual(["true 40.00", "false 60.00"]);
    expect(board.pins.isOutput("B5")).toBe(true);
    expect(board.pins.isOutput("B0")).toBe(false);
  });
});

test("bytes at another rate are garbled both ways, not lost", () => {
  const board = boardWith("echo", "atmega328p", { baud: 57_600, defines: { BAUD: 115_200 } });
  board.hear(Uint8Array.from({ length: 50 }, () => 0x55));
  board.runUntil(100);
  const heard = board.takeSent().map(({ byte }) => byte);
  expect(heard).toHaveLength(50);
  expect(heard).not.toContain(0x55);
});

test("bytes a program does not take in time are overruns", () => {
  const board = boardWith("rules", "atmega328p");
  board.hear(noise(20));
  board.runUntil(50);
  expect(board.overruns).toBe(0);
  const deaf = boardWith("deaf", "atmega328p");
  deaf.runUntil(1);
  deaf.hear(Uint8Array.of(1, 2, 3, 4, 5, 6));
  deaf.runUntil(50);
  expect(deaf.overruns).toBe(3);
  expect(deaf.takeSent().map(({ byte }) => byte)).toEqual([0x80, 1, 0x80, 2, 0x88, 6]);
});

test("the same seed and the same acts give the same bytes at the same times", () => {
  const run = () => {
    const board = boardWith("watchdog", "atmega328p");
    board.runUntil(77.7);
    board.power(false);
    board.runUntil(80);
    board.power(true);
    board.runUntil(400);
    return board.takeSent();
  };
  expect(run()).toEqual(run());
});
