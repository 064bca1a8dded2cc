/** Answers about door boards and their firmware. */
import {
  devicesOfBoard,
  type FlashChipName,
  type SiteBoard,
  speakerOfBoard,
  type UpdateEnd,
  type UpdateStage,
} from "@gatehouse/protocol";
import type { DeviceBook } from "../../monitor/device-book.ts";
import { Refusal } from "../refusal.ts";
import type { FlashResult } from "../table/boards.ts";
import type { AnswerOf, Answers, Asking } from "../table/index.ts";
import type { JobRow } from "../table/jobs.ts";
import { doerOf } from "./deeds.ts";
import { endWords, STAGE_SHARES, stageWords } from "./flash-words.ts";
import type { JobDesk, JobEnd, Jobs } from "./jobs.ts";
import { notThere } from "./refusals.ts";

export interface FlashWish {
  readonly chip?: FlashChipName | undefined;
  /** The rate of old Nanos' bootloaders. */
  readonly slow: boolean;
}

type OnStage = (stage: UpdateStage, share: number | null) => void;

export interface BoardParts {
  readonly boards: readonly SiteBoard[];
  readonly book: Pick<DeviceBook, "of">;
  readonly jobs: Jobs;
  readonly audit: { record(entry: { by: string; what: string; subject: string; detail: string }): void };
  shipped(): Promise<AnswerOf<"GET /api/1/boards">["shipped"]>;
  /** Over the bridge that has the board's line, or in place where nobody has it. */
  updateBoard(board: SiteBoard, wish: FlashWish, onStage: OnStage, signal: AbortSignal): Promise<UpdateEnd>;
  /** Throws ConfigError for a line that is not free or not of this box. */
  checkLine(link: string): Promise<void>;
  updateLine(link: string, wish: FlashWish, onStage: OnStage, signal: AbortSignal): Promise<UpdateEnd>;
}

type Keys = "GET /api/1/boards" | "POST /api/1/boards/:id/firmware" | "POST /api/1/lines/firmware";

/** Two boards of one compound; more at a time is nobody's work. */
const AT_ONCE = 4;

export function boardAnswers(parts: BoardParts): Answers<Keys> {
  return {
    "GET /api/1/boards": async () => ({
      boards: parts.boards.map((board) => boardRow(parts, board)),
      shipped: await parts.shipped(),
    }),
    "POST /api/1/boards/:id/firmware": async ({ params: { id }, body }, asking) => {
      const board = parts.boards.find((one) => one.id === id);
      if (board === undefined) throw notThere(id);
      return begin(parts, id, asking, (onStage, signal) => parts.updateBoard(board, body, onStage, signal));
    },
    "POST /api/1/lines/firmware": async ({ body: { link, ...wish } }, asking) => {
      await parts.checkLine(link);
      return begin(parts, link, asking, (onStage, signal) => parts.updateLine(link, wish, onStage, signal));
    },
  };
}

function boardRow({ book, jobs }: BoardParts, board: SiteBoard) {
  const speaker = speakerOfBoard(board);
  const status = speaker === undefined ? undefined : book.of(speaker).status;
  return {
    id: board.id,
    link: board.link,
    devices: [...new Set(devicesOfBoard(board).map(({ device }) => device))],
    online: status?.state === "online",
    firmware: status?.firmware?.replace(/^door-node /, "") ?? null,
    job: jobs.rows.find(({ kind, about }) => kind === "flash" && about === board.id)?.id ?? null,
  };
}

function begin(
  { jobs, audit }: BoardParts,
  about: string,
  asking: Asking,
  work: (onStage: OnStage, signal: AbortSignal) => Promise<UpdateEnd>,
): JobRow {
  const running = jobs.rows.find((row) => row.kind === "flash" && row.about === about && row.state === "running");
  if (running !== undefined) throw new Refusal("job-under-way", { retryAfterSeconds: 10 });
  const flash = async (desk: JobDesk): Promise<JobEnd> => {
    const note = (parts: readonly (string | null | undefined)[]) => {
      const detail = parts.filter(Boolean).join(", ").slice(0, 200);
      audit.record({ by: doerOf(asking), what: "firmware update ended", subject: about, detail });
    };
    const { end, stage } = await followed(work, desk).catch((error: unknown) => {
      note(["failed", error instanceof Error ? error.message : String(error)]);
      throw error;
    });
    const { kind, board, chip = null, firmware = null } = end;
    note([kind, board, firmware, end.reason]);
    const result: FlashResult = { stage, end: { kind, board, chip, firmware } };
    return { says: endWords(end), result, failed: kind === "failed" };
  };
  return jobs.begin("flash", asking.name, stageWords("drain"), flash, { atOnce: AT_ONCE, about });
}

async function followed(work: (onStage: OnStage, signal: AbortSignal) => Promise<UpdateEnd>, desk: JobDesk) {
  let stage: UpdateStage = "drain";
  const onStage: OnStage = (next, share) => {
    const { from, to, safe } = STAGE_SHARES[next];
    desk.hold(!safe);
    desk.at(next === "press-reset" ? null : from + (share ?? 0) * (to - from), stageWords(next));
    if (next !== stage) desk.show({ stage: next, end: null } satisfies FlashResult);
    stage = next;
  };
  desk.show({ stage, end: null } satisfies FlashResult);
  return { end: await work(onStage, desk.signal), stage };
}
