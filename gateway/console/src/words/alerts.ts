/** Words of alerts. */
import { dictionary } from "./language.ts";

export const alertWords = dictionary({
  sound: { zh: "有新预警时响铃", en: "Ring when there is a new alert" },
});
