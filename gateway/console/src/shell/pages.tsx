/** The table of pages: one row a page; a page that is not here does not exist. Navigation, rights and code splitting come from it. */
import {
  AlertOutlined,
  AppstoreOutlined,
  BarChartOutlined,
  BellOutlined,
  CarryOutOutlined,
  CompassOutlined,
  FireOutlined,
  SwapOutlined,
  TeamOutlined,
  UserOutlined,
} from "@ant-design/icons";
import type { Role } from "../../../src/console/table/route.ts";
import { shellWords } from "../words/shell.ts";
import { BOX_PAGES } from "./box-pages.ts";
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
  {
    path: "/alerts",
    title: shellWords.alerts,
    roles: "anyone",
    group: "site",
    icon: AlertOutlined,
    bar: true,
    page: later(() => import("../pages/alerts/inbox-page.tsx"), "InboxPage"),
  },
  {
    path: "/prompts",
    title: shellWords.prompts,
    roles: "anyone",
    group: "site",
    icon: BellOutlined,
    bar: true,
    page: later(() => import("../pages/prompts/prompts-page.tsx"), "PromptsPage"),
  },
  {
    path: "/patrols",
    title: shellWords.patrols,
    roles: "anyone",
    group: "site",
    icon: CompassOutlined,
    page: later(() => import("../pages/duties/patrols-page.tsx"), "PatrolsPage"),
  },
  {
    path: "/compliance",
    title: shellWords.compliance,
    roles: "anyone",
    group: "site",
    icon: CarryOutOutlined,
    page: later(() => import("../pages/duties/compliance-page.tsx"), "CompliancePage"),
  },
  {
    path: "/hand-over",
    title: shellWords.handOver,
    roles: "anyone",
    group: "site",
    icon: SwapOutlined,
    page: later(() => import("../pages/prompts/hand-over-page.tsx"), "HandOverPage"),
  },
  {
    path: "/roll-call",
    title: shellWords.rollCall,
    roles: "anyone",
    group: "site",
    icon: TeamOutlined,
    page: later(() => import("../pages/safety/roll-call-page.tsx"), "RollCallPage"),
  },
  {
    path: "/fire",
    title: shellWords.fire,
    roles: "anyone",
    group: "site",
    icon: FireOutlined,
    page: later(() => import("../pages/safety/fire-page.tsx"), "FirePage"),
  },
  {
    path: "/report",
    title: shellWords.report,
    roles: "anyone",
    group: "site",
    icon: BarChartOutlined,
    page: later(() => import("../pages/duties/report-page.tsx"), "MonthReportPage"),
  },
  ...TECHNICIAN_PAGES,
  ...BOX_PAGES,
  {
    path: "/account",
    title: shellWords.account,
    roles: "anyone",
    group: "none",
    icon: UserOutlined,
    page: later(() => import("../pages/session/account-page.tsx"), "AccountPage"),
  },
  {
    path: "/rooms/:id",
    title: shellWords.board,
    roles: "anyone",
    group: "none",
    page: later(() => import("../pages/room/room-page.tsx"), "RoomPage"),
  },
  {
    path: "/alerts/:id",
    title: shellWords.alerts,
    roles: "anyone",
    group: "none",
    page: later(() => import("../pages/alerts/alert-page.tsx"), "AlertPage"),
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
