/** A disk so small that a test can fill it: a tmpfs of its own or, where mounting is not allowed, a folder that a shim makes one. */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ioShimEnv } from "../io-shim/io-shim.ts";

export interface SmallDisk extends Disposable {
  readonly path: string;
  /** For the process whose disk this is. */
  readonly env: Readonly<Record<string, string>>;
  readonly kind: "tmpfs" | "shim";
  /** Somebody else takes all the room there is. */
  fill(): void;
  /** And gives it back. */
  clear(): void;
}

export function openSmallDisk(megabytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), "gatehouse-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path]).status === 0;
  const quotaBytes = megabytes * 1024 * 1024;
  const filler = join(path, "somebody-else");
  return {
    path,
    kind: mounted ? "tmpfs" : "shim",
    env: mounted ? {} : ioShimEnv({ dir: path, quotaBytes }),
    fill: () => (mounted ? fillTmpfs(filler, path) : fillFolder(filler, path, quotaBytes)),
    clear: () => rmSync(filler, { force: true }),
    [Symbol.dispose]: () => {
      if (mounted) spawnSync("umount", ["--lazy", path]);
      rmSync(path, { recursive: true });
    },
  };
}

function fillTmpfs(filler: string, path: string): void {
  const fd = openSync(filler, "a");
  try {
    for (;;) {
      const { bavail, bsize } = statfsSync(path);
      if (bavail === 0) return;
      writeSync(fd, Buffer.alloc(Math.min(bavail * bsize, 1024 * 1024)));
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  } finally {
    closeSync(fd);
  }
}

/** The shim counts sizes, so that the filler need not hold anything. */
function fillFolder(filler: string, path: string, quotaBytes: number): void {
  const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const used = files.reduce((sum, { parentPath, name }) => sum + sizeOf(join(parentPath, name)), 0);
  writeFileSync(filler, "", { flag: "a" });
  truncateSync(filler, sizeOf(filler) + Math.max(0, quotaBytes - used));
}
