/** The linter's own teeth: each rule of the house refuses a snippet that breaks it, and lets its neighbour pass. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { biome, root } from "./tree.ts";

interface Snippet {
  readonly path: string;
  readonly code: string;
  /** Part of the rule's name or message; undefined when the linter must be content. */
  readonly refusal?: string;
}

const uses = (source: string) => `import { a } from "${source}";\nexport const b = a;\n`;
const refuse = (refusal: string, path: string, code: string): Snippet => ({ path, code, refusal });
const allow = (path: string, code: string): Snippet => ({ path, code });

const snippets: readonly Snippet[] = [
  refuse("core imports only protocol", "gateway/src/core/a.ts", uses("../store/store.ts")),
  refuse("core imports only protocol", "gateway/src/core/rules/b.ts", uses("../../config.ts")),
  refuse("core imports only protocol", "gateway/src/core/c.ts", uses("@gatehouse/device-sim")),
  refuse("core imports only protocol", "gateway/src/core/d.ts", 'export type T = import("../drivers/index.ts").T;\n'),
  refuse("No I/O here", "gateway/src/core/e.ts", uses("node:fs")),
  refuse("No I/O here", "protocol/src/e.ts", uses("node:net")),
  allow("gateway/src/core/e.test.ts", uses("node:fs")),
  allow("gateway/src/core/f.ts", uses("@gatehouse/protocol")),
  allow("gateway/src/core/rules/g.ts", uses("../ports.ts")),
  refuse("never one another", "gateway/src/drivers/a.ts", uses("../uplinks/https.ts")),
  refuse("never one another", "gateway/src/drivers/osdp/b.ts", uses("../../broker/broker.ts")),
  refuse("never one another", "gateway/src/uplinks/a.ts", 'export const late = () => import("../store/store.ts");\n'),
  refuse("never one another", "gateway/src/broker/a.ts", uses("../drivers/index.ts")),
  refuse("never one another", "gateway/src/store/a.ts", uses("../console/app.ts")),
  refuse("never one another", "gateway/src/control/a.ts", uses("../drivers/index.ts")),
  refuse("never one another", "gateway/src/drivers/c.ts", uses("../control/request.ts")),
  refuse("never one another", "gateway/src/console/a.ts", uses("../config.ts")),
  refuse("never one another", "gateway/src/store/b.ts", uses("@gatehouse/device-sim")),
  allow(
    "gateway/src/drivers/index.ts",
    `import { a } from "./mqtt.ts";\nimport type { P } from "../core/ports.ts";\nexport const b: P = a;\n`,
  ),
  allow("gateway/src/main.ts", uses("./store/store.ts")),
  allow("gateway/src/cli/sim.ts", uses("@gatehouse/device-sim")),
  refuse("protocol imports nothing of ours", "protocol/src/a.ts", uses("@gatehouse/device-sim")),
  refuse("protocol imports nothing of ours", "protocol/src/b.ts", uses("gatehouse")),
  refuse("never the gateway", "device-sim/src/a.ts", uses("gatehouse")),
  refuse("never the gateway", "device-sim/src/b.ts", uses("gatehouse/testing")),
  refuse("never the gateway", "firmware-bridge/src/a.ts", uses("@gatehouse/device-sim")),
  allow("device-sim/src/c.ts", uses("@gatehouse/protocol")),
  refuse("Across workspaces", "gateway/src/cli/a.ts", uses("@gatehouse/protocol/dist/site.js")),
  refuse("Across workspaces", "gateway/src/cli/b.ts", uses("../../../device-sim/src/city.ts")),
  refuse("Across workspaces", "device-sim/src/d.ts", uses("../../gateway/src/main.ts")),
  refuse("Across workspaces", "test/e2e/a.ts", uses("../../gateway/src/main.ts")),
  refuse("Across workspaces", "gateway/src/a.ts", uses("@gatehouse/test")),
  allow("test/e2e/b.ts", uses("gatehouse/testing")),
  refuse("test doubles", "gateway/src/cli/c.ts", uses("@gatehouse/protocol/testing")),
  refuse("test doubles", "gateway/src/cli/d.ts", uses("../testing/index.ts")),
  allow("gateway/src/cli/c.test.ts", uses("@gatehouse/protocol/testing")),
  refuse("reads time", "gateway/src/store/t1.ts", "export const b = Date.now();\n"),
  refuse("reads time", "test/faults/t2.ts", "export const b = Date.now();\n"),
  refuse("reads time", "gateway/src/store/t3.ts", "export const b = new Date();\n"),
  refuse("reads time", "gateway/src/store/t4.ts", "export const b = performance.now();\n"),
  refuse(
    "reads time",
    "gateway/src/store/t5.ts",
    'import { performance as p } from "node:perf_hooks";\nexport const b = p.now();\n',
  ),
  refuse("reads time", "gateway/src/store/t6.ts", uses("node:timers/promises")),
  refuse("noRestrictedGlobals", "gateway/src/store/t7.ts", "setTimeout(() => undefined, 1);\n"),
  refuse("noRestrictedGlobals", "gateway/src/store/t8.test.ts", "setInterval(() => undefined, 1);\n"),
  refuse("reads time", "gateway/src/store/t9.ts", "globalThis.setTimeout(() => undefined, 1);\n"),
  allow("gateway/src/store/t10.ts", "export const b = new Date(0);\n"),
  allow("protocol/src/clock.ts", "export const b = [Date.now(), performance.now(), setTimeout];\n"),
  refuse("Randomness is passed in", "gateway/src/core/r.ts", "export const b = Math.random();\n"),
  allow("gateway/src/cli/r.ts", "export const b = Math.random;\n"),
  refuse("No bare Error", "gateway/src/store/e1.ts", 'export const f = () => {\n  throw new Error("x");\n};\n'),
  refuse("No bare Error", "device-sim/src/e2.ts", 'export const f = (cause: unknown) => new Error("x", { cause });\n'),
  refuse("No bare Error", "protocol/src/e3.ts", "export const f = () => new Error();\n"),
  allow("gateway/src/store/e4.test.ts", 'export const f = () => new Error("x");\n'),
  refuse("No inheritance", "gateway/src/store/i1.ts", "export class A<T> extends Map<string, T> {}\n"),
  allow("protocol/src/i2.ts", "export class OddError extends Error {}\n"),
  refuse("No mocks", "gateway/src/store/m.test.ts", 'import { vi } from "vitest";\nexport const f = vi.fn();\n'),
  refuse("noProcessEnv", "gateway/src/store/p1.ts", 'export const e = process.env["A"];\n'),
  allow("gateway/src/config.ts", 'export const e = process.env["A"];\n'),
  refuse("noBarrelFile", "gateway/src/store/index.ts", 'export * from "./store.ts";\n'),
  allow("gateway/src/index.ts", 'export * from "./main.ts";\n'),
  refuse("noDefaultExport", "gateway/src/store/d1.ts", "export default 1;\n"),
  refuse("noEnum", "gateway/src/store/d2.ts", "export enum A {\n  B = 1,\n}\n"),
  refuse(
    "useConsistentMemberAccessibility",
    "gateway/src/store/d3.ts",
    "export class A {\n  private readonly b = 1;\n}\n",
  ),
  refuse("useFilenamingConvention", "gateway/src/store/FooBar.ts", "export const a = 1;\n"),
  refuse("noExplicitAny", "gateway/src/store/d4.ts", "export const a = (b: any) => b;\n"),
  refuse("noFloatingPromises", "gateway/src/store/d5.ts", "async function f(): Promise<void> {}\nf();\n"),
  refuse("noConsole", "gateway/src/store/d6.ts", 'console.log("x");\n'),
  refuse("noUndeclaredDependencies", "gateway/src/store/d7.ts", uses("left-pad")),
  refuse(
    "noFocusedTests",
    "gateway/src/store/d8.test.ts",
    'import { test } from "vitest";\ntest.only("x", () => undefined);\n',
  ),
  refuse(
    "noSkippedTests",
    "gateway/src/store/d9.test.ts",
    'import { test } from "vitest";\ntest.skip("x", () => undefined);\n',
  ),
  refuse(
    "noExcessiveLinesPerFunction",
    "gateway/src/store/d10.ts",
    `export function f(g: () => void): void {\n${"  g();\n".repeat(80)}}\n`,
  ),
];

