/** What a row of the table of pages is made of. */
import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import type { Role } from "../../../src/console/table/route.ts";
import type { Word } from "../words/language.ts";

/** What a page is given: the names of its path, as `id` of `/rooms/:id`. */
export interface PageProps {
  readonly params: Readonly<Record<string, string>>;
}

export interface PageRow {
  readonly path: string;
  readonly title: Word;
  /** Who sees it in the navigation and may open it; the box checks every call on its own. */
  readonly roles: "anyone" | readonly Role[];
  readonly group: "site" | "devices" | "box" | "none";
  readonly icon?: ComponentType;
  /** Also in the bar at the foot of a phone's screen; at most three. */
  readonly bar?: boolean;
  readonly page: LazyExoticComponent<ComponentType<PageProps>>;
}

/** `later(() => import("../pages/x.tsx"), "XPage")`: the page's code is loaded when it is first opened. */
export function later<Name extends string>(
  load: () => Promise<{ readonly [Key in Name]: ComponentType<PageProps> }>,
  name: Name,
) {
  return lazy(async () => ({ default: (await load())[name] }));
}
