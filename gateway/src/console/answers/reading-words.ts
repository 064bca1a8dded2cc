/** Readings in words for whoever stands before the device and waits for it to say something. */
import type { ReadingKind } from "@gatehouse/protocol";
import type { Heard } from "../../monitor/device-book.ts";
import { inLanguage } from "../../words/said.ts";
import type { SeenReading } from "../table/devices.ts";

interface Text {
  readonly en: string;
  readonly zh: string;
}

type Say = (value: string) => Text;

const plain =
  (en: string, zh: string): Say =>
  () => ({ en, zh });
const withValue =
  (en: string, zh: string): Say =>
  (value) => ({ en: en.replace("#", value), zh: zh.replace("#", value) });

const SAYS: Readonly<Record<ReadingKind, Say>> = {
  "access.granted": plain("a card or key was let in", "刷卡或钥匙通过"),
  "access.denied": plain("a card or key was refused", "刷卡或钥匙被拒绝"),
  "card.read": plain("a card was held to it", "读到一张卡"),
  "keypad.entry": withValue("# keys were pressed", "键盘输入#位"),
  "door.opened": plain("the door opened", "门已打开"),
  "door.closed": plain("the door closed", "门已关闭"),
  "door.forced": plain("the door was forced", "门被强行打开"),
  "door.held": plain("the door stands open", "门长时间未关"),
  "lock.locked": plain("locked", "已上锁"),
  "lock.unlocked": plain("unlocked", "已开锁"),
  "count.in": withValue("# went in", "进入#人"),
  "count.out": withValue("# went out", "离开#人"),
  "count.totals": withValue("totals: #", "累计：#"),
  "presence.on": plain("somebody is there", "有人"),
  "presence.off": plain("nobody is there any more", "无人"),
  "presence.count": withValue("# people seen", "看到#人"),
  "meter.energyWh": withValue("# Wh on the meter", "电表读数#瓦时"),
  "meter.waterL": withValue("# L on the meter", "水表读数#升"),
  "meter.powerW": withValue("# W now", "当前功率#瓦"),
  "input.on": withValue("input # is on", "输入#接通"),
  "input.off": withValue("input # is off", "输入#断开"),
  "tamper.on": plain("it is being tampered with", "设备被拆动"),
  "tamper.off": plain("tampering is over", "拆动已恢复"),
  "battery.low": plain("its battery is low", "电池电量低"),
  "power.fail": plain("its power failed", "供电中断"),
  "power.ok": plain("its power is back", "供电恢复"),
  "fire.on": plain("fire!", "火警！"),
  "fire.off": plain("the fire input is quiet again", "火警输入已恢复"),
  duress: plain("opened under duress", "胁迫开门"),
  panic: plain("the panic button was pressed", "按下紧急按钮"),
  "patrol.tag": plain("a patrol was here", "巡查打卡"),
  "device.online": plain("it is there", "设备上线"),
  "device.offline": plain("it went away", "设备离线"),
};

export function meaningOf(kind: string, value: unknown, refused?: string): Text {
  if (refused !== undefined) return { en: `not taken: ${refused}`, zh: `未被接受：${inLanguage(refused, "zh")}` };
  const say = (SAYS as Readonly<Record<string, Say | undefined>>)[kind];
  return say === undefined ? { en: kind, zh: kind } : say(textOf(value));
}

function textOf(value: unknown): string {
  if (value === undefined) return "1";
  if (value === null || typeof value !== "object") return String(value);
  const { in: into, out } = value as { readonly in?: number; readonly out?: number };
  return `${into ?? 0} / ${out ?? 0}`;
}

export function seenReading({ atMs, device, kind, value, card, refused }: Heard): SeenReading {
  return {
    at: new Date(atMs).toISOString(),
    device,
    kind,
    ...(value === undefined ? {} : { value }),
    meaning: meaningOf(kind, value, refused),
    card,
  };
}
