/** A disk so small that a test can fill it: a tmpfs of its own or, where mounting is not allowed, one that says it is full. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IoControl, ioShimEnv } from "../io-shim/io-shim.ts";

export interface SmallDisk extends Disposable {
  readonly path: string;
  /** For the process whose disk this is. */
  readonly env: Readonly<Record<string, string>>;
  /** Real room, or a shim that says there is none: then nothing the process gives back helps it. */
  readonly kind: "tmpfs" | "shim";
  /** Somebody else takes all the room there is. */
  fill(): void;
  /** And gives it back. */
  clear(): void;
}

export function openSmallDisk(megabytes: number): SmallDisk {
  const base = mkdtempSync(join(tmpdir(), "gatehouse-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", base]).status === 0;
  return mounted ? tmpfs(base) : shimmed(base);
}

function tmpfs(path: string): SmallDisk {
  const filler = join(path, "somebody-else");
  return {
    path,
    env: {},
    kind: "tmpfs",
    fill: () => append(filler, path),
    clear: () => rmSync(filler, { force: true }),
    [Symbol.dispose]: () => {
      spawnSync("umount", ["--lazy", path]);
      rmSync(path, { recursive: true });
    },
  };
}

function append(file: string, folder: string): void {
  const fd = openSync(file, "a");
  try {
    for (;;) {
      const { bavail, bsize } = statfsSync(folder);
      if (bavail === 0) return;
      writeSync(fd, Buffer.alloc(Math.min(bavail * bsize, 1024 * 1024)));
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  } finally {
    closeSync(fd);
  }
}

function shimmed(base: string): SmallDisk {
  const control = new IoControl(`${base}.control`);
  return {
    path: base,
    env: ioShimEnv({ dir: base, control: control.path }),
    kind: "shim",
    fill: () => control.fail({ error: "ENOSPC", operations: ["write", "create"], at: 1 }),
    clear: () => control.heal(),
    [Symbol.dispose]: () => {
      control.close();
      rmSync(control.path);
      rmSync(base, { recursive: true, force: true });
    },
  };
}
