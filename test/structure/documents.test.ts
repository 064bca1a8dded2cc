/** What must stand in docs/ because something stands in the source. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { files, read, root } from "./tree.ts";

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const manifests = files
  .filter((path) => /(^|\/)package\.json$/.test(path))
  .map((path) => JSON.parse(read(path)) as Manifest);
const ours = new Set(manifests.map((manifest) => manifest.name));

/** First cells of a page's table rows, without their marks. */
const firstCells = (page: string): string[] =>
  Array.from(read(page).matchAll(/^\| `([^`]+)` \|/gm), ([, cell]) => cell ?? "");

const headings = (page: string): string[] =>
  Array.from(read(page).matchAll(/^## `([^`]+)`/gm), ([, name]) => name ?? "");

/** `type: "x"` of every row's own file, as far as the table names it. */
function rowTypes(folder: string): string[] {
  const types = files
    .filter((path) => path.startsWith(`gateway/src/${folder}/`) && !path.endsWith(".test.ts"))
    .flatMap((path) => Array.from(read(path).matchAll(/^ {2}type: "([\w-]+)",$/gm), ([, type]) => type ?? ""));
  return [...new Set(types)].sort();
}

test.each([
  ["drivers", ["mqtt"]],
  ["uplinks", ["https", "mqtt", "webhook", "wecom"]],
])("every row of %s has a section in docs, and every section a row", (folder, atLeast) => {
  const types = rowTypes(folder);
  expect(types).toEqual(expect.arrayContaining(atLeast));
  expect(headings(`docs/${folder}.md`).sort()).toEqual(types);
});

test("a service is not killed while a board is written", () => {
  const bridge = read("firmware-bridge/src/bridge.ts");
  const given = ["LAST_WORDS_MS", "WRITTEN_MS"].map((name) =>
    Number(new RegExp(`^const ${name} = ([\\d_]+);`, "m").exec(bridge)?.[1]?.replaceAll("_", "")),
  );
  const neededSeconds = given.reduce((sum, ms) => sum + ms / 1_000, 0);
  expect(neededSeconds).toBeGreaterThan(100);
  for (const unit of ["gatehouse", "gatehouse-bridge"]) {
    const text = read(`docs/deploy/${unit}.service`);
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(neededSeconds + 5);
    expect(text).toMatch(/^KillMode=control-group$/m);
  }
});

test("a service may do no more than it has to: what systemd-analyze counts for the score of promise S12", () => {
  const needed = [
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateMounts=yes",
    "DevicePolicy=closed",
    "RestrictNamespaces=yes",
    "RestrictSUIDSGID=yes",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    "SystemCallArchitectures=native",
    "UMask=0077",
  ];
  for (const unit of ["gatehouse", "gatehouse-bridge"]) {
    const lines = read(`docs/deploy/${unit}.service`).split("\n");
    expect(needed.filter((line) => !lines.includes(line))).toEqual([]);
    expect(lines.filter((line) => line.startsWith("DeviceAllow="))).toEqual(
      ["ttyS", "ttyUSB", "ttyACM"].map((kind) => `DeviceAllow=char-${kind} rw`),
    );
  }
});

test("every health code stands in docs/health-codes.md, and no other", () => {
  const codes = Array.from(
    read("gateway/src/core/health-codes.ts").matchAll(/^ {2}"([\w-]+)": words\(/gm),
    ([, code]) => code ?? "",
  );
  expect(codes.length).toBeGreaterThan(10);
  expect(firstCells("docs/health-codes.md").sort()).toEqual(codes.sort());
});

test("docs/health-codes.md says of every code what the console says", () => {
  const quoted = (text: string) =>
    Array.from(text.matchAll(/"((?:[^"\\\\]|\\\\.)*)"/g), ([whole]) => JSON.parse(whole) as string);
  const source = read("gateway/src/core/health-codes.ts");
  const words = Array.from(source.matchAll(/^ {2}"([\w-]+)": words\(([\s\S]*?)^ {2}\),$/gm), ([, code, texts = ""]) => [
    code,
    quoted(texts),
  ]);
  const rows = Array.from(
    read("docs/health-codes.md").matchAll(/^\| `([\w-]+)` \| (.*) \|$/gm),
    ([, code, cells = ""]) => [code, cells.split(" | ")],
  );
  expect(rows.length).toBeGreaterThan(20);
  expect(new Map(words as [string, string[]][])).toEqual(new Map(rows as [string, string[]][]));
});

test("every health code is raised somewhere", () => {
  const sources = files
    .filter((path) => /^gateway\/src\/.*\.ts$/.test(path) && !/\.test\.ts$|core\/health-codes\.ts$/.test(path))
    .map(read);
  const raised = (code: string) => sources.some((text) => text.includes(`"${code}"`));
  expect(firstCells("docs/health-codes.md").filter((code) => !raised(code))).toEqual([]);
});

test("every dependency has its reason in docs/dependencies.md, and no other has one", () => {
  const wanted = manifests.flatMap((manifest) => [
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.devDependencies ?? {}),
    ...Object.keys(manifest.optionalDependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}),
  ]);
  const theirs = [...new Set(wanted)].filter((name) => !ours.has(name));
  expect(firstCells("docs/dependencies.md").sort()).toEqual(theirs.sort());
});

test("the lock file names versions and checksums, no place to download from", () => {
  const lock = JSON.parse(read("package-lock.json")) as { readonly packages: Record<string, Record<string, unknown>> };
  const packages = Object.entries(lock.packages).filter(([path]) => path.includes("node_modules/"));
  expect(packages.length).toBeGreaterThan(50);
  const addresses = packages.filter(([, { resolved }]) => typeof resolved === "string" && /^[a-z+]+:/.test(resolved));
  expect(addresses.map(([path]) => path)).toEqual([]);
  const unchecked = packages.filter(
    ([, { link, integrity, inBundle }]) => !link && !inBundle && integrity === undefined,
  );
  expect(unchecked.map(([path]) => path)).toEqual([]);
});

test("docs/reference is what the schemas say", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/docs.ts", "--check"], {
    cwd: root,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("a page that is not what the schemas say is found out", () => {
  const { status } = spawnSync(process.execPath, ["scripts/docs.ts", "--check"], {
    cwd: root,
    env: { ...process.env, GATEHOUSE_REFERENCE: join(root, "docs") },
  });
  expect(status).toBe(1);
});

test("links between pages lead somewhere", () => {
  const pages = files.filter((path) => path.endsWith(".md"));
  const broken = pages.flatMap((page) =>
    Array.from(read(page).matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g), ([, link]) => join(page, "..", link ?? ""))
      .filter((target) => !files.some((path) => path === target || path.startsWith(`${target.replace(/\/$/, "")}/`)))
      .map((target) => `${page}: ${target}`),
  );
  expect(broken).toEqual([]);
});

test("every proof that docs/promises.md names is there", () => {
  const proofs = Array.from(
    read("docs/promises.md").matchAll(/`((?:protocol|gateway|device-sim|test)\/[^`*]+)`/g),
    ([, path]) => path ?? "",
  );
  expect(proofs.length).toBeGreaterThan(5);
  expect(proofs.filter((proof) => !files.some((path) => path === proof || path.startsWith(proof)))).toEqual([]);
});

test("CHANGELOG.md says what is not released yet", () => {
  expect(read("CHANGELOG.md")).toMatch(/^## Unreleased$/m);
});
