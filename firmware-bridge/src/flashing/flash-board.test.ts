import {
  ConfigError,
  FLASH_CHIPS,
  type FlashChip,
  type FlashChipName,
  LinkError,
  RejectedError,
  type TargetOptions,
  V1Target,
  V2Target,
} from "@gatehouse/protocol";
import { FakeClock, Random } from "@gatehouse/protocol/testing";
import { describe, expect, test } from "vitest";
import type { ResettingWire } from "../wire.ts";
import { type FlashOptions, type FlashResult, flashBoard } from "./flash-board.ts";
import { releasedImage } from "./image.ts";

interface Trouble extends Pick<TargetOptions, "signature" | "faults"> {
  /** Answers that are damaged on the way, and bytes that are lost on the way there, one in so many. */
  readonly noise?: number;
  readonly lost?: number;
  /** No line resets it. */
  readonly byHand?: boolean;
  readonly silent?: boolean;
}

/** A board with that chip's bootloader on a wire. */
class BoardWire implements ResettingWire {
  readonly flash: Uint8Array;
  readonly #chip: FlashChip;
  readonly #clock: FakeClock;
  readonly #trouble: Trouble;
  readonly #random = new Random("flash");
  #target: V1Target | V2Target | undefined;
  #listener: (bytes: Uint8Array) => void = () => {};
  /** Page 0 as it was whenever the bootloader left it to itself. */
  readonly began: Uint8Array[] = [];
  resets = 0;

