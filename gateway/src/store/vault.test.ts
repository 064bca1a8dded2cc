import { mkdtempSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openVault } from "./vault.ts";

const dir = () => mkdtempSync(join(tmpdir(), "vault-"));

describe("a vault", () => {
  it("gives back what was last written, also to the next one, and nothing under other names", async () => {
    const at = dir();
    const vault = openVault(at, "bus-1");
    expect(await vault.read("reader-302")).toBeUndefined();
    await vault.write("reader-302", Buffer.from("first, and longer"));
    await vault.write("reader-302", Buffer.from("second"));
    expect(String(await openVault(at, "bus-1").read("reader-302"))).toBe("second");
    expect(await openVault(at, "bus-2").read("reader-302")).toBeUndefined();
    expect(readdirSync(join(at, "bus-1"))).toEqual(["reader-302"]);
  });

  it("is for its owner alone", async () => {
    const at = dir();
    await openVault(at, "bus-1").write("reader-302", Buffer.from("key"));
    expect(statSync(join(at, "bus-1")).mode & 0o777).toBe(0o700);
    expect(statSync(join(at, "bus-1", "reader-302")).mode & 0o777).toBe(0o600);
  });

  it.each(["../x", "a/b", ".hidden", ""])("takes no name %j", async (name) => {
    await expect(openVault(dir(), "bus-1").write(name, Buffer.alloc(1))).rejects.toThrow(/no name for the vault/);
  });
});
