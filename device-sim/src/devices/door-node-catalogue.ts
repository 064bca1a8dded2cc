/** The door node as the command line names it: an image from a file, and an EEPROM that may outlive the program in another. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { ConfigError, type FlashFaults, FrameError } from "@gatehouse/protocol";
import { z } from "zod";
import type { BootloaderOptions } from "../boards/bootloader.ts";
import { createDoorNode, type DoorNode, type DoorNodeOptions } from "../boards/door-node.ts";
import { type SimDeviceRow, simDeviceRow } from "./catalogue-row.ts";
import type { SimDevice } from "./device.ts";

/** The EEPROM's file is written so often at most. */
const SAVE_MS = 200;

export const DOOR_NODE: SimDeviceRow = simDeviceRow(
  "a door node: runs the image of its firmware, with two beams, contact, button, tamper, fire loop and lock",
  z.strictObject({
    hex: z.string().min(1).optional(),
    chip: z.enum(["atmega328p", "atmega2560"]).default("atmega328p"),
    eeprom: z.string().min(1).optional(),
    boardBaud: z.coerce.number().int().min(300).max(2_000_000).default(57_600),
    /** After a reset it can be flashed for a second; without an image it waits for one. */
    bootloader: z.enum(["true", "false"]).optional(),
    /** What the bootloader suffers. */
    signature: z
      .string()
      .regex(/^[0-9a-fA-F]{6}$/, "a signature is six hex digits, as 1E9801")
      .transform((text) => Number.parseInt(text, 16))
      .optional(),
    deadAtPage: z.coerce.number().int().min(0).optional(),
    wornCell: z.coerce.number().int().min(0).optional(),
    losesEvery: z.coerce.number().int().min(2).optional(),
  }),
  (id, { hex, chip, eeprom: file, boardBaud: baud, ...boot }, random) => {
    if (hex === undefined && boot.bootloader !== "true") throw NO_IMAGE;
    const eeprom = file !== undefined && existsSync(file) ? new Uint8Array(readOrRefuse(file, "eeprom")) : undefined;
    const image = hex === undefined ? undefined : readOrRefuse(hex, "hex").toString("latin1");
    const bootloader = boot.bootloader === "true" ? bootloaderOf(boot) : undefined;
    const node = create({ id, chip, hex: image, eeprom, baud, random, bootloader }, hex ?? "");
    return { device: file === undefined ? node : saved(node, file), shown: () => node.shown };
  },
);

const NO_IMAGE = new ConfigError({
  path: "--device door-node?hex",
  reason: "is missing",
  fix: "name the image: hex=FILE, or write bootloader=true for a board that is still to be flashed",
});

const bootloaderOf = ({ signature, deadAtPage, wornCell, losesEvery }: BootKeys) => ({
  signature,
  losesEvery,
  faults: { deadAtPage, wornCell },
});

interface BootKeys extends FlashFaults, Pick<BootloaderOptions, "signature" | "losesEvery"> {}

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
