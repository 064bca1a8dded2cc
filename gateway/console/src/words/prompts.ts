/** Words of prompts and of handing over. */
import { dictionary } from "./language.ts";

export const promptWords = dictionary({
  title: { zh: "待办提醒", en: "Prompts" },
  says: { zh: "现场人员需要看一看的事", en: "What somebody on site must look at" },
  show: { zh: "显示", en: "Show" },
  open: { zh: "待办", en: "To do" },
  handled: { zh: "已处理", en: "Handled" },
  none: { zh: "没有待办事项", en: "Nothing is to be done" },
  noneHandled: { zh: "还没有处理过的事项", en: "Nothing was handled yet" },
  since: { zh: "{at} 起，已 {length}", en: "since {at}, for {length}" },
  asked: { zh: "已提醒 {n} 次", en: "asked louder {n} time|times" },
  handle: { zh: "我已处理", en: "I have dealt with it" },
  note: { zh: "备注（可不填）", en: "Note (may be left out)" },
  seeAlert: { zh: "查看预警", en: "See the alert" },
  seeRoom: { zh: "查看房间", en: "See the room" },
  handledBy: { zh: "{by} 处理于 {at}", en: "by {by}, {at}" },
  gateway: { zh: "网关（原因已消除）", en: "the box (its cause has ended)" },
});

export const handOverWords = dictionary({
  title: { zh: "交接班", en: "Hand-over" },
  says: {
    zh: "交班人发起交接，接班人必须逐项确认。全部确认后交接才算完成。",
    en: "Who leaves starts it; who comes must accept each item. It is complete when every item is accepted.",
  },
  none: { zh: "现在没有进行中的交接", en: "No hand-over is open now" },
  start: { zh: "发起交接", en: "Start a hand-over" },
  to: { zh: "交给", en: "Hand over to" },
  choose: { zh: "请选择接班人", en: "Choose who takes over" },
  nobody: {
    zh: "没有其他账号可以接班。请让技术人员添加账号。",
    en: "There is no other account to hand over to. Ask the technician to add one.",
  },
  fromTo: { zh: "{from} 交给 {to}", en: "{from} hands over to {to}" },
  startedAt: { zh: "开始于 {at}", en: "started {at}" },
  left: { zh: "还有 {n} 项待确认", en: "{n} item|items is|are still to be accepted" },
  onlyTo: {
    zh: "只有接班人 {to} 可以确认。请接班人用自己的账号登录。",
    en: "Only {to} can accept. They sign in with their own account.",
  },
  accept: { zh: "我接手", en: "I take it" },
  accepted: { zh: "已确认 {at}", en: "accepted {at}" },
  empty: { zh: "没有未了事项", en: "Nothing is open" },
  cancel: { zh: "取消交接", en: "Call it off" },
  cancelNote: { zh: "取消的原因", en: "Why it is called off" },
  before: { zh: "以前的交接", en: "Hand-overs before" },
  state_open: { zh: "进行中", en: "open" },
  state_complete: { zh: "已完成", en: "complete" },
  state_cancelled: { zh: "已取消", en: "called off" },
  signFrom: { zh: "交班人签字：", en: "Handed over by:" },
  signTo: { zh: "接班人签字：", en: "Taken over by:" },
});
