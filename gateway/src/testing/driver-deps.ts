/** What a driver under test needs beside its own world: no secrets, open pseudonyms, a vault in memory. */
import { FoundList } from "../core/found-devices.ts";
import type { DriverDeps, Vault } from "../core/ports.ts";

/** `c_` and the number's length: enough to see that it was hidden. */
const openPseudonym = (credential: string) => `c_${credential.length.toString(16).padStart(10, "0")}`;

export function memoryVault(): Vault & { readonly files: Map<string, Buffer> } {
  const files = new Map<string, Buffer>();
  return {
    files,
    read: async (name) => files.get(name),
    write: async (name, content) => void files.set(name, Buffer.from(content)),
  };
}

export function bareDeps(): Pick<DriverDeps, "timezone" | "secret" | "pseudonym" | "vault" | "found"> {
  return {
    timezone: "Asia/Shanghai",
    secret: () => Buffer.alloc(0),
    pseudonym: openPseudonym,
    vault: memoryVault(),
    found: new FoundList(),
  };
}
