/** The program that goes into a board: the released one after its checksum was compared, or a file; and which chip it is for. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  ConfigError,
  chipOfProgram,
  FLASH_CHIPS,
  type FlashChip,
  type FlashChipName,
  FrameError,
  readIntelHex,
} from "@gatehouse/protocol";

export interface FlashImage {
  /** For people: its file. */
  readonly name: string;
  readonly sha256: string;
  readonly chip: FlashChip;
  /** The flash with it, of the chip's size. */
  readonly flash: Uint8Array;
}

/** What a board with the released image says of itself. */
export const RELEASED_FIRMWARE = "1.1";

const RELEASED = new URL("../../firmware/released/", import.meta.url);

/** Throws ConfigError when it is not there, or not the one that was released. */
export function releasedImage(name: FlashChipName): FlashImage {
  const file = `door-node-${name}.hex`;
  const path = fileURLToPath(new URL(file, RELEASED));
  const text = readOr(path, "the released image");
  const sums = readOr(fileURLToPath(new URL("SHA256SUMS", RELEASED)), "the list of checksums").toString("utf8");
  const wanted = sums
    .split("\n")
    .find((line) => line.endsWith(` ${file}`))
    ?.slice(0, 64);
  const sha256 = sha256Of(text);
  if (sha256 !== wanted)
    throw new ConfigError({
      path,
      reason: `its SHA-256 is ${sha256}, released was ${wanted ?? "none of that name"}`,
      fix: "install the package again, or name an image of your own with --image FILE",
    });
  return { name: file, sha256, chip: FLASH_CHIPS[name], flash: hexOr(text, path, FLASH_CHIPS[name]) };
}

/** A file of one's own. `name` is what the operator says of its chip. Throws ConfigError for one that is none, is of another chip, or does not fit. */
export function imageFromFile(path: string, name: FlashChipName | undefined): FlashImage {
  const text = readOr(path, "the image");
  const found = chipOfProgram(hexOr(text, path, FLASH_CHIPS.atmega2560));
  const chip = name === undefined ? found : FLASH_CHIPS[name];
  if (chip === undefined)
    throw new ConfigError({
      path: "--chip",
      reason: `${path} does not tell which chip it is for`,
      fix: `add ${Object.keys(FLASH_CHIPS)
        .map((each) => `--chip ${each}`)
        .join(" or ")}`,
    });
  if (found !== undefined && found.name !== chip.name)
    throw new ConfigError({
      path: "--image",
      reason: `${path} is a program for an ${found.title}, not for an ${chip.title}`,
      fix: `take the image for the ${chip.title}`,
    });
  return { name: path, sha256: sha256Of(text), chip, flash: hexOr(text, path, chip) };
}

function hexOr(text: Buffer, path: string, chip: FlashChip): Uint8Array {
  let flash: Uint8Array;
  try {
    flash = readIntelHex(text.toString("latin1"), chip.flashBytes);
  } catch (cause) {
    if (!(cause instanceof FrameError)) throw cause;
    const fix = `name the .hex file of an ${chip.title}, as the compiler made it`;
    throw new ConfigError({ path, reason: cause.message, fix }, { cause });
  }
  const room = chip.flashBytes - chip.bootBytes;
  const last = flash.findLastIndex((byte) => byte !== 0xff) + 1;
  if (last === 0) throw new ConfigError({ path, reason: "there is nothing in it", fix: "name another image" });
  if (last > room)
    throw new ConfigError({
      path,
      reason: `it reaches byte ${last}; before the bootloader there is room for ${room}`,
      fix: "build it smaller",
    });
  return flash;
}

function readOr(path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const reason = `${what} cannot be read: ${(cause as NodeJS.ErrnoException).code}`;
    throw new ConfigError({ path, reason, fix: "name a file that is there" }, { cause });
  }
}

const sha256Of = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
