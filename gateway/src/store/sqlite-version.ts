/** Which SQLite the store may run on. */
import { ConfigError } from "@gatehouse/protocol";

/** Releases before it can lose a whole write-ahead log when it is reset while being read (fixed in 3.51.3). */
const NEEDED = [3, 51, 3] as const;

/** Throws ConfigError when the SQLite in this Node is too old. */
export function checkSqlite(version: string = process.versions["sqlite"] ?? "0"): void {
  const have = version.split(".").map(Number);
  for (const [i, needed] of NEEDED.entries()) {
    const part = have[i] ?? 0;
    if (part > needed) return;
    if (part < needed) {
      const reason = `SQLite ${version} in Node ${process.versions.node} is older than ${NEEDED.join(".")} and may lose data`;
      throw new ConfigError({ path: "node:sqlite", reason, fix: "run the Node that comes with gatehouse" });
    }
  }
}
