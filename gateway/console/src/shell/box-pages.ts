/** Pages about the box itself. */
import {
  AuditOutlined,
  CloudUploadOutlined,
  FileTextOutlined,
  HeartOutlined,
  HourglassOutlined,
  SaveOutlined,
  SettingOutlined,
  TeamOutlined,
} from "@ant-design/icons";
import { boxTitles } from "../words/box-titles.ts";
import { later, type PageRow } from "./page-row.ts";

export const BOX_PAGES: readonly PageRow[] = [
  {
    path: "/uplinks",
    title: boxTitles.uplinks,
    roles: "anyone",
    group: "box",
    icon: CloudUploadOutlined,
    page: later(() => import("../pages/box/uplinks-page.tsx"), "UplinksPage"),
  },
  {
    path: "/health",
    title: boxTitles.health,
    roles: "anyone",
    group: "box",
    icon: HeartOutlined,
    page: later(() => import("../pages/box/health-page.tsx"), "HealthPage"),
  },
  {
    path: "/jobs",
    title: boxTitles.jobs,
    roles: "anyone",
    group: "box",
    icon: HourglassOutlined,
    page: later(() => import("../pages/box/jobs-page.tsx"), "JobsPage"),
  },
  {
    path: "/config",
    title: boxTitles.config,
    roles: ["technician", "auditor"],
    group: "box",
    icon: SettingOutlined,
    page: later(() => import("../pages/box/config-page.tsx"), "ConfigPage"),
  },
  {
    path: "/backup",
    title: boxTitles.backup,
    roles: ["technician"],
    group: "box",
    icon: SaveOutlined,
    page: later(() => import("../pages/box/backup-page.tsx"), "BackupPage"),
  },
  {
    path: "/accounts",
    title: boxTitles.accounts,
    roles: ["technician", "auditor"],
    group: "box",
    icon: TeamOutlined,
    page: later(() => import("../pages/box/accounts-page.tsx"), "AccountsPage"),
  },
  {
    path: "/audit",
    title: boxTitles.audit,
    roles: ["technician", "auditor"],
    group: "box",
    icon: AuditOutlined,
    page: later(() => import("../pages/box/audit-page.tsx"), "AuditPage"),
  },
  {
    path: "/logs",
    title: boxTitles.logs,
    roles: ["technician", "auditor"],
    group: "box",
    icon: FileTextOutlined,
    page: later(() => import("../pages/box/logs-page.tsx"), "LogsPage"),
  },
];
