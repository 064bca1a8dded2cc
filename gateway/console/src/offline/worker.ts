/** The service worker: keeps the page's own files, so that it opens without a connection and can say so. Answers of the API are never kept. */
/// <reference lib="webworker" />

const scope = globalThis as unknown as ServiceWorkerGlobalScope;
/** Both are put in by the build. */
declare const __SHELL_FILES__: readonly string[];
declare const __SHELL_NAME__: string;

const FILES = __SHELL_FILES__;
const NAME = `shell-${__SHELL_NAME__}`;
const START = "/";

scope.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((kept) => kept.addAll([START, "/icon.svg", "/manifest.webmanifest", ...FILES]))
      .then(() => scope.skipWaiting()),
  );
});

scope.addEventListener("activate", (event) => {
  const old = async () => {
    for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
    await scope.clients.claim();
  };
  event.waitUntil(old());
});

/** The start page brings its own policy along, nonce and all, so that it is kept as it came. */
async function startPage(request: Request): Promise<Response> {
  try {
    const fresh = await fetch(request);
    if (fresh.ok) await (await caches.open(NAME)).put(START, fresh.clone());
    return fresh;
  } catch {
    return (await caches.match(START)) ?? Response.error();
  }
}

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== scope.location.origin || pathname.startsWith("/api/")) return;
  if (pathname === START) event.respondWith(startPage(request));
  else if (FILES.includes(pathname)) event.respondWith(caches.match(pathname).then((kept) => kept ?? fetch(request)));
});
