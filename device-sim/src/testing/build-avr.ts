/** Programs for a microcontroller, built from C by gcc-avr while the test runs. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "@gatehouse/protocol";

export interface AvrImage {
  readonly hex: string;
  /** For a simulator that wants the linker's file. */
  readonly elf: Uint8Array;
}

export interface AvrBuild {
  /** A file of the folder `avr`, without its ending. */
  readonly program: string;
  readonly chip: string;
  readonly defines?: Readonly<Record<string, number>>;
}

/** Throws ConfigError with what the compiler said. */
export function buildAvr({ program, chip, defines = {} }: AvrBuild): AvrImage {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-avr-"));
  try {
    const source = fileURLToPath(new URL(`avr/${program}.c`, import.meta.url));
    const elf = join(folder, "program.elf");
    const hex = join(folder, "program.hex");
    const given = Object.entries(defines).map(([name, value]) => `-D${name}=${value}`);
    run("avr-gcc", ["-Os", "-Wall", "-Wextra", "-Werror", `-mmcu=${chip}`, ...given, "-o", elf, source]);
    run("avr-objcopy", ["-O", "ihex", elf, hex]);
    return { hex: readFileSync(hex, "utf8"), elf: readFileSync(elf) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return;
  throw new ConfigError({
    path: command,
    reason: error?.message ?? stderr,
    fix: "needs the Debian packages gcc-avr, binutils-avr and avr-libc",
  });
}
