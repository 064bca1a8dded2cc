/** Where the page stands: a path behind `#`, so that the box serves one document whatever is open. */
import { useSyncExternalStore } from "react";

export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

export function placeOf(hash: string): Place {
  const [path = "", search = ""] = hash.replace(/^#/, "").split("?");
  return { path: path === "" ? "/" : path, query: new URLSearchParams(search) };
}

/** What stands at `:name` in the pattern; undefined where the path is another one. */
export function match(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? "";
    if (!part.startsWith(":")) {
      if (part !== text) return undefined;
    } else {
      try {
        params[part.slice(1)] = decodeURIComponent(text);
      } catch {
        return undefined;
      }
    }
  }
  return params;
}

/** `href` of a link: `linkTo("/rooms/:id", { id })`. */
export const linkTo = (
  pattern: string,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, string>> = {},
): string => {
  const path = pattern.replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent(params[name] ?? ""));
  const search = new URLSearchParams(query).toString();
  return `#${path}${search === "" ? "" : `?${search}`}`;
};

export const go = (link: string): void => {
  globalThis.location.hash = link;
};

const subscribe = (listener: () => void) => {
  globalThis.addEventListener("hashchange", listener);
  return () => globalThis.removeEventListener("hashchange", listener);
};

export const useHash = (): string => useSyncExternalStore(subscribe, () => globalThis.location.hash);
export const usePlace = (): Place => placeOf(useHash());
