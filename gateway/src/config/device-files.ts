/** Keys of devices that name a file in place of a value, as a register map: read and checked with the site file. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError, type Device, didYouMean, type Problem, type Site } from "@gatehouse/protocol";
import type { ZodType } from "zod";
import type { DeviceFile } from "../core/ports.ts";
import { check } from "../words/schema-issues.ts";
import { readSource } from "./source.ts";

/** The package itself, from src/ and from dist/ alike. */
const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));

interface FileRow {
  readonly type: string;
  readonly files?: Readonly<Record<string, DeviceFile>>;
}

export interface InlinedFiles {
  /** The site with the values in place. */
  readonly site: Site;
  /** Those of a file name it; the others stand in the site file. */
  readonly problems: readonly Problem[];
  /** Tells the devices that lack a file, by their path. */
  isBad(path: string): boolean;
}

/** Tells the paths of `{ file }` in a site file that are no secrets. */
export function fileKeysOf(rows: readonly FileRow[]): (path: string) => boolean {
  const keys = new Set(rows.flatMap(({ files = {} }) => Object.keys(files)));
  return (path) => {
    const [, key] = /^devices\[\d+\]\.([^.[]+)/.exec(path) ?? [];
    return key !== undefined && keys.has(key);
  };
}

/** The site file itself is not changed: what its devices need goes to their drivers alone. */
export function inlineDeviceFiles(site: Site, rows: readonly FileRow[], siteFile: string): InlinedFiles {
  const typeOf = new Map(site.drivers.map(({ id, type }) => [id, type]));
  const bad = new Set<string>();
  const problems: Problem[] = [];
  const read = new Map<string, unknown>();
  const load = (file: string, schema: DeviceFile["schema"]): unknown => {
    if (!read.has(file)) read.set(file, loadFile(file, schema, problems));
    return read.get(file);
  };
  const devices = site.devices.map((device, i): Device => {
    const files = rows.find(({ type }) => type === typeOf.get(device.driver))?.files ?? {};
    let whole = device;
    for (const [key, kind] of Object.entries(files)) {
      const found = fileOf(device[key], kind, siteFile);
      if (found === undefined) continue;
      const value = "reason" in found ? undefined : load(found.file, kind.schema);
      if (value === undefined) bad.add(`devices[${i}]`);
      if ("reason" in found) problems.push({ path: `devices[${i}].${key}`, ...found });
      else whole = { ...whole, [key]: value };
    }
    return whole;
  });
  return { site: { ...site, devices }, problems, isBad: (path) => bad.has(path) };
}

/** The files the gateway brings along, by their names. */
export function readyFiles<T>({ folder, schema }: Pick<DeviceFile, "folder"> & { readonly schema: ZodType<T> }) {
  return readyNames(folder).flatMap((name): (readonly [string, T])[] => {
    const checked = check(schema, readSource(join(PACKAGE, folder, `${name}.yaml`)).value);
    return checked.ok ? [[name, checked.data]] : [];
  });
}

const readyNames = (folder: string): string[] =>
  readdirSync(join(PACKAGE, folder))
    .map((name) => name.replace(/\.yaml$/, ""))
    .sort();

type Found = { readonly file: string } | { readonly reason: string; readonly fix: string };

/** Undefined for a value that stands in the site file itself. */
function fileOf(value: unknown, { what, folder }: DeviceFile, siteFile: string): Found | undefined {
  if (typeof value === "string") {
    const names = readyNames(folder);
    if (names.includes(value)) return { file: join(PACKAGE, folder, `${value}.yaml`) };
    const known = `known: ${names.join(", ")}; or { file: NAME } for one of your own`;
    return { reason: `there is no ${what} "${value}"`, fix: didYouMean(value, names) ?? known };
  }
  if (typeof value !== "object" || value === null || !("file" in value)) return undefined;
  const { file } = value;
  if (typeof file !== "string" || file === "")
    return { reason: `the ${what} needs a file`, fix: "write { file: NAME }" };
  const path = resolve(dirname(siteFile), file);
  if (existsSync(path)) return { file: path };
  return { reason: `there is no file "${file}"`, fix: `write the ${what} into ${path}` };
}

function loadFile(file: string, schema: DeviceFile["schema"], problems: Problem[]): unknown {
  try {
    const source = readSource(file);
    const checked = check(schema, source.value);
    if (checked.ok) return checked.data;
    problems.push(...checked.problems.map((problem) => source.place(problem)));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
  }
  return undefined;
}
