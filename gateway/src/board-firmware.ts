/** New programs for door boards as the console's answers use them: over a board's bridge, or in a process of their own where the line is free. */
import {
  ConfigError,
  FLASH_CHIP_NAMES,
  FLASH_CHIPS,
  type FlashAsk,
  LinkError,
  speakerOfBoard,
  systemClock,
} from "@gatehouse/protocol";
import { type AskBridgeParts, askBridge } from "./ask-bridge.ts";
import type { BoardParts, FlashWish } from "./console/answers/boards.ts";
import type { SerialPortName } from "./drivers/line/serial-ports.ts";

interface UsbPort {
  readonly path: string;
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
  readonly serialNumber?: string | undefined;
}

export interface BoardFirmwareParts extends AskBridgeParts {
  readonly boards: BoardParts["boards"];
  /** Links of drivers, as the site file has them. */
  readonly lines: readonly { readonly id: string; readonly link: string | null }[];
  ports(): Promise<readonly SerialPortName[]>;
  /** With the ids of their adapters. */
  usbPorts(): Promise<readonly UsbPort[]>;
  newId(): string;
}

/** Somebody has to walk to the board. */
const PRESS_SECONDS = 120;
const BAUD = 115_200;
const SLOW_BAUD = 57_600;
/** A byte on the line is ten bits; pages are asked for one by one. */
const BITS = 10;
const PAGE_SECONDS = 0.03;
/** Bootloader called, program started and asked. */
const AROUND_SECONDS = 4;

export function boardFirmware(
  parts: BoardFirmwareParts,
): Pick<BoardParts, "shipped" | "updateBoard" | "checkLine" | "updateLine"> {
  let shipped: ReturnType<BoardParts["shipped"]> | undefined;
  const updateLine: BoardParts["updateLine"] = async (link, wish, onStage, signal) => {
    const { updateApart } = await import("@gatehouse/firmware-bridge");
    const task = { link, chip: wish.chip, baud: baudOf(wish), pressSeconds: PRESS_SECONDS };
    return updateApart(task, onStage, signal);
  };
  return {
    shipped: () => {
      shipped ??= whatIsShipped();
      return shipped;
    },
    updateLine,
    updateBoard: async (board, wish, onStage, signal) => {
      const speaker = speakerOfBoard(board);
      const ask = await askOf(wish, parts.newId());
      const end = speaker === undefined ? undefined : await askBridge(parts, speaker, ask, onStage, signal);
      if (end !== undefined) return end;
      if (signal.aborted) return { kind: "cancelled", board: "before" };
      if (board.link.startsWith("tcp:"))
        throw new LinkError(
          "refused",
          "no bridge answers for this board, and over TCP nobody can tell whether one has its line: start `gatehouse bridge` and try again. Nothing was written",
        );
      if (await owes(board.link, signal))
        throw new LinkError(
          "refused",
          "the board holds what it has counted, and no bridge answers that could take it in: start `gatehouse bridge` and try again. Nothing was written",
        );
      if (signal.aborted) return { kind: "cancelled", board: "before" };
      return updateLine(board.link, wish, onStage, signal);
    },
    checkLine: (link) => checkLine(parts, link),
  };
}

async function askOf(wish: FlashWish, id: string): Promise<FlashAsk> {
  const { releasedImage } = await import("@gatehouse/firmware-bridge");
  const sha256 = Object.fromEntries(FLASH_CHIP_NAMES.map((name) => [name, releasedImage(name).sha256]));
  const chip = wish.chip === undefined ? {} : { chip: wish.chip };
  return { do: "flash", id, ...chip, baud: baudOf(wish), pressSeconds: PRESS_SECONDS, sha256 };
}

/** What its bootloader may write over. A board that does not answer runs no program that counts; what is wrong with its line the update says. */
async function owes(link: string, signal: AbortSignal): Promise<boolean> {
  const { inspectBoard, openWire, parsePlace } = await import("@gatehouse/firmware-bridge");
  try {
    const wire = await openWire(parsePlace(link));
    const close = () => wire.close();
    signal.addEventListener("abort", close);
    try {
      return await inspectBoard(wire, systemClock).owes();
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
  } catch (error) {
    if (error instanceof LinkError) return false;
    throw error;
  }
}

const baudOf = ({ slow }: FlashWish) => (slow ? SLOW_BAUD : BAUD);

/** Throws ConfigError for a package that was damaged. */
async function whatIsShipped(): ReturnType<BoardParts["shipped"]> {
  const { RELEASED_FIRMWARE, releasedImage } = await import("@gatehouse/firmware-bridge");
  const images = FLASH_CHIP_NAMES.map((chip) => {
    const { sha256, flash } = releasedImage(chip);
    const { title, pageBytes } = FLASH_CHIPS[chip];
    const bytes = flash.findLastIndex((byte) => byte !== 0xff) + 1;
    // Written and read back.
    const onLine = (2 * bytes * BITS) / BAUD + Math.ceil(bytes / pageBytes) * PAGE_SECONDS;
    return { chip, title, sha256, bytes, seconds: Math.ceil(AROUND_SECONDS + onLine) };
  });
  return { version: RELEASED_FIRMWARE, images };
}

/** Of serial ports only those the box lists: nothing else of its file system can be named from a browser. */
async function checkLine({ boards, lines, ports, usbPorts }: BoardFirmwareParts, link: string): Promise<void> {
  const real = new Map((await ports()).map((port) => [`serial:${port.path}`, port.real]));
  const { parsePlace, portsOfUsb } = await import("@gatehouse/firmware-bridge");
  const plugged = await usbPorts();
  const targetsOf = (one: string): readonly string[] => {
    const [line = one] = one.split("?");
    if (!line.startsWith("usb:")) return [real.get(line) ?? line.replace(/^rfc2217:/, "tcp:").replace(/^serial:/, "")];
    const place = parsePlace(line);
    return place.kind === "usb" ? portsOfUsb(place, plugged).map(({ path }) => path) : [];
  };
  const refuse = (reason: string, fix: string) => new ConfigError({ path: "body.link", reason, fix });
  if (link.startsWith("serial:") && !real.has(link))
    throw refuse(`${link} is no serial port of this box`, "choose one of those listed");
  parsePlace(link);
  const wanted = targetsOf(link);
  const isIt = (one: string) => targetsOf(one).some((target) => wanted.includes(target));
  const board = boards.find((one) => isIt(one.link));
  if (board !== undefined)
    throw refuse(`${link} is the line of the board ${board.id}`, "update it on the page of one of its devices");
  const driver = lines.find((one) => one.link !== null && isIt(one.link));
  if (driver !== undefined)
    throw refuse(`${link} is in use by the driver ${driver.id}`, "choose the line the board is on");
}
