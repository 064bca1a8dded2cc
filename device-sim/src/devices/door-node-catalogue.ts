/** The door node as the command line names it: an image from a file, and an EEPROM that may outlive the program in another. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { ConfigError, FrameError } from "@gatehouse/protocol";
import { z } from "zod";
import { createDoorNode, type DoorNode, type DoorNodeOptions } from "../boards/door-node.ts";
import { type SimDeviceRow, simDeviceRow } from "./catalogue-row.ts";
import type { SimDevice } from "./device.ts";

/** The EEPROM's file is written so often at most. */
const SAVE_MS = 200;

export const DOOR_NODE: SimDeviceRow = simDeviceRow(
  "a door node: runs the image of its firmware, with two beams, contact, button, tamper, fire loop and lock",
  z.strictObject({
    hex: z.string({ error: "name the image: hex=FILE" }).min(1),
    chip: z.enum(["atmega328p", "atmega2560"]).default("atmega328p"),
    eeprom: z.string().min(1).optional(),
    boardBaud: z.coerce.number().int().min(300).max(2_000_000).default(57_600),
  }),
  (id, { hex, chip, eeprom: file, boardBaud: baud }, random) => {
    const eeprom = file !== undefined && existsSync(file) ? new Uint8Array(readOrRefuse(file, "eeprom")) : undefined;
    const node = create({ id, chip, hex: readOrRefuse(hex, "hex").toString("latin1"), eeprom, baud, random }, hex);
    return { device: file === undefined ? node : saved(node, file), shown: () => node.shown };
  },
);

function readOrRefuse(file: string, key: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const reason = `"${file}" cannot be read: ${(cause as NodeJS.ErrnoException).code}`;
    throw new ConfigError({ path: `--device door-node?${key}`, reason, fix: "name a file that is there" }, { cause });
  }
}

function create(options: DoorNodeOptions, file: string): DoorNode {
  try {
    return createDoorNode(options);
  } catch (cause) {
    if (!(cause instanceof FrameError)) throw cause;
    const fix = `take the .hex file of an ${options.chip}, as the compiler made it`;
    throw new ConfigError({ path: "--device door-node?hex", reason: `${file}: ${cause.message}`, fix }, { cause });
  }
}

/** Keeps the EEPROM in a file, as it is after each write. */
function saved(node: DoorNode, file: string): SimDevice {
  let before = Buffer.from(node.board.eeprom);
  let savedMs = Number.NEGATIVE_INFINITY;
  return {
    id: node.id,
    ...(node.tickMs === undefined ? {} : { tickMs: node.tickMs }),
    hear: (...heard) => node.hear(...heard),
    act: (...happening) => node.act(...happening),
    tick: (nowMs) => {
      const said = node.tick?.(nowMs) ?? [];
      if (nowMs - savedMs < SAVE_MS || before.equals(node.board.eeprom)) return said;
      before = Buffer.from(node.board.eeprom);
      savedMs = nowMs;
      writeFileSync(file, before);
      return said;
    },
  };
}
