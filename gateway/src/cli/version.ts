/** `gatehouse version`: the versions that matter in a report of trouble. */
import { createRequire } from "node:module";
import { Command } from "commander";

const manifest = createRequire(import.meta.url)("../../package.json") as { readonly version: string };

export const VERSION = manifest.version;

export function versionCommand(): Command {
  return new Command("version").description("print the versions of gatehouse, Node.js and SQLite").action(() => {
    const { node, sqlite } = process.versions;
    process.stdout.write(`gatehouse ${VERSION}\nnode      ${node}\nsqlite    ${sqlite}\n`);
  });
}
