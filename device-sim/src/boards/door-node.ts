/** A door node on a line: the shipped image on a simulated board, as fast as the line's time goes. */
import { readIntelHex } from "@gatehouse/protocol";
import type { SimDevice } from "../devices/device.ts";
import { type Board, type BoardOptions, createBoard } from "./board.ts";
import { Bootloader, type BootloaderOptions } from "./bootloader.ts";
import { CHIPS } from "./chips.ts";
import { Door } from "./door.ts";
import { doorWiring } from "./door-node-wiring.ts";

export interface DoorNodeOptions extends BoardOptions {
  readonly id: string;
  /** With one it can be flashed over its line after a reset. */
  readonly bootloader?: BootloaderOptions | undefined;
}

/** What an onlooker sees of the door. */
export interface DoorNodeShown {
  readonly on: boolean;
  /** Its bootloader has the chip. */
  readonly boot: boolean;
  /** The level at the lock's relay: what that means to the lock is the firmware's to say. */
  readonly lock: boolean;
  readonly buzzer: boolean;
  /** People that have really passed, whatever was counted. */
  readonly passed: { readonly in: number; readonly out: number };
  readonly resets: Board["resets"];
}

export interface DoorNode extends SimDevice {
  readonly board: Board;
  readonly shown: DoorNodeShown;
}

const NO_IMAGE = ":00000001FF";
/** Time that is not made up for, as when the machine was asleep. */
const MAX_BEHIND_MS = 5_000;
/** What happens at its pins is to be on the line as soon as on a real one. */
const TICK_MS = 2;

/** Throws FrameError for an image that cannot be. */
export function createDoorNode({ id, bootloader, hex = NO_IMAGE, ...options }: DoorNodeOptions): DoorNode {
  const flash = readIntelHex(hex, CHIPS[options.chip].flashBytes);
  const board = createBoard({ ...options, flash });
  const boot = bootloader === undefined ? undefined : new Bootloader(board, flash, bootloader);
  const door = new Door(board, doorWiring(options.chip));
  let beganMs: number | undefined;

  function advance(nowMs: number): void {
    beganMs ??= nowMs;
    beganMs = Math.max(beganMs, nowMs - board.nowMs - MAX_BEHIND_MS);
    door.advance(nowMs - beganMs);
    boot?.advance();
  }

  return {
    id,
    board,
    tickMs: TICK_MS,
    get shown() {
      return {
        on: board.isOn || board.isHeld,
        boot: boot?.hasChip ?? false,
        lock: door.isHigh("lock-0"),
        buzzer: door.isHigh("buzzer"),
        passed: { ...door.passed },
        resets: { ...board.resets },
      };
    },
    hear: (bytes, nowMs) => {
      advance(nowMs);
      if (boot?.hasChip) return boot.hear(bytes).map((answer) => ({ afterMs: 0, bytes: answer }));
      board.hear(bytes);
      return [];
    },
    tick: (nowMs) => {
      advance(nowMs);
      const sent = board.takeSent();
      return sent.length === 0 ? [] : [Uint8Array.from(sent, ({ byte }) => byte)];
    },
    act: (event, nowMs) => {
      advance(nowMs);
      if (boot !== undefined && event.kind === "reset") return boot.reset();
      door.act(event);
      if (event.kind === "power" || event.kind === "brown-out") boot?.powered();
    },
  };
}