  constructor(name: FlashChipName, clock: FakeClock, trouble: Trouble = {}) {
    this.#chip = FLASH_CHIPS[name];
    this.flash = new Uint8Array(this.#chip.flashBytes).fill(0x77);
    this.#clock = clock;
    this.#trouble = trouble;
  }

  pulseReset(): Promise<boolean> {
    if (this.#trouble.byHand) return Promise.resolve(false);
    this.press();
    return Promise.resolve(true);
  }

  press(): void {
    this.resets += 1;
    if (this.#trouble.silent) return;
    const options = { chip: this.#chip, flash: this.flash, ...this.#trouble };
    this.#target = this.#chip.dialect === "v1" ? new V1Target(options) : new V2Target(options);
  }

  write(bytes: Uint8Array): void {
    const { lost = 0, noise = 0 } = this.#trouble;
    const step = this.#target?.hear(bytes.filter(() => !this.#random.chance(lost)));
    if (step?.leaves) {
      this.#target = undefined;
      this.began.push(this.flash.slice(0, 4));
    }
    for (const answer of step?.answers ?? []) {
      const damaged = answer.map((byte) => (this.#random.chance(noise) ? this.#random.int(0, 255) : byte));
      this.#clock.after(2, () => this.#listener(damaged));
    }
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }
  onClosed(): void {}
  close(): void {}
}

interface Ran {
  readonly wire: BoardWire;
  readonly result: FlashResult | undefined;
  readonly error: Error | undefined;
  readonly pressed: number;
}

async function run(
  name: FlashChipName,
  trouble: Trouble,
  more: Partial<FlashOptions> & { readonly stopAtShare?: number } = {},
): Promise<Ran> {
  const clock = new FakeClock();
  const wire = new BoardWire(name, clock, trouble);
  const stop = new AbortController();
  let pressed = 0;
  let done = false;
  const { stopAtShare, ...given } = more;
  const flashing = flashBoard(
    {
      wire,
      clock,
      imageFor: ({ name: chip }) => releasedImage(chip),
      chip: FLASH_CHIPS[name],
      pressMs: 10_000,
      onPressReset: () => {
        pressed += 1;
        // Whoever is not heard presses again.
        for (const ms of [3_000, 4_600, 6_300, 8_100]) clock.after(ms, () => !done && wire.press());
      },
      onProgress: (_phase, share) => {
        if (stopAtShare !== undefined && share >= stopAtShare) stop.abort();
      },
      ...given,
    },
    stop.signal,
  );
  const ended = flashing.then(
    (result) => ({ result, error: undefined }),
    (error: Error) => ({ result: undefined, error }),
  );
  void ended.finally(() => {
    done = true;
  });
  for (let ms = 0; !done && ms < 600_000; ms += 50) await clock.advance(50);
  return { wire, ...(await ended), pressed };
}

const holds = ({ wire }: Ran, name: FlashChipName): boolean => {
  const { flash } = releasedImage(name);
  const end = flash.findLastIndex((byte) => byte !== 0xff) + 1;
  return Buffer.from(wire.flash.subarray(0, end)).equals(Buffer.from(flash.subarray(0, end)));
};
const isUntouched = ({ wire }: Ran): boolean => wire.flash.every((byte) => byte === 0x77);
const STANDING = Uint8Array.of(0xff, 0xcf, 0xff, 0xcf);

describe.each(["atmega328p", "atmega2560"] as const)("an %s", (name) => {
  test("holds the released image afterwards and runs it", async () => {
    const ran = await run(name, {});
    expect(ran.error).toBeUndefined();
    expect(ran.result).toMatchObject({ kind: "flashed", state: "The board runs the new program." });
    expect(holds(ran, name)).toBe(true);
    expect(ran.wire.began).toEqual([releasedImage(name).flash.slice(0, 4)]);
  });

  test("is found out without being named where the line can reset it", async () => {
    const ran = await run(name, {}, { chip: undefined });
    expect(ran.result?.chip.name).toBe(name);
    expect(holds(ran, name)).toBe(true);
  });

  test("is flashed after its button was pressed where the line cannot", async () => {
    const ran = await run(name, { byHand: true });
    expect([ran.result?.kind, ran.pressed]).toEqual(["flashed", 1]);
  });

  test("with another chip's signature is refused before anything is written", async () => {
    const signature = FLASH_CHIPS[name === "atmega328p" ? "atmega2560" : "atmega328p"].signature;
    for (const chip of [FLASH_CHIPS[name], undefined]) {
      const ran = await run(
        name,
        { signature },
        chip === undefined ? { imageFor: () => releasedImage(name), chip } : {},
      );
      expect(ran.error).toBeInstanceOf(ConfigError);
      expect(ran.error?.message).toMatch(/signature 1E9(50F|801)\), the image is for an ATmega/);
      expect(isUntouched(ran)).toBe(true);
    }
  });

  test("with a chip nobody knows is refused as well", async () => {
    const ran = await run(name, { signature: 0x1e9514 }, { chip: undefined });
    expect(ran.error?.message).toMatch(/unknown chip \(signature 1E9514\).*Nothing was written/);
    expect(isUntouched(ran)).toBe(true);
  });

  test("is flashed over a line that damages answers", async () => {
    const ran = await run(name, { noise: 0.0003 });
    expect(ran.error).toBeUndefined();
    expect(holds(ran, name)).toBe(true);
  });

  test("is flashed over a line that loses bytes now and then", async () => {
    const ran = await run(name, { lost: 0.00007 });
    expect(ran.error).toBeUndefined();
    expect(holds(ran, name)).toBe(true);
  });

  test("that dies at a page leaves a program that stands still, and says so", async () => {
    const ran = await run(name, { faults: { deadAtPage: 20 } });
    expect(ran.error).toBeInstanceOf(LinkError);
    expect(ran.error?.message).toMatch(/stopped answering\nThe board is not finished and stands still.*again/s);
    expect(ran.wire.flash.subarray(0, 4)).toEqual(STANDING);
  });

  test("that has to be fetched back by hand is said to be there again as soon as its bootloader answers", async () => {
    const told: string[] = [];
    const onReached = () => void told.push("reached");
    const onProgress = () => {
      if (told.at(-1) !== "progress") told.push("progress");
    };
    const ran = await run(name, { byHand: true, faults: { deadAtPage: 20 } }, { onReached, onProgress });
    expect(ran.pressed).toBeGreaterThan(1);
    // Dead at the same page each time: no progress says that it goes on.
    expect(told.slice(0, 3)).toEqual(["reached", "progress", "reached"]);
  });

  test("with a worn cell names it, and runs no half program", async () => {
    const { pageBytes } = FLASH_CHIPS[name];
    const wornCell = 3 * pageBytes + 5;
    const ran = await run(name, { faults: { wornCell } });
    expect(ran.error).toBeInstanceOf(RejectedError);
    expect(ran.error?.message).toContain(`byte ${wornCell} is FF`);
    expect(ran.wire.flash.subarray(0, 4)).toEqual(STANDING);
  });

  test("where it is cancelled stands still, and the same again finishes it", async () => {
    const ran = await run(name, {}, { stopAtShare: 0.5 });
    expect(ran.result).toMatchObject({ kind: "cancelled", state: expect.stringMatching(/stands still/) });
    expect(ran.wire.flash.subarray(0, 4)).toEqual(STANDING);
  });

  test("is left as it is by a dry run, which counts what differs", async () => {
    const ran = await run(name, {}, { dryRun: true });
    expect(ran.result).toMatchObject({ kind: "compared", different: ran.result?.pages });
    expect(isUntouched(ran)).toBe(true);
    expect(ran.wire.began).toHaveLength(1);
  });

  test("without a bootloader is told from one whose button nobody pressed", async () => {
    const reset = await run(name, { silent: true });
    expect(reset.error?.message).toMatch(/though the board was reset.*\nNothing was written/s);
    const pressed = await run(name, { silent: true, byHand: true });
    expect(pressed.error?.message).toMatch(/within 10 s: press the board's reset button.*\nNothing was written/s);
  });
});

test("a chip that is not named is asked for where the line cannot find it out", async () => {
  const ran = await run("atmega2560", { byHand: true }, { chip: undefined });
  expect(ran.error?.message).toMatch(/add --chip atmega328p or --chip atmega2560/);
});

test("who names the smaller chip and has the larger one hears of it", async () => {
  const ran = await run("atmega328p", { byHand: true }, { chip: FLASH_CHIPS.atmega2560 });
  expect(ran.error?.message).toMatch(/the board is an ATmega328P.*the image is for an ATmega2560/);
  expect(isUntouched(ran)).toBe(true);
});
