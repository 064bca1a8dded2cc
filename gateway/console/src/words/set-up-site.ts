/** Words of the set-up's first step: what the site is. */
import { dictionary } from "./language.ts";

export const setUpSiteWords = dictionary({
  name: { zh: "站点名称", en: "Name of the site" },
  nameHint: { zh: "值班人员认得的名字，例如：银桂公寓", en: "As people on site call it, for example: Yingui Court" },
  id: { zh: "站点编号", en: "Site number" },
  idHint: {
    zh: "平台登记的编号，例如 mq-0007。开通后不要再改。",
    en: "As registered at the platform, for example mq-0007. Do not change it later.",
  },
  address: { zh: "地址", en: "Address" },
  addressHint: { zh: "到门牌号，例如：上海市闵行区马桥镇…路 1 号", en: "With street and number" },
  code: { zh: "标准地址编码", en: "Standard address code" },
  codeHint: {
    zh: "一标三实里的地址编码。不知道时向居委或派出所询问。",
    en: "The code of the standard address. Ask the neighbourhood office or the police station if you don't know it.",
  },
  codeShort: {
    zh: "看起来只是区划代码，完整的地址编码更长。可以先保存。",
    en: "This looks like the code of a district; an address code is longer. You can save it all the same.",
  },
  grid: { zh: "责任网格", en: "Grid" },
  gridHint: { zh: "谁接收预警，例如 MQ-053", en: "Who gets the alerts, for example MQ-053" },
  unowned: { zh: "网格尚未划定", en: "The grid is not decided yet" },
  unownedHint: {
    zh: "预警会进入“无归属”队列，不会丢失。",
    en: "Alerts go to the queue “unowned” and are not lost.",
  },
  kind: { zh: "场所类型", en: "Kind of premises" },
  "rental-compound": { zh: "规模租赁社区", en: "Rental compound" },
  dormitory: { zh: "职工宿舍", en: "Dormitory" },
  "construction-site": { zh: "建筑工地", en: "Construction site" },
  limits: { zh: "适用的人数上限", en: "Limits that count here" },
  source: { zh: "依据：{source}", en: "Source: {source}" },
  unverified: {
    zh: "数值未经核实，请按当地规定填写。",
    en: "These figures are not verified: ask what holds where you are.",
  },
  needed: { zh: "请填写", en: "Please fill this in" },
  idForm: {
    zh: "只能用字母、数字和 . _ -，以字母或数字开头，最多 64 个字符",
    en: "Letters, digits and . _ - only, beginning with a letter or digit, 64 at most",
  },
  codeForm: { zh: "只能用数字、字母和 -，不能有空格", en: "Digits, letters and - only, without spaces" },
  codeLength: { zh: "太长", en: "Too long" },
  gridForm: { zh: "不能有空格，最多 64 个字符", en: "Without spaces, 64 characters at most" },
  tooLong: { zh: "太长，请缩短", en: "Too long, please shorten it" },
});
