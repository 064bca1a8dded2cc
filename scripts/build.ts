// Builds everything: the static protobuf modules out of protocol/proto, then all workspaces with `tsc -b`.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const bin = (name: string) => resolve(root, "node_modules/.bin", name);

function run(command: string, args: readonly string[]): void {
  const done = spawnSync(bin(command), args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

const folder = resolve(root, "protocol/src/generated");
for (const [name, schema, ...less] of [
  ["gatehouse", "gatehouse.proto"],
  ["sparkplug", "sparkplug_b.proto", "--no-convert"],
] as const) {
  const proto = resolve(root, "protocol/proto", schema);
  const generated = resolve(folder, `${name}.js`);
  const stale = !existsSync(generated) || statSync(generated).mtimeMs < statSync(proto).mtimeMs;
  if (!stale) continue;
  mkdirSync(folder, { recursive: true });
  // Each under a root of its own: two modules that share one overwrite each other's packages.
  const options = ["--no-verify", "--no-delimited", "--no-beautify", "--no-service", "--root", name, ...less];
  run("pbjs", ["-t", "static-module", "-w", "es6", ...options, "-o", generated, proto]);
  run("pbts", ["-o", generated.replace(/js$/, "d.ts"), generated]);
}
const emitted = resolve(root, "protocol/dist/generated");
mkdirSync(emitted, { recursive: true });
cpSync(folder, emitted, { recursive: true });
run("tsc", ["-b"]);
