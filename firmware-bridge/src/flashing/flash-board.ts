/** Flashing one board: signature first, a program that stands still while the rest is written, every byte read back, the vectors last. */
import {
  type Clock,
  ConfigError,
  chipOfSignature,
  type FlashChip,
  LinkError,
  pagesOf,
  RejectedError,
  signatureText,
} from "@gatehouse/protocol";
import type { ResettingWire } from "../wire.ts";
import type { FlashImage } from "./image.ts";
import type { Programmer } from "./programmer.ts";
import { type Reach, reacher } from "./reach.ts";

export interface FlashOptions {
  readonly wire: ResettingWire;
  readonly clock: Clock;
  /** The image for the chip that was found. Throws ConfigError where there is none. */
  readonly imageFor: (chip: FlashChip) => FlashImage;
  /** What the board is said to be; found out where the line can reset it. */
  readonly chip?: FlashChip | undefined;
  /** Compares and writes nothing. */
  readonly dryRun?: boolean | undefined;
  readonly onPressReset: () => void;
  /** The bootloader answers, the first time and whenever it went away in between. */
  readonly onReached?: (() => void) | undefined;
  readonly onProgress: (phase: "write" | "verify", share: number) => void;
  /** The next byte changes the board: from here on it runs nothing until all is done. */
  readonly onFirstWrite?: (() => void) | undefined;
  /** Asks for the reset button so long; default 60 s. */
  readonly pressMs?: number | undefined;
}

export interface FlashResult {
  readonly kind: "flashed" | "compared" | "cancelled";
  readonly chip: FlashChip;
  readonly image: FlashImage;
  readonly pages: number;
  /** Pages that hold something else, where it was compared. */
  readonly different: number;
  /** What is on the board now, for the operator. */
  readonly state: string;
}

/** Times the bootloader is fetched back when it went away in the middle. */
const RETURNS = 4;
const PASSES = 4;
const READS = 3;
/** `rjmp` to itself. */
const STAND_STILL = [0xff, 0xcf];

const UNTOUCHED = "Nothing was written: the board holds the program it held before.";
const STANDS_STILL =
  "The board is not finished and stands still: no program runs, its lock pins are let go, fire release and exit button do not work. Its bootloader is there: run the same command again.";

/**
 * Until the board runs the image, or the signal aborts (a value, not an error). Throws ConfigError for another chip than said (nothing is written),
 * LinkError when the board does not answer, RejectedError when it does not keep what was written; each says what state the board is in.
 */
export async function flashBoard(options: FlashOptions, signal: AbortSignal): Promise<FlashResult> {
  const job = new FlashJob(options, signal);
  try {
    return await job.run();
  } catch (error) {
    if (signal.aborted && job.found !== undefined) return job.result("cancelled");
    if (error instanceof LinkError) throw new LinkError(error.code, `${error.message}\n${job.state}`, { cause: error });
    if (error instanceof RejectedError) throw new RejectedError(`${error.message}\n${job.state}`, { cause: error });
    throw error;
  }
}

class FlashJob {
  readonly #options: FlashOptions;
  readonly #signal: AbortSignal;
  readonly #reach: Reach;
  #programmer: Programmer | undefined;
  #returns = 0;
  found: { readonly chip: FlashChip; readonly image: FlashImage; readonly pages: readonly Uint8Array[] } | undefined;
  #different = 0;
  state = UNTOUCHED;

  constructor(options: FlashOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#reach = reacher({ ...options, dialect: options.chip?.dialect });
  }

  async run(): Promise<FlashResult> {
    await this.#connect();
    const pages = this.found?.pages ?? [];
    const rest = pages.map((_, page) => page).slice(1);
    if (this.#options.dryRun) {
      this.#different = (await this.#compare([0, ...rest])).length;
      await this.#programmer?.leave();
      return this.result("compared");
    }
    this.#signal.throwIfAborted();
    this.state = STANDS_STILL;
    this.#options.onFirstWrite?.();
    await this.#write(0, standStill(pages[0]));
    await this.#writeAll(rest);
    await this.#verify(rest);
    await this.#write(0, pages[0]);
    // A page that had to be written again may have gone to a wrong place on a line without checksums.
    if (await this.#verify([0])) await this.#verify([0, ...rest]);
    await this.#programmer?.leave();
    this.state = "The board runs the new program.";
    return this.result("flashed");
  }

  result(kind: FlashResult["kind"]): FlashResult {
    if (this.found === undefined) throw new LinkError("closed", `no board was found\n${this.state}`);
    const { chip, image, pages } = this.found;
    return { kind, chip, image, pages: pages.length, different: this.#different, state: this.state };
  }

  async #connect(): Promise<void> {
    this.#programmer = await this.#reach(this.#signal);
    this.#options.onReached?.();
    const signature = await this.#programmer.signature();
    const chip = chipOfSignature(signature);
    const wanted = this.found?.chip ?? this.#options.chip;
    if (chip === undefined || (wanted !== undefined && wanted.name !== chip.name)) {
      await this.#programmer.leave();
      throw wrongChip(signature, chip, wanted);
    }
    this.found ??= this.#chosen(chip);
    await this.#programmer.enter();
  }

  #chosen(chip: FlashChip) {
    const image = this.#options.imageFor(chip);
    if (image.chip.name !== chip.name) throw wrongChip(chip.signature, chip, image.chip);
    return { chip, image, pages: pagesOf(image.flash, chip) };
  }

