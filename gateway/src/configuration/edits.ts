/** Edits of the site file's text that leave everything else of it as it stands: comments, order, spelling. */
import { ConfigError } from "@gatehouse/protocol";
import { type Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";

/** `path` as in `spaces/3-302/registered`: keys of blocks, and of lists the item's id. */
export type Edit =
  | { readonly op: "set"; readonly path: string; readonly value: unknown }
  | { readonly op: "add"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/** What names an item of a list, the first there is. */
const NAMES: readonly string[] = ["id", "user", "credential", "use"];

/** Throws ConfigError for a path that leads nowhere; the text must be YAML (JSON is). */
export function editText(text: string, edits: readonly Edit[]): string {
  const document = parseDocument(text);
  if (document.errors.length > 0)
    throw new ConfigError({ path: "", reason: "the site file is no YAML", fix: "correct its text first" });
  for (const edit of edits) notTooDeep(edit.path, () => editOne(document, edit));
  return notTooDeep("", () => document.toString({ lineWidth: 0 }));
}

/** A value may be nested deeper than a text of it can be written. */
function notTooDeep<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ConfigError({ path, reason: "is nested too deeply", fix: "flatten it" }, { cause });
  }
}

function editOne(document: Document, edit: Edit): void {
  const keys = edit.path.split("/").filter((key) => key !== "");
  const last = keys.at(-1);
  if (last === undefined) throw wrong(edit, "names nothing");
  const parent = walk(document, keys.slice(0, -1), edit);
  if (edit.op === "add") add(document, parent, last, edit);
  else if (isSeq(parent)) editItem(document, parent, last, edit);
  else if (edit.op === "set") parent.set(last, document.createNode(edit.value));
  else if (!parent.delete(last)) throw wrong(edit, "is not there");
}

function editItem(document: Document, list: YAMLSeq, name: string, edit: Exclude<Edit, { op: "add" }>): void {
  const index = indexOf(list, name);
  if (index < 0) throw wrong(edit, "is not there");
  if (edit.op === "set") list.items[index] = document.createNode(edit.value);
  else list.items.splice(index, 1);
}

/** Makes the list where the file has none yet. An item of the same id is a mistake that the check of the whole will name. */
function add(document: Document, parent: YAMLMap | YAMLSeq, key: string, edit: Extract<Edit, { op: "add" }>): void {
  if (!isMap(parent)) throw wrong(edit, "does not name a list");
  let list: unknown = parent.get(key, true);
  if (!isSeq(list)) {
    if (isMap(list) || (isScalar(list) && list.value !== null)) throw wrong(edit, "is no list");
    list = document.createNode([]);
    parent.set(key, list);
  }
  const items = list as YAMLSeq;
  const node = document.createNode(edit.value);
  if (isMap(node) || isSeq(node)) node.flow = items.items.every((item) => !isMap(item) || item.flow === true);
  items.flow = false;
  items.add(node);
}

function walk(document: Document, keys: readonly string[], edit: Edit): YAMLMap | YAMLSeq {
  if (document.contents === null) document.contents = document.createNode({});
  let node: unknown = document.contents;
  for (const key of keys) {
    if (isSeq(node)) node = node.items[indexOf(node, key)];
    else if (isMap(node)) {
      const inner = node.get(key, true);
      if (inner === undefined || (isScalar(inner) && inner.value === null)) {
        if (edit.op === "remove") throw wrong(edit, "is not there");
        node.set(key, document.createNode({}));
      }
      node = node.get(key, true);
    } else node = undefined;
    if (node === undefined) throw wrong(edit, `: there is no "${key}"`);
  }
  if (!isMap(node) && !isSeq(node)) throw wrong(edit, "leads to a plain value");
  return node;
}

function indexOf(list: YAMLSeq, name: string): number {
  const named = list.items.findIndex(
    (item) => isMap(item) && NAMES.some((key) => item.has(key) && String(item.get(key)) === name),
  );
  if (named >= 0) return named;
  const plain = list.items.findIndex((item) => isScalar(item) && String(item.value) === name);
  return plain;
}

const wrong = (edit: Edit, reason: string): ConfigError =>
  new ConfigError({ path: edit.path, reason: `the path of this edit ${reason}`, fix: "read the site file again" });
