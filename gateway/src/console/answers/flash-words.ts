/** What is said of a board's update: where it is, and how it ended. */
import type { BoardHolds, UpdateEnd, UpdateStage } from "@gatehouse/protocol";
import { said } from "../../words/said.ts";

interface Text {
  readonly en: string;
  readonly zh: string;
}

/** Which part of the whole a stage is, and whether it may end there. */
export const STAGE_SHARES: Readonly<
  Record<UpdateStage, { readonly from: number; readonly to: number; readonly safe: boolean }>
> = {
  drain: { from: 0, to: 0.02, safe: true },
  reach: { from: 0.02, to: 0.05, safe: true },
  "press-reset": { from: 0.02, to: 0.05, safe: true },
  write: { from: 0.05, to: 0.5, safe: false },
  verify: { from: 0.5, to: 0.95, safe: false },
  start: { from: 0.95, to: 1, safe: false },
};

const STAGES: Readonly<Record<UpdateStage, Text>> = {
  drain: { en: "Taking in what the board has counted", zh: "正在接收门控板已记录的事件" },
  reach: { en: "Calling the board's bootloader", zh: "正在进入门控板的引导程序" },
  "press-reset": {
    en: "Press the reset button on the board now: this line cannot do it",
    zh: "请现在按一下门控板上的复位按钮：此线路无法自动复位",
  },
  write: { en: "Writing", zh: "正在写入" },
  verify: { en: "Reading back and comparing", zh: "正在回读校验" },
  start: { en: "Starting the new program", zh: "正在启动新程序" },
};

export const stageWords = (stage: UpdateStage): Text => STAGES[stage];

const HOLDS: Readonly<Record<BoardHolds, Text>> = {
  before: {
    en: "Nothing was written: the board holds the program it held before.",
    zh: "未写入任何内容：门控板仍是原来的程序。",
  },
  "stands-still": {
    en: "The board stands still: no program runs, its locks are let go, exit button and fire release do not work. Its bootloader is there: update it again now.",
    zh: "门控板已停止工作：没有程序运行，门锁继电器已释放，出门按钮和消防联动不起作用。引导程序仍在，请立即重新更新。",
  },
  new: { en: "The new program is on the board.", zh: "新程序已写入门控板。" },
};

export function endWords({ kind, board, reason, firmware }: UpdateEnd): Text {
  if (kind === "flashed" && firmware !== undefined)
    return {
      en: `The board runs version ${firmware}: every byte was read back, and it answers.`,
      zh: `门控板已运行 ${firmware} 版固件：已逐字节回读校验，并有应答。`,
    };
  const state = HOLDS[board];
  if (kind === "cancelled") return state;
  const why = reason === undefined ? "" : `${reason}${/[.!?。]$/.test(reason) ? " " : ". "}`;
  return { en: `${why}${state.en}`, zh: `${state.zh}${why === "" ? "" : `（${said(reason ?? "").zh}）`}` };
}