  /** Does it, with the bootloader fetched back when it went away. */
  async #with<Done>(work: (programmer: Programmer) => Promise<Done>): Promise<Done> {
    for (;;) {
      this.#signal.throwIfAborted();
      try {
        if (this.#programmer === undefined) await this.#connect();
        return await work(this.#programmer as Programmer);
      } catch (error) {
        if (!(error instanceof LinkError) || error.code !== "timeout" || this.#returns === RETURNS) throw error;
        this.#returns += 1;
        this.#programmer = undefined;
      }
    }
  }

  get #pageBytes(): number {
    return this.found?.chip.pageBytes ?? 0;
  }

  #write(page: number, data: Uint8Array | undefined): Promise<void> {
    if (data === undefined) return Promise.resolve();
    return this.#with((programmer) => programmer.write(page * this.#pageBytes, data));
  }

  async #writeAll(pages: readonly number[]): Promise<void> {
    for (const [done, page] of pages.entries()) {
      await this.#write(page, this.found?.pages[page]);
      this.#options.onProgress("write", (done + 1) / pages.length);
    }
  }

  /** Writes again what is not there. True when something had to be. Throws RejectedError when that does not help. */
  async #verify(pages: readonly number[]): Promise<boolean> {
    for (let pass = 0; ; pass++) {
      const bad = await this.#compare(pages);
      const [first] = bad;
      if (first === undefined) return pass > 0;
      if (pass === PASSES) throw new RejectedError(await this.#difference(first));
      for (const page of bad) await this.#write(page, this.found?.pages[page]);
    }
  }

  async #compare(pages: readonly number[]): Promise<number[]> {
    const bad: number[] = [];
    for (const [done, page] of pages.entries()) {
      if (!(await this.#holds(page))) bad.push(page);
      if (pages.length > 1) this.#options.onProgress("verify", (done + 1) / pages.length);
    }
    return bad;
  }

  /** Read again before it is believed: without a checksum a byte damaged on the way looks like a wrong one. */
  async #holds(page: number): Promise<boolean> {
    const wanted = Buffer.from(this.found?.pages[page] ?? []);
    for (let tried = 0; tried < READS; tried++) {
      const there = await this.#with((programmer) => programmer.read(page * this.#pageBytes, this.#pageBytes));
      if (wanted.equals(there)) return true;
    }
    return false;
  }

  async #difference(page: number): Promise<string> {
    const from = page * this.#pageBytes;
    const there = await this.#with((programmer) => programmer.read(from, this.#pageBytes));
    const wanted = this.found?.pages[page] ?? there;
    const at = there.findIndex((byte, index) => byte !== wanted[index]);
    const hex = (value = 0) => value.toString(16).toUpperCase().padStart(2, "0");
    if (at < 0) return `page ${page} reads back differently every time: check the cable`;
    return `the flash does not keep what was written: byte ${from + at} is ${hex(there[at])}, should be ${hex(wanted[at])}; it was written ${PASSES + 1} times. Check the board's supply, or replace the board.`;
  }
}

/** A page of the same size that does nothing, whatever of it is reached. */
const standStill = (page: Uint8Array | undefined): Uint8Array | undefined =>
  page?.map((_, at) => STAND_STILL[at % 2] as number);

function wrongChip(signature: number, chip: FlashChip | undefined, wanted: FlashChip | undefined): ConfigError {
  const found = `${chip === undefined ? "an unknown chip" : `an ${chip.title}`} (signature ${signatureText(signature)})`;
  const expected =
    wanted === undefined
      ? "which no image is made for"
      : `the image is for an ${wanted.title} (${signatureText(wanted.signature)})`;
  return new ConfigError({
    path: "--chip",
    reason: `the board is ${found}, ${expected}. ${UNTOUCHED}`,
    fix:
      chip === undefined
        ? "use a board with an ATmega328P or ATmega2560"
        : `leave --chip and --image out, or take the image for the ${chip.title}`,
  });
}
