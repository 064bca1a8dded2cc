/** A door node on a line: the shipped image on a simulated board, as fast as the line's time goes. */
import type { SimDevice } from "../devices/device.ts";
import { type Board, type BoardOptions, createBoard } from "./board.ts";
import { Door } from "./door.ts";
import { doorWiring } from "./door-node-wiring.ts";

export interface DoorNodeOptions extends BoardOptions {
  readonly id: string;
}

/** What an onlooker sees of the door. */
export interface DoorNodeShown {
  readonly on: boolean;
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

/** Time that is not made up for, as when the machine was asleep. */
const MAX_BEHIND_MS = 5_000;
/** What happens at its pins is to be on the line as soon as on a real one. */
const TICK_MS = 2;

/** Throws FrameError for an image that cannot be. */
export function createDoorNode({ id, ...options }: DoorNodeOptions): DoorNode {
  const board = createBoard(options);
  const door = new Door(board, doorWiring(options.chip));
  let beganMs: number | undefined;

  function advance(nowMs: number): void {
    beganMs ??= nowMs;
    beganMs = Math.max(beganMs, nowMs - board.nowMs - MAX_BEHIND_MS);
    door.advance(nowMs - beganMs);
  }

  return {
    id,
    board,
    tickMs: TICK_MS,
    get shown() {
      return {
        on: board.isOn,
        lock: door.isHigh("lock-0"),
        buzzer: door.isHigh("buzzer"),
        passed: { ...door.passed },
        resets: { ...board.resets },
      };
    },
    hear: (bytes, nowMs) => {
      advance(nowMs);
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
      door.act(event);
    },
  };
}
