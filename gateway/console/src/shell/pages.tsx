/** The table of pages: one row a page; a page that is not here does not exist. Navigation, rights and code splitting come from it. */
import { AppstoreOutlined, UserOutlined } from "@ant-design/icons";
import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import type { Role } from "../../../src/console/table/route.ts";
import type { Word } from "../words/language.ts";
import { shellWords } from "../words/shell.ts";
import { match } from "./route.ts";

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
function later<Name extends string>(
  load: () => Promise<{ readonly [Key in Name]: ComponentType<PageProps> }>,
  name: Name,
) {
  return lazy(async () => ({ default: (await load())[name] }));
}

export const PAGES: readonly PageRow[] = [
  {
    path: "/",
    title: shellWords.board,
    roles: "anyone",
    group: "site",
    icon: AppstoreOutlined,
    bar: true,
    page: later(() => import("../pages/board/board-page.tsx"), "BoardPage"),
  },
  {
    path: "/account",
    title: shellWords.account,
    roles: "anyone",
    group: "none",
    icon: UserOutlined,
    page: later(() => import("../pages/session/account-page.tsx"), "AccountPage"),
  },
];

export const mayOpen = (row: PageRow, roles: readonly Role[]): boolean =>
  row.roles === "anyone" || row.roles.some((role) => roles.includes(role));

export interface Found {
  readonly row: PageRow;
  readonly params: Readonly<Record<string, string>>;
}

export function pageAt(path: string): Found | undefined {
  for (const row of PAGES) {
    const params = match(row.path, path);
    if (params !== undefined) return { row, params };
  }
  return undefined;
}
