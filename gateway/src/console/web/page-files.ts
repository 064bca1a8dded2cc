/** The built web page: known files only, read once, kept as they are sent. */
import { randomBytes } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import type { Readable } from "node:stream";
import { contentSecurityPolicy, WORKER_POLICY } from "./security-headers.ts";

const NONCE = "__CSP_NONCE__";
const WORKER = "/worker.js";
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};
const PACKED = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const;

export interface PageAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Readable;
}

interface KnownFile {
  readonly path: string;
  readonly type: string;
  readonly etag: string;
  /** Encodings that lie beside it. */
  readonly packed: readonly string[];
  readonly bytes: number;
}

const HINT =
  "Gatehouse runs, but its web page was not built: run `npm run build` where it was installed from.\nThe interface is there: /api/1/openapi.json\n网关已运行，但网页尚未构建：请在安装目录运行 npm run build。接口说明见 /api/1/openapi.json。\n";

/** Only what lay in the folder at the start is ever served, so no path can lead out of it. */
export class PageFiles {
  readonly #files = new Map<string, KnownFile>();
  readonly #index: string | undefined;

  constructor(dir: string | undefined) {
    if (dir === undefined || !existsSync(join(dir, "index.html"))) return;
    this.#index = readFileSync(join(dir, "index.html"), "utf8");
    for (const path of readdirSync(dir, { recursive: true, encoding: "utf8" }).map((name) => join(dir, name))) {
      const type = TYPES[extname(path)];
      const stat = statSync(path);
      if (type === undefined || !stat.isFile()) continue;
      const url = `/${relative(dir, path).split(sep).join("/")}`;
      const packed = PACKED.filter(([, ending]) => existsSync(path + ending)).map(([name]) => name);
      const etag = `"${stat.size.toString(36)}-${Math.round(stat.mtimeMs).toString(36)}"`;
      this.#files.set(url, { path, type, etag, packed, bytes: stat.size });
    }
    this.#files.delete("/index.html");
  }

  /** Undefined where there is no such file. `accept`: the encodings the browser takes. */
  answer(url: string, accept: string, ifNoneMatch: string | undefined): PageAnswer | "not-modified" | undefined {
    if (url === "/" || url === "/index.html") return this.#page();
    const file = this.#files.get(url);
    if (file === undefined) return undefined;
    // What vite names by its content never changes under that name.
    const isHashed = /^\/assets\/.+-[\w-]{8,}\.\w+$/.test(url);
    const caching = isHashed ? "public, max-age=31536000, immutable" : "no-cache";
    const headers = {
      "content-type": file.type,
      "cache-control": caching,
      etag: file.etag,
      vary: "accept-encoding",
      ...(url === WORKER ? { "content-security-policy": WORKER_POLICY } : {}),
    };
    if (ifNoneMatch === file.etag) return "not-modified";
    const packed = PACKED.find(([name]) => file.packed.includes(name) && new RegExp(`\\b${name}\\b`).test(accept));
    const body = createReadStream(file.path + (packed?.[1] ?? ""));
    if (packed !== undefined) return { headers: { ...headers, "content-encoding": packed[0] }, body };
    return { headers: { ...headers, "content-length": String(file.bytes) }, body };
  }

  #page(): PageAnswer {
    if (this.#index === undefined) {
      return { headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" }, body: HINT };
    }
    const nonce = randomBytes(16).toString("base64");
    const headers = {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      "content-security-policy": contentSecurityPolicy(nonce),
    };
    return { headers, body: this.#index.replaceAll(NONCE, nonce) };
  }
}
