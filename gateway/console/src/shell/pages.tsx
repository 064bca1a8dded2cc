/** The table of pages: one row a page; a page that is not here does not exist. Navigation, rights and code splitting come from it. */
import { AppstoreOutlined, UserOutlined } from "@ant-design/icons";
import type { Role } from "../../../src/console/table/route.ts";
import { shellWords } from "../words/shell.ts";
import { later, type PageRow } from "./page-row.ts";
import { match } from "./route.ts";
import { TECHNICIAN_PAGES } from "./technician-pages.ts";

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
  ...TECHNICIAN_PAGES,
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
