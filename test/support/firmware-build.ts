/** Makes the firmware with its own Makefile, apart from what lies in the tree. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const firmwareFolder = resolve(import.meta.dirname, "../../firmware-bridge/firmware");

export interface FirmwareBuild {
  /** Where the products lie. */
  readonly folder: string;
  readonly output: string;
  remove(): void;
}

/** Throws with what the compiler said when it fails. */
export function makeFirmware(target: "all" | "host", variables: Readonly<Record<string, string>> = {}): FirmwareBuild {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-firmware-"));
  const assigned = Object.entries({ OUT: folder, ...variables }).map(([name, value]) => `${name}=${value}`);
  const made = spawnSync("make", ["-C", firmwareFolder, target, ...assigned], { encoding: "utf8" });
  const remove = () => rmSync(folder, { recursive: true, force: true });
  if (made.status !== 0) {
    remove();
    throw new Error(`make ${target} failed: ${made.error?.message ?? made.stdout + made.stderr}`);
  }
  return { folder, output: made.stdout, remove };
}
