/** Names of the pages about the box, which the navigation shows before any of them is opened. */
import { dictionary } from "./language.ts";

export const boxTitles = dictionary({
  uplinks: { zh: "上报平台", en: "Platforms" },
  health: { zh: "运行状态", en: "Health" },
  jobs: { zh: "任务", en: "Tasks" },
  logs: { zh: "日志", en: "Log" },
  config: { zh: "配置", en: "Configuration" },
  backup: { zh: "备份与恢复", en: "Backup" },
  audit: { zh: "操作记录", en: "Audit log" },
  accounts: { zh: "账号", en: "Accounts" },
});
