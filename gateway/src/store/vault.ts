/** The vault: one folder a driver, one small file a name, each there whole or not at all. */
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { InvariantError } from "@gatehouse/protocol";
import type { Vault } from "../core/ports.ts";

/** Ids of the site file; none of them leaves the folder or begins with a dot. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Makes the folder with the first write. Off the main thread, so that a slow disk does not hold the event loop. */
export function openVault(dir: string, driver: string): Vault {
  const folder = join(dir, named(driver));
  return {
    async read(name) {
      try {
        return await readFile(join(folder, named(name)));
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
      }
    },
    async write(name, content) {
      const path = join(folder, named(name));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeWhole(join(folder, `.${name}.draft`), path, content);
      for (const each of [folder, dir, join(dir, "..")]) await sync(each);
    },
  };
}

async function writeWhole(draft: string, path: string, content: Uint8Array): Promise<void> {
  await rm(draft, { force: true });
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

async function sync(dir: string): Promise<void> {
  const handle = await open(dir, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function named(name: string): string {
  if (!NAME.test(name)) throw new InvariantError(`no name for the vault: "${name}"`);
  return name;
}
