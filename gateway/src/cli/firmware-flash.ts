/** `gatehouse firmware flash`: a door board gets the released program, or one of the operator's. */
import type { FlashImage, FlashResult } from "@gatehouse/firmware-bridge";
import {
  ConfigError,
  FLASH_CHIP_NAMES,
  FLASH_CHIPS,
  type FlashChip,
  type FlashChipName,
  systemClock,
} from "@gatehouse/protocol";
import { Command, Option } from "commander";
import { untilSignal } from "./arguments.ts";
import { progressBar } from "./progress.ts";

interface FlashFlags {
  readonly chip?: FlashChipName;
  readonly image?: string;
  readonly baud: string;
  readonly wait: string;
  readonly dryRun?: true;
  readonly json?: true;
}

const CANCELLED = 130;

export function flashCommand(): Command {
  return new Command("flash")
    .summary("put the door node's program on a board over its bootloader")
    .description(
      "Resets the board, asks its bootloader (Optiboot, or the ATmega2560's) for the chip and refuses another one than the image's, writes, and reads every byte back. " +
        "Settings and counters in the EEPROM stay. Stop `gatehouse bridge` first: a port serves one program.",
    )
    .argument("<link>", "serial:/dev/serial/by-id/…, usb:VENDOR:PRODUCT[:SERIAL] or tcp:HOST:PORT")
    .addOption(
      new Option("--chip <name>", "the board's chip; found out where the port can reset the board").choices(
        FLASH_CHIP_NAMES,
      ),
    )
    .option(
      "--image <file>",
      "an Intel hex file; default: the released image for the chip, after its SHA-256 was checked",
    )
    .option("--baud <rate>", "the bootloader's rate; 57600 for old Nanos", "115200")
    .option("--wait <seconds>", "where the port cannot reset the board: how long to wait for its reset button", "60")
    .option("--dry-run", "do all but write: find the board, compare its flash with the image")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES)
    .exitOverride()
    .showHelpAfterError("(gatehouse help firmware explains it)")
    .action(flash);
}

const EXAMPLES = `
Examples:
  gatehouse firmware flash serial:/dev/serial/by-id/usb-Arduino_…
  gatehouse firmware flash usb:2341:0043 --dry-run
  gatehouse firmware flash tcp:10.0.0.9:4001 --chip atmega328p      press the board's reset button when asked
  gatehouse firmware flash serial:/dev/ttyUSB0 --image my-door.hex --baud 57600

Exits with 0 when the board runs the image (with --dry-run: when it holds it), 1 when it does not, 78 when the chip, the image or the link is wrong, 130 when cancelled.`;

async function flash(link: string, flags: FlashFlags): Promise<void> {
  const baud = numberOf("--baud", flags.baud, 1_200, 2_000_000);
  const pressMs = 1_000 * numberOf("--wait", flags.wait, 1, 3_600);
  const signal = untilSignal();
  const { flashBoard, imageFromFile, openWire, parsePlace, releasedImage } = await import("@gatehouse/firmware-bridge");
  const place = parsePlace(link);
  const own = flags.image === undefined ? undefined : imageFromFile(flags.image, flags.chip);
  const chip = own?.chip ?? (flags.chip === undefined ? undefined : FLASH_CHIPS[flags.chip]);
  const imageFor = ({ name }: FlashChip): FlashImage => own ?? releasedImage(name);
  // A package whose image is damaged is to be found out before the board is touched.
  if (chip !== undefined) imageFor(chip);
  const wire = await openWire(place, baud);
  const bar = bars();
  try {
    const onPressReset = () => process.stderr.write("Press the board's reset button now.\n");
    const options = { wire, clock: systemClock, imageFor, chip, dryRun: flags.dryRun, onPressReset, pressMs };
    const result = await flashBoard({ ...options, onProgress: bar.at }, signal);
    process.stdout.write(`${flags.json ? JSON.stringify(factsOf(result)) : verdict(result)}\n`);
    if (result.kind === "cancelled") process.exitCode = CANCELLED;
    else if (result.different > 0) process.exitCode = 1;
  } finally {
    wire.close();
  }
}

function numberOf(path: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= least && number <= most) return number;
  throw new ConfigError({
    path,
    reason: `"${text}" is no number from ${least} to ${most}`,
    fix: "correct it, or leave it out",
  });
}

/** One bar for each phase, one after the other. */
function bars() {
  let phase: string | undefined;
  let bar: ReturnType<typeof progressBar> | undefined;
  const end = () => bar?.end("done");
  return {
    at: (next: "write" | "verify", share: number) => {
      if (next !== phase) {
        end();
        bar = progressBar(next === "write" ? "writing" : "reading back", systemClock);
        phase = next;
      }
      bar?.at(share, "");
      if (share < 1) return;
      end();
      [phase, bar] = [undefined, undefined];
    },
  };
}

const factsOf = ({ kind, chip, image, pages, different, state }: FlashResult) => ({
  result: kind,
  chip: chip.title,
  image: image.name,
  sha256: image.sha256,
  pages,
  different,
  state,
});

function verdict({ kind, chip, image, pages, different, state }: FlashResult): string {
  const what = `${image.name} (SHA-256 ${image.sha256.slice(0, 12)}…), ${pages} pages of ${chip.pageBytes} bytes`;
  if (kind === "cancelled") return `Cancelled. ${state}`;
  if (kind === "flashed") return `${chip.title}: ${what} written and read back. ${state}`;
  const compared = different === 0 ? "the board holds it already" : `${different} of the pages hold something else`;
  return `${chip.title}: ${what}: ${compared}. ${state}`;
}
