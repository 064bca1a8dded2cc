/** How the page is built: entries, names of files, and the list the service worker keeps for when there is no connection. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
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

export const pageConfig: InlineConfig = {
  configFile: false,
  root: page,
  // It warns of modules of Node behind the protocol's door, none of which is in the page after tree-shaking.
  logLevel: "error",
  clearScreen: false,
  plugins: [shellList()],
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
