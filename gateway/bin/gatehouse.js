#!/usr/bin/env node
// Starts the command line under Node 24 or newer: this one, or the one `npm ci` brought along.
// Nothing newer than Node 12 stands here: an old Node must get far enough to hand over.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const self = fileURLToPath(import.meta.url);
const entry = join(dirname(self), "..", "dist", "cli", "main.js");

// The gateway stays up for years beside other things in a small box: it trades some speed for half the memory.
const LEAN = {
  flags: ["--max-semi-space-size=4", "--heap-growing-percent=30", "--v8-pool-size=1", "--expose-gc"],
  arenas: "2",
};
// A replay keeps two processor cores busy by itself: helpers of the garbage collector would only be in the way. What is new in each of its threads
// takes half the usual room, which saves 300 MB in all.
const BUSY = { flags: ["--single-threaded-gc", "--max-semi-space-size=8"], arenas: undefined };
const { flags, arenas } = { run: LEAN, replay: BUSY }[process.argv[2]] || { flags: [], arenas: undefined };

function environment() {
  return Object.assign({}, arenas === undefined ? {} : { MALLOC_ARENA_MAX: arenas }, process.env);
}

function refuse(reason) {
  console.error(`gatehouse: ${reason}`);
  process.exit(78);
}

function bundledNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-linux-${process.arch}/package.json`);
    const file = join(dirname(manifest), "bin", "node");
    return existsSync(file) ? file : undefined;
  } catch (_missing) {
    return undefined;
  }
}

function handOver(node) {
  const child = spawn(node, flags.concat(self, process.argv.slice(2)), { stdio: "inherit", env: environment() });
  for (const signal of ["SIGTERM", "SIGHUP", "SIGINT", "SIGUSR1", "SIGUSR2"]) {
    process.on(signal, () => {
      // A terminal's Ctrl-C reaches the child by itself; twice would mean "at once".
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on("error", (error) => refuse(`cannot start the bundled Node.js: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
}

function start() {
  if (!existsSync(entry)) refuse(`run "npm run build" first: ${entry} is not there`);
  if (Number(process.versions.node.split(".")[0]) >= 24) {
    const isSet = flags.every((flag) => process.execArgv.includes(flag));
    // The same process, begun anew: signals and exit code need nobody between.
    if (isSet || process.execve === undefined) load();
    else {
      const command = [process.execPath].concat(process.execArgv, flags, self, process.argv.slice(2));
      process.execve(process.execPath, command, environment());
    }
    return;
  }
  const node = bundledNode();
  if (node !== undefined) handOver(node);
  else {
    const hint = "run `npm ci` without --omit=optional, or install Node.js 24 LTS";
    refuse(`needs Node.js 24 or newer, this is ${process.version}; ${hint}`);
  }
}

function load() {
  import(pathToFileURL(entry).href)
    .then((program) => program.main(process.argv))
    .catch((error) => {
      console.error(error);
      process.exitCode = 1;
    });
}

start();
