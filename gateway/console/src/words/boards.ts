/** Words of door boards and their firmware. */
import { dictionary } from "./language.ts";

export const boardsWords = dictionary({
  board: { zh: "门控板", en: "Door board" },
  link: { zh: "线路", en: "Line" },
  onBoard: { zh: "板上固件", en: "Firmware on the board" },
  shipped: { zh: "随本版本提供的固件", en: "Firmware of this release" },
  silent: { zh: "未知：门控板或其桥接程序没有应答", en: "not known: the board or its bridge does not answer" },
  isSame: { zh: "门控板已是此版本。", en: "The board has this version already." },
  isOther: { zh: "可以更新到 {version}。", en: "It can be updated to {version}." },
  isSilent: {
    zh: "门控板没有应答。空白的、更新中断的门控板也可以从这里重新写入。",
    en: "The board does not answer. One that is empty, or whose update was broken off, can be written anew from here.",
  },
  update: { zh: "更新固件", en: "Update firmware" },
  updateNow: { zh: "现在更新", en: "Update now" },
  notNow: { zh: "暂不更新", en: "Not now" },
  what: { zh: "更新时会发生什么", en: "What will happen" },
  kept: {
    zh: "先接收门控板已记录的事件，一条不丢；接收不了就不开始。",
    en: "What the board has counted is taken in first, all of it; where that is not possible, nothing begins.",
  },
  deaf: {
    zh: "之后约 {seconds} 秒门控板停止工作：不计人、不读门磁，出门按钮和消防联动不起作用；其间门口发生的事不会补记。",
    en: "Then the board is out of service for about {seconds} s: it counts nobody, reads no contact, exit button and fire release do not work. What happens at the door meanwhile is not made up for.",
  },
  locks: {
    zh: "其间门锁继电器释放：通电锁闭的锁会打开，通电开启的锁保持锁闭。请确认门口安全，最好有人在场。",
    en: "Its lock relays are let go meanwhile: a lock that needs current to stay shut opens, one that needs current to open stays shut. Be sure that this is safe; best have somebody at the door.",
  },
  settings: { zh: "设置、计数和编号保持不变。", en: "Its settings, counters and number stay." },
  button: {
    zh: "线路不能自动复位时（网络串口等），会请您按一下板上的复位按钮；等待期间门控板照常运行，但其间发生的事可能丢失。",
    en: "Where the line cannot reset the board (device servers, some ports), you are asked to press its reset button; until then it works on, but what happens at the door may be lost.",
  },
  cancelling: {
    zh: "写入开始之前可以取消；开始之后会写完为止，网关停止也不影响。",
    en: "It can be cancelled until writing begins. From then on it is finished, also when the gateway ends meanwhile.",
  },
  chip: { zh: "芯片", en: "Chip" },
  chipFound: { zh: "由线路自动识别", en: "Found out over the line" },
  chipHelp: {
    zh: "网络串口等不能自动复位的线路需要选择；与实际芯片不符时不会写入。",
    en: "To be chosen where the line cannot reset the board, as over TCP. Another chip than this is refused, nothing is written.",
  },
  slow: { zh: "旧款 Nano（引导程序 57600 波特）", en: "An old Nano (bootloader at 57600 baud)" },
  stageEnter: { zh: "进入引导程序", en: "Enter the bootloader" },
  stageWrite: { zh: "写入", en: "Write" },
  stageVerify: { zh: "回读校验", en: "Read back" },
  stageStart: { zh: "启动", en: "Start" },
  stageDone: { zh: "完成", en: "done" },
  stageNow: { zh: "进行中", en: "now" },
  stageOpen: { zh: "未到", en: "to come" },
  stageStopped: { zh: "停在此步", en: "ended here" },
  newBoard: { zh: "空白门控板", en: "Empty door board" },
  newUnder: {
    zh: "为还不在配置中的门控板写入固件；写好后再把它加入站点文件的 boards。",
    en: "Puts the firmware on a board that is in no site file yet; add it under `boards` afterwards.",
  },
  flashIt: { zh: "写入固件", en: "Put the firmware on it" },
  flashSure: {
    zh: "线路上的门控板会被复位并写入固件 {version}。",
    en: "The board on this line is reset and gets firmware {version}.",
  },
  docs: { zh: "说明见 docs/door-boards.md", en: "More in docs/door-boards.md" },
});
