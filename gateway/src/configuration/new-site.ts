/** The site file of a box that was just unpacked: right, empty, and to be filled in by the console's wizard. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, resolve } from "node:path";
import { ID_PATTERN } from "@gatehouse/protocol";
import { writeFileDurably } from "../store/durable-file.ts";

/**
 * Writes it where there is none and the state folder is empty: a mistyped name beside a state that is in use must stay an error. True when it did.
 */
export function writeNewSite(siteFile: string, stateDir: string, chance: () => string): boolean {
  if (existsSync(siteFile) || isUsed(stateDir)) return false;
  mkdirSync(dirname(resolve(siteFile)), { recursive: true });
  const host = hostname().split(".")[0] ?? "";
  const id = ID_PATTERN.test(host) && host !== "localhost" ? host.toLowerCase() : `gatehouse-${chance()}`;
  writeFileDurably(
    siteFile,
    `# A new site: the console sets it up, or edit it here. Secrets stand in files beside it.
site: { id: ${JSON.stringify(id)}, name: ${JSON.stringify(id)}, kind: rental-compound, timezone: Asia/Shanghai, address: { grid: unowned } }
console: { listen: "0.0.0.0:8443" }
spaces: []
`,
  );
  return true;
}

function isUsed(stateDir: string): boolean {
  return existsSync(stateDir) && readdirSync(stateDir).length > 0;
}
