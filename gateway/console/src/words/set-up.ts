/** Words of the set-up as a whole: its steps, what each is for, leaving and finishing. */
import { dictionary } from "./language.ts";

export const setUpWords = dictionary({
  notSetUp: { zh: "本站点尚未开通", en: "This site is not set up yet" },
  toSetUp: { zh: "去开通", en: "Set it up" },
  title: { zh: "开通本站点", en: "Set up this site" },
  steps: { zh: "步骤", en: "Steps" },
  stepOf: { zh: "第 {n} 步，共 {of} 步", en: "Step {n} of {of}" },
  back: { zh: "上一步", en: "Back" },
  next: { zh: "下一步", en: "Next" },
  saveNext: { zh: "保存并继续", en: "Save and go on" },
  skip: { zh: "暂时跳过", en: "Skip for now" },
  leave: { zh: "稍后继续", en: "Go on later" },
  leaveHint: {
    zh: "已保存的内容都在，未保存的输入留在本浏览器中。",
    en: "What is saved stays; what you typed is kept in this browser.",
  },
  site: { zh: "站点", en: "Site" },
  siteFor: {
    zh: "平台靠这些信息知道预警来自哪里、该交给哪个网格。",
    en: "Tells the platform where alerts come from and which grid deals with them.",
  },
  rooms: { zh: "房间", en: "Rooms" },
  roomsFor: {
    zh: "列出住人的房间。面积决定法定人数上限，每个房间配一扇门。",
    en: "List the rooms people live in. Their area decides how many people the law allows; each room gets a door.",
  },
  lines: { zh: "线路", en: "Lines" },
  linesFor: {
    zh: "读卡器、电表、计数器接在线路上。选好接口后让网关自己查找。没有有线设备可以跳过。",
    en: "Readers, meters and counters hang on lines. Choose the port and let the box look for them. Skip this if there are no wired devices.",
  },
  devices: { zh: "设备", en: "Devices" },
  devicesFor: {
    zh: "把每台设备对应到它的门或房间。能按门牌号对上的，一次确认即可。",
    en: "Say which door or room each device belongs to. Those that can be told by their number are taken in one go.",
  },
  tests: { zh: "测试", en: "Tests" },
  testsFor: {
    zh: "逐台确认设备在线、有应答、有动作时有上报。",
    en: "Makes sure that each device is there, answers, and says something when it is used.",
  },
  uplink: { zh: "平台", en: "Platform" },
  uplinkFor: {
    zh: "预警送到哪个平台。没有平台时网关也照常工作，可以跳过。",
    en: "Where alerts are sent. The box works without a platform too: you may skip this.",
  },
  finish: { zh: "交付", en: "Hand over" },
  finishFor: {
    zh: "打印开通报告和门牌标签，交给站点负责人。",
    en: "Print the commissioning report and the labels, and hand them to whoever runs the site.",
  },
  done: { zh: "已完成", en: "done" },
  openStep: { zh: "待完成", en: "to do" },
  restarting: { zh: "网关正在按新设置重新启动，请稍候…", en: "The box starts anew with the new settings, one moment…" },
  restartLong: {
    zh: "网关还没有回来。输入仍在，请检查电源和网络；本页会自动继续。",
    en: "The box is not back yet. Your input is kept; check power and network. This page goes on by itself.",
  },
  saved: { zh: "已保存", en: "Saved" },
  conflict: {
    zh: "其间有人改动了设置。已重新读取，您的输入还在，请再保存一次。",
    en: "Somebody else changed the settings meanwhile. They were read again and your input is kept: save once more.",
  },
  finished: { zh: "开通完成", en: "Set-up finished" },
});
