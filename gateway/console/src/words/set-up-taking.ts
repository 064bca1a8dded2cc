/** Words of taking new devices: what is missing, what is a guess, what was wrong. */
import { dictionary } from "./language.ts";

export const setUpTakingWords = dictionary({
  map: { zh: "选择型号", en: "Choose its make" },
  mapHint: {
    zh: "Modbus 设备不会自报型号，请按铭牌选择。清单里没有的先取消勾选，以后在设备页添加。",
    en: "A Modbus device does not say what it is: choose by its plate. Leave out what is not in the list and add it on the devices page later.",
  },
  guessed: { zh: "按编号猜测，请核对", en: "guessed by its number, please check" },
  beside: { zh: "这里已有同类设备 {name}", en: "{name} of the same kind is there already" },
  kindMissing: { zh: "请选择类型", en: "choose its kind" },
  laterHint: {
    zh: "先采用，再到门前刷卡：看到卡的设备会亮起来，然后选它的门。",
    en: "Take it now and hold a card to it at its door: the device that sees the card lights up, then choose the door.",
  },
  comesAgain: { zh: "等待它再次连接…", en: "Waiting for it to connect again…" },
  notTaken: {
    zh: "有设备未能采用，请改正下面标出的几台。",
    en: "Some devices could not be taken. Correct those marked below.",
  },
  bySet: { zh: "请改正标出的设备，再采用一次。", en: "Correct the marked devices, then take them again." },
});
