/** What a running gateway must never load: it would cost its memory for years. */
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { files, read } from "./tree.ts";

/** Modules that come along with `entry`: its static imports and theirs, without types. */
function loadedWith(entry: string): { readonly ours: Set<string>; readonly packages: Set<string> } {
  const ours = new Set<string>();
  const packages = new Set<string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (ours.has(path)) continue;
    ours.add(path);
    const imports = read(path).matchAll(/^(?:import|export)\s(?!type\b)(?:[^;"']*?\sfrom\s)?["']([^"']+)["']/gm);
    for (const [, name = ""] of imports) {
      if (name.startsWith(".")) waiting.push(normalize(join(dirname(path), name)));
      else packages.add(name);
    }
  }
  return { ours, packages };
}

/** Loaded one at a time, when it is asked for. */
const commands = files.filter((path) => /^gateway\/src\/cli\/[a-z0-9-]+\.ts$/.test(path));

const isDrawing = (name: string) => name.startsWith("echarts") || name.startsWith("zrender");

test("the gateway and the command line load no drawing library", () => {
  for (const entry of ["gateway/src/main.ts", "gateway/src/index.ts"]) {
    const { ours, packages } = loadedWith(entry);
    expect(ours.size).toBeGreaterThan(10);
    expect([...packages].filter(isDrawing), entry).toEqual([]);
    expect(
      [...ours].filter((path) => path.includes("/replay/")),
      entry,
    ).toEqual([]);
  }
  expect(commands.length).toBeGreaterThan(30);
  for (const entry of commands) expect([...loadedWith(entry).packages].filter(isDrawing), entry).toEqual([]);
});

test("only the report's plots know the drawing library, and the report loads them", () => {
  const knowing = files.filter((path) => /^gateway\/src\/.*\.ts$/.test(path) && /["']echarts/.test(read(path)));
  const report = "gateway/src/replay/report";
  expect(knowing).toEqual([`${report}/echarts-bundle.d.ts`, `${report}/frames.ts`]);
  expect([...loadedWith(`${report}/page.ts`).packages].some(isDrawing)).toBe(true);
});

const isOpcua = (name: string) => name.startsWith("node-opcua");

test("OPC UA is loaded by its own processes alone, and they load nothing of the core", () => {
  const process = "gateway/src/opcua/process";
  const knowing = files.filter((path) => /^gateway\/src\/.*\.ts$/.test(path) && /["']node-opcua/.test(read(path)));
  expect(knowing.length).toBeGreaterThan(2);
  expect(knowing.filter((path) => !path.startsWith(`${process}/`))).toEqual([]);
  for (const entry of ["gateway/src/main.ts", "gateway/src/index.ts", ...commands, "device-sim/src/index.ts"])
    expect([...loadedWith(entry).packages].filter(isOpcua), entry).toEqual([]);
  for (const entry of [`${process}/server-entry.ts`, `${process}/reader-entry.ts`]) {
    const { ours, packages } = loadedWith(entry);
    expect([...packages].some(isOpcua), entry).toBe(true);
    // What both sides share: the words between them, and plain files.
    const shared = ["gateway/src/opcua/seam.ts", "gateway/src/opcua/certificates.ts"];
    const seam = (path: string) => path.startsWith(`${process}/`) || shared.includes(path);
    expect([...ours].filter((path) => !seam(path))).toEqual([]);
  }
});

test("the process that reads a PLC does not load the server", () => {
  const { packages } = loadedWith("gateway/src/opcua/process/reader-entry.ts");
  expect([...packages].filter((name) => name === "node-opcua" || name === "node-opcua-server")).toEqual([]);
});

test("a gateway without a console loads no web server, and only a console that is asked for does", () => {
  const { packages } = loadedWith("gateway/src/main.ts");
  const web = ["fastify", "ws", "qrcode", "@peculiar/x509"];
  expect([...packages].filter((name) => web.includes(name))).toEqual([]);
  const console = loadedWith("gateway/src/open-console.ts");
  expect([...console.packages].filter((name) => web.includes(name)).sort()).toEqual(["fastify", "ws"]);
});
