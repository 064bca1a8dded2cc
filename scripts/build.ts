// Builds everything: the static protobuf module out of protocol/proto, all workspaces with `tsc -b`, then the console's page where it is older than its sources.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const bin = (name: string) => resolve(root, "node_modules/.bin", name);

function run(command: string, args: readonly string[]): void {
  const done = spawnSync(bin(command), args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

const proto = resolve(root, "protocol/proto/gatehouse.proto");
const generated = resolve(root, "protocol/src/generated/gatehouse.js");
const stale = !existsSync(generated) || statSync(generated).mtimeMs < statSync(proto).mtimeMs;
if (stale) {
  mkdirSync(dirname(generated), { recursive: true });
  const options = ["--no-verify", "--no-delimited", "--no-beautify", "--no-service"];
  run("pbjs", ["-t", "static-module", "-w", "es6", ...options, "-o", generated, proto]);
  run("pbts", ["-o", generated.replace(/js$/, "d.ts"), generated]);
}
const emitted = resolve(root, "protocol/dist/generated");
mkdirSync(emitted, { recursive: true });
cpSync(dirname(generated), emitted, { recursive: true });
run("tsc", ["-b"]);

const newest = (path: string): number =>
  statSync(path).isFile()
    ? statSync(path).mtimeMs
    : Math.max(0, ...readdirSync(path).map((name) => newest(resolve(path, name))));
const page = resolve(root, "gateway/dist/page/index.html");
const sources = [
  "gateway/console",
  "gateway/src/console/table",
  "protocol/src",
  "scripts/page-build.ts",
  "package-lock.json",
];
const changed = Math.max(...sources.map((source) => newest(resolve(root, source))));
if (!existsSync(page) || statSync(page).mtimeMs < changed) {
  const [{ build }, { pageConfig }] = await Promise.all([import("vite"), import("./page-build.ts")]);
  await build(pageConfig);
}
