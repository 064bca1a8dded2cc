/** A board gets the released program, from the call of its bootloader to the new program's first answer. Whoever had its line has let go of it. */
import {
  type BoardHolds,
  type Clock,
  ConfigError,
  FIRMATA_BAUD,
  FLASH_CHIPS,
  type FlashChip,
  type FlashChipName,
  LinkError,
  RejectedError,
  type UpdateEnd,
  type UpdateStage,
} from "@gatehouse/protocol";
import { inspectBoard } from "../inspect-board.ts";
import type { Place } from "../place.ts";
import { openWire, type ResettingWire } from "../wire.ts";
import { flashBoard } from "./flash-board.ts";
import { type FlashImage, releasedImage } from "./image.ts";

export interface UpdateOptions {
  readonly place: Place;
  readonly clock: Clock;
  /** Found out where the line can reset the board. */
  readonly chip?: FlashChipName | undefined;
  readonly baud: number;
  readonly pressSeconds: number;
  /** By chip, the image that is meant: another release's is refused. */
  readonly sha256?: Readonly<Record<string, string>> | undefined;
  readonly onStage: (stage: UpdateStage, share: number | null) => void;
  /** From the first byte that changes the board until it is whole again. */
  readonly onWriting?: ((writing: boolean) => void) | undefined;
}

/** A serial port that was just closed is free a moment later. */
const FREE_MS = 3_000;
const LOOK_MS = 100;
const ANSWER_TRIES = 3;

/**
 * How it ended is a value, the line's and the board's noes too. The signal counts until the first byte is written, and while somebody is asked to
 * press the button: otherwise the board is finished, because half a program opens no door in a fire.
 */
export async function updateBoard(options: UpdateOptions, signal: AbortSignal): Promise<UpdateEnd> {
  const { onStage, onWriting = () => {} } = options;
  let board: BoardHolds = "before";
  let held = false;
  const wanted = new AbortController();
  const give = () => {
    if (!held) wanted.abort();
  };
  // The last of the work itself: the final page has no progress of its own that would say it goes on.
  let work: { readonly stage: UpdateStage; readonly share: number | null } = { stage: "reach", share: null };
  const at: UpdateOptions["onStage"] = (stage, share) => {
    if (stage !== "press-reset") work = { stage, share };
    held = board !== "before" && stage !== "press-reset";
    onStage(stage, share);
    if (signal.aborted) give();
  };
  signal.addEventListener("abort", give);
  try {
    at("reach", null);
    const chip = await flashed({ ...options, onStage: at }, wanted.signal, {
      onFirstWrite: () => {
        board = "stands-still";
        onWriting(true);
      },
      onReached: () => {
        if (board !== "before" && !held) at(work.stage, work.share);
      },
    });
    if (chip === undefined) return { kind: "cancelled", board };
    board = "new";
    at("start", null);
    const firmware = await versionOf(options);
    return { kind: "flashed", board, chip, firmware };
  } catch (error) {
    if (wanted.signal.aborted) return { kind: "cancelled", board };
    if (!isExpected(error)) throw error;
    return { kind: "failed", board, reason: firstLine(error.message) };
  } finally {
    signal.removeEventListener("abort", give);
    onWriting(false);
  }
}

/** Undefined when it was cancelled before anything was written. */
async function flashed(
  options: UpdateOptions,
  signal: AbortSignal,
  { onFirstWrite, onReached }: { readonly onFirstWrite: () => void; readonly onReached: () => void },
): Promise<FlashChipName | undefined> {
  const { clock, chip, baud, pressSeconds, onStage } = options;
  const known = chip === undefined ? undefined : FLASH_CHIPS[chip];
  // An installation whose image is damaged is to be found out before the board is touched.
  if (known !== undefined) imageFor(options, known);
  const wire = await opened(options, baud, signal);
  try {
    const done = await flashBoard(
      {
        wire,
        clock,
        chip: known,
        imageFor: (found) => imageFor(options, found),
        onPressReset: () => onStage("press-reset", null),
        pressMs: pressSeconds * 1_000,
        onReached,
        onProgress: onStage,
        onFirstWrite: () => {
          onFirstWrite();
          onStage("write", 0);
        },
      },
      signal,
    );
    return done.kind === "flashed" ? done.chip.name : undefined;
  } finally {
    wire.close();
  }
}

/** What the program says of itself; asked over a new line each time, since the reset may have taken the old one with it. Throws LinkError. */
async function versionOf(options: UpdateOptions): Promise<string> {
  for (let tried = 1; ; tried++) {
    const wire = await opened(options, FIRMATA_BAUD, new AbortController().signal);
    try {
      return (await inspectBoard(wire, options.clock).facts()).firmware;
    } catch (error) {
      if (!(error instanceof LinkError) || tried === ANSWER_TRIES) throw error;
    } finally {
      wire.close();
    }
  }
}

function imageFor({ sha256 }: UpdateOptions, { name }: FlashChip): FlashImage {
  const image = releasedImage(name);
  const meant = sha256?.[name];
  if (meant === undefined || meant === image.sha256) return image;
  throw new ConfigError({
    path: image.name,
    reason: "the program that has the board's line ships another image than the gateway",
    fix: "install the same release of both, then try again",
  });
}

async function opened({ place, clock }: UpdateOptions, baud: number, signal: AbortSignal): Promise<ResettingWire> {
  for (const untilMs = clock.monoMs() + FREE_MS; ; await clock.sleep(LOOK_MS)) {
    signal.throwIfAborted();
    try {
      return await openWire(place, baud);
    } catch (error) {
      if (!(error instanceof LinkError) || clock.monoMs() > untilMs) throw error;
    }
  }
}

const isExpected = (error: unknown): error is ConfigError | LinkError | RejectedError =>
  error instanceof ConfigError || error instanceof LinkError || error instanceof RejectedError;

/** What is on the board is said apart. */
const firstLine = (text: string): string => (text.split("\n")[0] ?? text).slice(0, 2_000);
