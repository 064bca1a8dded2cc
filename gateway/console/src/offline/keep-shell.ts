/** Registers the service worker, where the browser trusts this box's certificate; without it the page works, but not without a connection. */

export function keepShell(): void {
  if (!("serviceWorker" in navigator) || !globalThis.isSecureContext) return;
  navigator.serviceWorker.register("/worker.js", { type: "module", updateViaCache: "none" }).catch(() => {
    // An untrusted certificate: browsers then refuse service workers, and there is nothing to do about it here.
  });
}
