/** One request as the rows about sessions see it: beside who asks, the cookies of the browser. */
import type { LiveSession } from "./accounts/sessions.ts";
import type { Asking } from "./table/index.ts";

export const SESSION_COOKIE = "__Host-gatehouse";
export const CSRF_HEADER = "x-gatehouse-csrf";
/** On what a page asks by itself, without a person: no sign of life of its session. */
export const UNATTENDED_HEADER = "x-gatehouse-unattended";

export interface Visit extends Asking {
  readonly session: LiveSession | undefined;
  readonly agent: string;
  cookie(name: string): string | undefined;
  /** `maxAgeSeconds` 0 removes it; without it the cookie goes with the browser. */
  setCookie(name: string, value: string, maxAgeSeconds?: number): void;
}

/** First of that name; undefined when it is not there. */
export function cookieIn(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? "").slice(0, 8_192).split(";")) {
    const [key = "", ...value] = part.split("=");
    if (key.trim() === name) return value.join("=").trim();
  }
  return undefined;
}

/** Never readable by a script, never sent over plain HTTP or from another site, for this host alone. */
export function cookieText(name: string, value: string, maxAgeSeconds?: number): string {
  const age = maxAgeSeconds === undefined ? "" : `; Max-Age=${maxAgeSeconds}`;
  return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Strict${age}`;
}
