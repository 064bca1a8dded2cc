/** How the page is built: entries, names of files, and the list the service worker keeps for when there is no connection. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { InlineConfig, Plugin } from "vite";

const page = resolve(import.meta.dirname, "../gateway/console");

/** Written into the worker: every file of this build, and a name for it that changes with any of them. */
const SHELL_FILES = "__SHELL_FILES__";
const SHELL_NAME = "__SHELL_NAME__";

const shellList = (): Plugin => ({
  name: "gatehouse-shell-list",
  enforce: "post",
  generateBundle(_options, bundle) {
    const worker = bundle["worker.js"];
    if (worker?.type !== "chunk") this.error("the service worker is missing from the build");
    const files = Object.keys(bundle)
      .filter((name) => /^assets\//.test(name))
      .sort();
    const name = createHash("sha256").update(files.join("\n")).digest("hex").slice(0, 12);
    const code = worker.code
      .replaceAll(SHELL_FILES, JSON.stringify(files.map((file) => `/${file}`)))
      .replaceAll(SHELL_NAME, JSON.stringify(name));
    if (code === worker.code) this.error("the service worker has no place for its list of files");
    worker.code = code;
  },
});

/** Some parts of the controls add a style sheet without asking for the nonce: a measured scroll bar, a locked scroll behind a dialog. */
const nonceEverywhere = (): Plugin => {
  const without = /if \(csp\?\.nonce\) \{\s*styleNode\.nonce = csp\?\.nonce;\s*\}/;
  const given = 'styleNode.nonce = csp?.nonce ?? document.querySelector("meta[name=csp-nonce]")?.content ?? "";';
  return {
    name: "gatehouse-nonce-everywhere",
    transform(code, id) {
      if (!/@rc-component\/util\/es\/Dom\/dynamicCSS\.js$/.test(id)) return null;
      if (!without.test(code)) this.error("style sheets are added in another way than known here");
      return code.replace(without, given);
    },
  };
};

/** Compressed once, as the gateway sends it: no box does that for each reader. */
const packed = (): Plugin => ({
  name: "gatehouse-packed",
  writeBundle(_options, bundle) {
    for (const [name, file] of Object.entries(bundle)) {
      if (!/\.(js|css)$/.test(name)) continue;
      const raw = Buffer.from(file.type === "chunk" ? file.code : file.source);
      const path = resolve(page, "../dist/page", name);
      writeFileSync(`${path}.gz`, gzipSync(raw, { level: 9 }));
      writeFileSync(`${path}.br`, brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
    }
  },
});

export const pageConfig: InlineConfig = {
  configFile: false,
  root: page,
  // It warns of modules of Node behind the protocol's door, none of which is in the page after tree-shaking.
  logLevel: "error",
  clearScreen: false,
  plugins: [shellList(), nonceEverywhere(), packed()],
  oxc: { jsx: { runtime: "automatic" } },
  build: {
    outDir: resolve(page, "../dist/page"),
    emptyOutDir: true,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_500,
    rolldownOptions: {
      input: { page: resolve(page, "index.html"), worker: resolve(page, "src/offline/worker.ts") },
      treeshake: { moduleSideEffects: [{ test: /protocol[\\/]dist[\\/]/, sideEffects: false }] },
      output: {
        entryFileNames: ({ name }) => (name === "worker" ? "worker.js" : "assets/[name]-[hash].js"),
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
};