const scratch = mkdtempSync(join(tmpdir(), "gatehouse-lint-"));
const found = new Map<string, string[]>();

interface Report {
  readonly diagnostics: readonly {
    readonly category: string;
    readonly message: unknown;
    readonly location: { readonly path: string | { readonly file: string } };
  }[];
}

beforeAll(() => {
  const config = JSON.parse(readFileSync(join(root, "biome.json"), "utf8")) as Record<string, unknown>;
  writeFileSync(join(scratch, "biome.json"), JSON.stringify({ ...config, vcs: { enabled: false } }));
  cpSync(join(root, "scripts/lint"), join(scratch, "scripts/lint"), { recursive: true });
  for (const workspace of ["protocol", "gateway", "device-sim", "firmware-bridge", "test"]) {
    cpSync(join(root, workspace, "package.json"), join(scratch, workspace, "package.json"));
  }
  for (const { path, code } of snippets) {
    mkdirSync(dirname(join(scratch, path)), { recursive: true });
    writeFileSync(join(scratch, path), code);
  }
  const done = spawnSync(biome, ["lint", "--reporter=json", "--max-diagnostics=none", "."], {
    cwd: scratch,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  const report = JSON.parse(done.stdout) as Report;
  for (const { category, message, location } of report.diagnostics) {
    const path = typeof location.path === "string" ? location.path : location.path.file;
    found.set(path, [...(found.get(path) ?? []), `${category}: ${JSON.stringify(message)}`]);
  }
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Every rule whose own neighbour must pass: what a snippet trips besides its rule (unused, unresolved) is not the matter here. */
const houseRules = /plugin|noProcessEnv|noBarrelFile|noRestrictedGlobals|noUndeclaredDependencies/;

test.each(snippets.filter((snippet) => snippet.refusal !== undefined))("refuses $path: $refusal", (snippet) => {
  expect((found.get(snippet.path) ?? []).join("\n")).toContain(snippet.refusal);
});

test.each(snippets.filter((snippet) => snippet.refusal === undefined))("allows $path", (snippet) => {
  expect((found.get(snippet.path) ?? []).filter((line) => houseRules.test(line))).toEqual([]);
});
