/** A new program for a door board: what the gateway asks of the bridge that has the board's line, and what that tells on the way. */
import { z } from "zod";
import { FLASH_CHIP_NAMES } from "./stk500/chips.ts";

const UpdateId = z.string().min(1).max(64);
export const FlashChipChoice = z.enum(FLASH_CHIP_NAMES);

/** Rates of bootloaders: the usual one, and that of old Nanos. */
export const BOOT_BAUDS = [115_200, 57_600] as const;

/**
 * In this order: `drain` what the board has counted is taken in, `reach` its bootloader is called, `press-reset` somebody has to press the
 * button, `write`, `verify` every byte is read back, `start` the new program is asked for its version. Up to `press-reset` nothing has been written.
 */
export const UPDATE_STAGES = ["drain", "reach", "press-reset", "write", "verify", "start"] as const;
export const UpdateStage = z.enum(UPDATE_STAGES);
export type UpdateStage = z.infer<typeof UpdateStage>;

/** What is on the board: the program of before; nothing that runs, its bootloader alone; the new program. */
export const BoardHolds = z.enum(["before", "stands-still", "new"]);
export type BoardHolds = z.infer<typeof BoardHolds>;

/** How it ended. */
export const UpdateEnd = z.object({
  kind: z.enum(["flashed", "cancelled", "failed"]),
  board: BoardHolds,
  reason: z.string().max(2_000).optional(),
  chip: FlashChipChoice.optional(),
  firmware: z.string().max(32).optional().describe("what the board says of itself afterwards, as 1.1"),
});
export type UpdateEnd = z.infer<typeof UpdateEnd>;

export const BoardUpdateAsk = z.discriminatedUnion("do", [
  z.object({
    do: z.literal("flash"),
    id: UpdateId,
    chip: FlashChipChoice.optional().describe("else what the board says, or what its line can find out"),
    baud: z.literal(BOOT_BAUDS),
    pressSeconds: z.int().min(1).max(600),
    sha256: z
      .record(z.string(), z.string().length(64))
      .describe("by chip: the image meant; a bridge that has another one refuses"),
  }),
  z.object({ do: z.literal("cancel"), id: UpdateId }),
]);
export type BoardUpdateAsk = z.infer<typeof BoardUpdateAsk>;
export type FlashAsk = Extract<BoardUpdateAsk, { do: "flash" }>;

/** Told at every step and every few seconds; with `end` for the last time. */
export const BoardUpdateTold = z.object({
  id: UpdateId,
  stage: UpdateStage,
  share: z.number().min(0).max(1).nullable().describe("of this stage; null where nobody knows"),
  end: UpdateEnd.optional(),
});
export type BoardUpdateTold = z.infer<typeof BoardUpdateTold>;
