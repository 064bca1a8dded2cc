/** A site whose schema check failed, made whole enough that the other checks can still speak: all problems come at once. */
import { ID_PATTERN, OUTSIDE, Site, UNOWNED_GRID } from "@gatehouse/protocol";
import type { core } from "zod";

/** Where there is nothing to say about an address. */
const address = { code: "-", grid: UNOWNED_GRID };

/** What stands in for the refused keys of an item. Its id stays, so that what refers to it is not called wrong. */
const STAND_INS: Readonly<Record<string, (id: string) => object>> = {
  spaces: (id) => ({ id, kind: "yard", address }),
  portals: (id) => ({ id, kind: "door", from: OUTSIDE, to: OUTSIDE }),
  devices: (id) => ({ id, kind: "board" }),
  credentials: () => ({ credential: "c_0000000000", role: "visitor" }),
  drivers: (id) => ({ id, type: "-" }),
  policies: () => ({ use: "-" }),
  uplinks: (id) => ({ id, type: "-" }),
  accounts: (id) => ({ user: id, password: { env: "-" }, role: "tool" }),
};

const SITE = { id: "site", name: "-", kind: "rental-compound", address };

export interface Salvaged {
  readonly site: Site;
  /** True for the path of something a stand-in replaces, and of an item that has such: what is said about those is void. */
  isVoid(path: string): boolean;
}

type Block = Record<string, unknown>;

/** Undefined when not even that helps. */
export function salvage(value: unknown, issues: readonly core.$ZodIssue[]): Salvaged | undefined {
  if (!isBlock(value)) return undefined;
  const copy = structuredClone(value);
  const refused = new Map<string, Set<string>>();
  for (const issue of issues) {
    const [section, index, key] = issue.path;
    if (issue.code === "unrecognized_keys") removeKeys(copy, issue.path, issue.keys);
    else if (typeof section === "string" && typeof index === "number") {
      const item = `${section}[${index}]`;
      refused.set(item, (refused.get(item) ?? new Set()).add(String(key ?? "")));
    } else if (section === "site") copy["site"] = SITE;
    else if (typeof section === "string") delete copy[section];
  }
  for (const [item, keys] of refused) replaceKeys(copy, item, keys);
  if (!Array.isArray(copy["spaces"]) || copy["spaces"].length === 0) copy["spaces"] = [{ id: "space", kind: "yard" }];
  const result = Site.safeParse(copy);
  if (!result.success) return undefined;
  return { site: result.data, isVoid: (path) => isVoid(path, refused) };
}

const isBlock = (value: unknown): value is Block =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isVoid(path: string, refused: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const [, item = "", key] = /^(\w+\[\d+\])(?:\.(\w+))?/.exec(path) ?? [];
  const keys = refused.get(item);
  return keys !== undefined && (key === undefined || keys.has(key));
}

function removeKeys(root: Block, path: readonly PropertyKey[], keys: readonly string[]): void {
  let block: unknown = root;
  for (const part of path) block = (block as Block | undefined)?.[part as string];
  for (const key of keys) delete (block as Block | undefined)?.[key];
}

function replaceKeys(root: Block, path: string, keys: ReadonlySet<string>): void {
  const [, section = "", index] = /^(\w+)\[(\d+)\]$/.exec(path) ?? [];
  const list = root[section];
  const standIn = STAND_INS[section];
  if (standIn === undefined || !Array.isArray(list)) {
    delete root[section];
    return;
  }
  const at = Number(index);
  const item: unknown = list[at];
  const left = isBlock(item) ? Object.fromEntries(Object.entries(item).filter(([key]) => !keys.has(key))) : {};
  const id = left["id"] ?? left["user"];
  list[at] = { ...standIn(typeof id === "string" && ID_PATTERN.test(id) ? id : `refused-${at}`), ...left };
}
