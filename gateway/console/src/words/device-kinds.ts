/** Words for kinds of devices, kinds of readings and what a device can be told to do. */
import { dictionary } from "./language.ts";

export const deviceKindWords = dictionary({
  lock: { zh: "门锁", en: "Lock" },
  reader: { zh: "读卡器", en: "Card reader" },
  counter: { zh: "人数计数器", en: "People counter" },
  turnstile: { zh: "闸机", en: "Turnstile" },
  presence: { zh: "存在传感器", en: "Presence sensor" },
  contact: { zh: "门磁", en: "Door contact" },
  "energy-meter": { zh: "电表", en: "Electricity meter" },
  "water-meter": { zh: "水表", en: "Water meter" },
  "fire-input": { zh: "消防输入", en: "Fire input" },
  "panic-button": { zh: "报警按钮", en: "Panic button" },
  board: { zh: "门控板", en: "Door board" },
});

export const actionWords = dictionary({
  unlock: { zh: "开锁", en: "Unlock" },
  lock: { zh: "上锁", en: "Lock" },
  output: { zh: "输出", en: "Output" },
  led: { zh: "指示灯", en: "Light" },
  buzzer: { zh: "蜂鸣", en: "Buzzer" },
  text: { zh: "显示文字", en: "Show a text" },
  identify: { zh: "让它闪灯", en: "Let it blink" },
  configure: { zh: "重新配置", en: "Configure anew" },
});
