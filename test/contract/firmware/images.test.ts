/** The released images are what the sources give, fit their chips, and no interrupt takes long. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { firmwareFolder, makeFirmware } from "../../support/firmware-build.ts";

const CHIPS = ["atmega328p", "atmega2560"];
/** One byte at 57600 baud takes 2778 cycles; the receiver holds two. */
const WORST_INTERRUPT_CYCLES = 160;

const built = makeFirmware("all");
afterAll(() => built.remove());

const released = (name: string) => readFileSync(join(firmwareFolder, "released", name), "utf8");
const compiler = () => spawnSync("avr-gcc", ["--version"], { encoding: "utf8" }).stdout.split("\n")[0];

test.each(CHIPS)("the released image for %s is what the sources give", (chip) => {
  const name = `door-node-${chip}.hex`;
  expect(compiler(), "another compiler than the images were made with").toBe(released("COMPILER").trim());
  expect(readFileSync(join(built.folder, name), "utf8") === released(name), "make release was not run").toBe(true);
  const sum = createHash("sha256").update(released(name)).digest("hex");
  expect(released("SHA256SUMS")).toContain(`${sum}  ${name}\n`);
});

test("flash and RAM stay within their budgets, and both are printed", () => {
  const told = Array.from(built.output.matchAll(/^(\w+) flash (\d+) of (\d+), RAM (\d+) of (\d+)$/gm));
  for (const [line] of told) console.info(line);
  expect(told.map(([, chip]) => chip)).toEqual(CHIPS);
  for (const [line, , flash, flashMost, ram, ramMost] of told) {
    expect(Number(flash) <= Number(flashMost) && Number(ram) <= Number(ramMost), line).toBe(true);
  }
});

test("an exceeded budget stops the build", () => {
  const tight = join(built.folder, "tight.txt");
  writeFileSync(tight, "atmega328p 30000 100\n");
  expect(() => makeFirmware("all", { BUDGETS: tight })).toThrow(`RAM ${ramOf("atmega328p")} of 100`);
});

const ramOf = (chip: string): string => new RegExp(`^${chip} .*RAM (\\d+) of`, "m").exec(built.output)?.[1] ?? "";

/** Cycles of an instruction at most, without those that never stand in a short interrupt. */
function cyclesOf(mnemonic: string): number {
  if (/^(call|rcall|icall|eicall)$/.test(mnemonic)) throw new Error(`an interrupt calls: ${mnemonic}`);
  if (/^(reti|ret)$/.test(mnemonic)) return 5;
  if (/^(jmp|rjmp|cpse|sbrc|sbrs|sbic|sbis)$/.test(mnemonic)) return 3;
  if (/^(lds|sts|ld|ldd|st|std|push|pop|adiw|sbiw|sbi|cbi|mul|br\w+)$/.test(mnemonic)) return 2;
  return 1;
}

test.each(CHIPS)("no interrupt of %s takes longer than its budget", (chip) => {
  const listing = spawnSync("avr-objdump", ["-d", join(built.folder, `door-node-${chip}.elf`)], { encoding: "utf8" });
  const parts = listing.stdout.split(/^[0-9a-f]+ <(\w+)>:$/m);
  const interrupts = parts.flatMap((name, at) => {
    if (!/^__vector_\d+$/.test(name)) return [];
    const lines = (parts[at + 1] ?? "").split("\n").filter((line) => /^\s+[0-9a-f]+:\t/.test(line));
    const codes = lines.map((line) => line.split("\t")[2]?.trim() ?? "").filter((code) => code !== "");
    const backwards = lines.filter((line) => /\t(?:rjmp|br\w+)\t\.-/.test(line));
    return [{ name, backwards, cycles: codes.reduce((sum, code) => sum + cyclesOf(code), 8) }];
  });
  console.info(chip, interrupts.map(({ name, cycles }) => `${name} ${cycles} cycles`).join(", "));
  expect(interrupts.length).toBe(3);
  for (const { name, backwards, cycles } of interrupts) {
    // A jump backwards to the common end is no loop; a loop would show as a budget that no longer bounds it.
    expect(backwards, name).toEqual([]);
    expect(cycles, name).toBeLessThanOrEqual(WORST_INTERRUPT_CYCLES);
  }
});
