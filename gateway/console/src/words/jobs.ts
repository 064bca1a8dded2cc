/** Words of long work. */
import { dictionary } from "./language.ts";

export const jobWords = dictionary({
  running: { zh: "进行中", en: "Under way" },
  done: { zh: "已完成", en: "Done" },
  failed: { zh: "未成功", en: "Failed" },
  cancelled: { zh: "已取消", en: "Cancelled" },
  cancel: { zh: "取消", en: "Cancel" },
});
