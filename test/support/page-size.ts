/** How much of the console's page is loaded before a board can be seen, compressed as it is sent. `node test/support/page-size.ts` prints it. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const PAGE = resolve(import.meta.dirname, "../../gateway/dist/page");
/** Loaded later than the page itself, but before anybody sees a room. */
const SIGN_IN_AND_BOARD: readonly string[] = ["sign-in", "board-page"];

export interface PageSize {
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly firstBytes: number;
  /** Everything the service worker keeps. */
  readonly allBytes: number;
}

const packed = (path: string): number => gzipSync(readFileSync(join(PAGE, path)), { level: 9 }).length;

/** A module and what it imports before it can run. */
function loadedWith(name: string, found: Set<string>): void {
  if (found.has(name)) return;
  found.add(name);
  const text = readFileSync(join(PAGE, "assets", name), "utf8");
  for (const [, other = ""] of text.matchAll(/(?:from|import)\s*["'`]\.\/([\w.-]+\.js)["'`]/g))
    loadedWith(other, found);
}

export function pageSize(): PageSize {
  const assets = readdirSync(join(PAGE, "assets")).filter((name) => /\.(js|css)$/.test(name));
  const start = readFileSync(join(PAGE, "index.html"), "utf8");
  const found = new Set<string>();
  for (const [, name = ""] of start.matchAll(/\/assets\/([\w.-]+\.js)/g)) loadedWith(name, found);
  const later = assets.filter((name) => SIGN_IN_AND_BOARD.some((page) => name.startsWith(`${page}-`)));
  for (const name of later) if (name.endsWith(".js")) loadedWith(name, found);
  for (const [, name = ""] of start.matchAll(/\/assets\/([\w.-]+\.css)/g)) found.add(name);
  for (const name of later) found.add(name);
  const files = [...found].map((name) => ({ name, bytes: packed(`assets/${name}`) })).sort((a, b) => b.bytes - a.bytes);
  const firstBytes = packed("index.html") + files.reduce((sum, { bytes }) => sum + bytes, 0);
  const allBytes = assets.reduce((sum, name) => sum + packed(`assets/${name}`), 0);
  return { files, firstBytes, allBytes };
}

const kB = (bytes: number) => `${(bytes / 1_000).toFixed(1)} kB`;

if (import.meta.main) {
  const { files, firstBytes, allBytes } = pageSize();
  for (const { name, bytes } of files) console.log(`${kB(bytes).padStart(10)}  ${name}`);
  console.log(`${kB(firstBytes).padStart(10)}  first load, compressed (start page, sign-in and board)`);
  console.log(`${kB(allBytes).padStart(10)}  all files, compressed`);
}
