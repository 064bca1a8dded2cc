/** bin/gatehouse.js, in a tree of its own around a stand-in for the built command line. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const SOURCE = join(import.meta.dirname, "../../bin/gatehouse.js");
const STAND_IN = `
export async function main(argv) {
  process.on("SIGTERM", () => process.exit(7));
  console.log(JSON.stringify({
    node: process.versions.node, args: argv.slice(2), pid: process.pid, flags: process.execArgv, arenas: process.env.MALLOC_ARENA_MAX,
  }));
  if (argv[2] === "wait") process.stdin.resume();
  else process.exitCode = Number(argv[2] ?? 0);
}
`;
/** Loaded ahead, it makes a new Node say that it is an old one. Only the first process has it. */
const PRETENCE = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.4" } });`;

let tree: string;
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), "gatehouse-launcher-"));
  for (const folder of ["gateway/bin", "gateway/dist/cli"]) mkdirSync(join(tree, folder), { recursive: true });
  writeFileSync(join(tree, "gateway/package.json"), '{ "type": "module" }');
  writeFileSync(join(tree, "gateway/dist/cli/main.js"), STAND_IN);
  writeFileSync(join(tree, "old.cjs"), PRETENCE);
  copyFileSync(SOURCE, join(tree, "gateway/bin/gatehouse.js"));
});
afterEach(() => rmSync(tree, { recursive: true, force: true }));

function bundleNode(): void {
  const folder = join(tree, `node_modules/node-linux-${process.arch}`);
  mkdirSync(join(folder, "bin"), { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  symlinkSync(process.execPath, join(folder, "bin/node"));
}

interface Run {
  readonly child: ChildProcess;
  /** Resolves with the first line of output. */
  readonly said: Promise<string>;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

function launch(old: boolean, ...args: readonly string[]): Run {
  const ahead = old ? ["--require", join(tree, "old.cjs")] : [];
  const child = spawn(process.execPath, [...ahead, join(tree, "gateway/bin/gatehouse.js"), ...args], { cwd: "/" });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  return {
    child,
    said: once(child.stdout, "data").then(([text]) => String(text)),
    ended: once(child, "close").then(([code]) => ({ code: code as number | null, out, err })),
  };
}

test("under Node 24 it runs the command line itself", async () => {
  const { code, out } = await launch(false, "3", "--flag").ended;
  expect(code).toBe(3);
  expect(JSON.parse(out)).toMatchObject({ node: process.versions.node, args: ["3", "--flag"] });
});

test("under an older Node it hands over to the bundled one, with arguments and exit code", async () => {
  bundleNode();
  const { code, out, err } = await launch(true, "5", "a b").ended;
  expect({ code, err }).toEqual({ code: 5, err: "" });
  expect(JSON.parse(out)).toMatchObject({ node: process.versions.node, args: ["5", "a b"], flags: [] });
});

test("a signal reaches the command line behind the hand-over, and its exit code comes back", async () => {
  bundleNode();
  const run = launch(true, "wait");
  await run.said;
  run.child.kill("SIGTERM");
  expect((await run.ended).code).toBe(7);
});

test("an older Node with none bundled is one sentence and exit 78", async () => {
  const { code, out, err } = await launch(true, "version").ended;
  expect({ code, out }).toEqual({ code: 78, out: "" });
  expect(err).toMatch(
    /^gatehouse: needs Node\.js 24 or newer, this is v\S+; run `npm ci` without --omit=optional.*\n$/,
  );
});

test("before the build it says what to run", async () => {
  rmSync(join(tree, "gateway/dist"), { recursive: true });
  const { code, err } = await launch(false, "version").ended;
  expect(code).toBe(78);
  expect(err).toMatch(/^gatehouse: run "npm run build" first: .*main\.js is not there\n$/);
});

test.each([false, true])(
  "the gateway itself runs lean, by itself only where the Node is new enough (older: %s)",
  async (old) => {
    if (old) bundleNode();
    const run = launch(old, "run");
    const said = JSON.parse((await run.ended).out) as { readonly pid: number; readonly flags: string[] };
    expect(said).toMatchObject({
      args: ["run"],
      arenas: "2",
      flags: expect.arrayContaining(["--max-semi-space-size=4"]),
    });
    expect(said.pid === run.child.pid).toBe(!old);
  },
);
