/** Headers of every answer. Scripts come from this box alone and are never inline; styles need the nonce of their answer. */

/** No nonce for anything but the page. */
export function contentSecurityPolicy(nonce?: string): string {
  if (nonce === undefined)
    return "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'none'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Of the service worker, which fetches the page's own files to keep them; a sandbox would leave it without anything to keep them in. */
export const WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'";

/** `strict`: by a certificate of the operator's own, so that a browser may insist on TLS from then on. */
export function securityHeaders(strict: boolean): Record<string, string> {
  return {
    "content-security-policy": contentSecurityPolicy(),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=(), serial=()",
    ...(strict ? { "strict-transport-security": "max-age=31536000" } : {}),
  };
}
