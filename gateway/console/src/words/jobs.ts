/** Words of long work. */
import { dictionary } from "./language.ts";

export const jobWords = dictionary({
  under: {
    zh: "正在进行的和最近结束的任务。离开页面不影响任务。",
    en: "What is under way and what ended lately. It goes on when you leave its page.",
  },
  none: { zh: "没有任务。", en: "There is none." },
  running: { zh: "进行中", en: "Under way" },
  done: { zh: "已完成", en: "Done" },
  failed: { zh: "未成功", en: "Failed" },
  cancelled: { zh: "已取消", en: "Cancelled" },
  interrupted: { zh: "已中断", en: "Interrupted" },
  download: { zh: "下载", en: "Download" },
  cancel: { zh: "取消", en: "Cancel" },
  notNow: { zh: "现在不能取消", en: "Cannot be cancelled now" },
  scan: { zh: "搜索设备", en: "Search for devices" },
  replay: { zh: "换一个上限推算", en: "What-if replay" },
  backup: { zh: "备份", en: "Backup" },
  restore: { zh: "恢复备份", en: "Restore" },
  flash: { zh: "更新固件", en: "Firmware update" },
  "uplink-test": { zh: "平台测试", en: "Platform test" },
  "device-test": { zh: "设备测试", en: "Device test" },
  report: { zh: "月报", en: "Monthly report" },
});
