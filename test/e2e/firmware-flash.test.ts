import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { blankBoard, runFirmware } from "../support/blank-board.ts";
import { doorBoard } from "../support/door-board.ts";
import { eventually } from "../support/rig.ts";
import { tempDir } from "../support/temp-dir.ts";

const released = (chip: string) =>
  fileURLToPath(new URL(`../../firmware-bridge/firmware/released/door-node-${chip}.hex`, import.meta.url));

const CHIPS = [
  { chip: "atmega328p", title: "ATmega328P", part: "m328p", programmer: "arduino", other: "1E9801" },
  { chip: "atmega2560", title: "ATmega2560", part: "m2560", programmer: "wiring", other: "1E950F" },
] as const;

describe.each(CHIPS)("an empty $title", ({ chip, title, part, programmer, other }) => {
  test("gets the released image over a serial line, runs it, and is flashed again while it runs", async () => {
    using folder = tempDir();
    await using board = await blankBoard(`chip=${chip}`, `pty:${folder.path}/door`);
    const dry = await runFirmware(["flash", board.link, "--chip", chip, "--dry-run"], board);
    expect([dry.code, dry.out]).toEqual([
      1,
      expect.stringMatching(/of the pages hold something else\. Nothing was written/),
    ]);
    const flashed = await runFirmware(["flash", board.link, "--chip", chip], board);
    expect(flashed.err).toMatch(/writing \[#+\] 100 % .*\n.*reading back/s);
    expect([flashed.code, flashed.out]).toEqual([0, expect.stringContaining("The board runs the new program.")]);
    const shown = await runFirmware(["show", board.link, "--json"]);
    expect(JSON.parse(shown.out)).toMatchObject({ chip: title, boot: 1 });
    expect(await runFirmware(["selftest", board.link])).toMatchObject({ code: 0 });
    const again = await runFirmware(["flash", board.link, "--chip", chip, "--json"], board);
    expect(again.err).toMatch(/^Press the board's reset button now\.\n/);
    expect(JSON.parse(again.out)).toMatchObject({ result: "flashed", chip: title });
    const after = await runFirmware(["show", board.link, "--json"]);
    expect(JSON.parse(after.out).boot).toBeGreaterThan(1);
  }, 60_000);

  test("is flashed behind a TCP device server", async () => {
    await using board = await blankBoard(`chip=${chip}`, "tcp:127.0.0.1:0");
    expect(await runFirmware(["flash", board.link, "--chip", chip], board)).toMatchObject({ code: 0 });
    expect(await runFirmware(["selftest", board.link])).toMatchObject({ code: 0 });
  }, 60_000);

  test("that says it is another chip is refused, and stays empty", async () => {
    using folder = tempDir();
    await using board = await blankBoard(`chip=${chip}&signature=${other}`, `pty:${folder.path}/door`);
    const refused = await runFirmware(["flash", board.link, "--image", released(chip)], board);
    expect(refused.code).toBe(78);
    expect(refused.err).toContain(`(signature ${other})`);
    expect(refused.err).toContain("Nothing was written");
    expect(board.isInBoot).toBe(true);
  }, 60_000);

  test("takes an image from avrdude, and what we have flashed avrdude reads back", async () => {
    using folder = tempDir();
    await using board = await blankBoard(`chip=${chip}`, "tcp:127.0.0.1:0");
    const port = `net:${board.link.slice("tcp:".length)}`;
    const avrdude = (...work: readonly string[]) => {
      const done = spawnSync("avrdude", ["-p", part, "-c", programmer, "-P", port, "-D", ...work], {
        encoding: "utf8",
      });
      return { code: done.status, said: done.error?.message ?? done.stderr };
    };
    const written = avrdude("-U", `flash:w:${released(chip)}:i`);
    expect(written.said).toMatch(/bytes of flash verified/);
    expect(written.code).toBe(0);
    expect(await runFirmware(["selftest", board.link])).toMatchObject({ code: 0 });

    const ours = await runFirmware(["flash", board.link, "--chip", chip], board);
    expect(ours.code).toBe(0);
    board.pressReset();
    await eventually(
      () => board.isInBoot,
      (inBoot) => inBoot,
    );
    const image = `${folder.path}/read.hex`;
    writeFileSync(image, readFileSync(released(chip)));
    const verified = avrdude("-U", `flash:v:${image}:i`);
    expect(verified.said).toMatch(/bytes of flash verified/);
    expect(verified.code).toBe(0);
  }, 120_000);
});

test("a board that dies, wears out or is cancelled under the work stands still, and the state is said", async () => {
  using folder = tempDir();
  const flash = async (keys: string, onError?: Parameters<typeof runFirmware>[2]) => {
    await using board = await blankBoard(`chip=atmega328p&${keys}`, `pty:${folder.path}/door`);
    // Awaited here: the board is gone with this block.
    return await runFirmware(["flash", board.link, "--chip", "atmega328p", "--wait", "2"], board, onError);
  };
  const worn = await flash("wornCell=700");
  expect([worn.code, worn.err]).toEqual([1, expect.stringMatching(/byte 700 is FF.*stands still/s)]);
  const dead = await flash("deadAtPage=30");
  expect([dead.code, dead.err]).toEqual([1, expect.stringMatching(/stands still: no program runs.*run the same/s)]);
  const cancelled = await flash("", (said, kill) => {
    if (/writing \[#/.test(said)) kill("SIGINT");
  });
  expect([cancelled.code, cancelled.out]).toEqual([130, expect.stringMatching(/^Cancelled\..*stands still/)]);
}, 120_000);

test("nothing is written where the image is of another chip, damaged or no image, or the port is taken", async () => {
  using folder = tempDir();
  const flash = (...args: readonly string[]) => runFirmware(["flash", `serial:${folder.path}/door`, ...args]);
  const wrong = await flash("--chip", "atmega328p", "--image", released("atmega2560"));
  expect([wrong.code, wrong.err]).toEqual([
    78,
    expect.stringMatching(/program for an ATmega2560, not for an ATmega328P/),
  ]);
  const half = `${folder.path}/half.hex`;
  writeFileSync(half, readFileSync(released("atmega328p"), "utf8").slice(0, 4_000));
  expect(await flash("--image", half)).toMatchObject({ code: 78, err: expect.stringMatching(/hex file/) });
  expect(await flash("--image", `${folder.path}/none.hex`)).toMatchObject({ code: 78 });
  expect(await flash("--chip", "atmega328p", "--baud", "fast")).toMatchObject({ code: 78 });
  const away = await flash("--chip", "atmega328p");
  expect([away.code, away.err]).toEqual([1, expect.not.stringMatching(/\n\s+at /)]);

  await using board = await doorBoard(folder.path);
  const { SerialPort } = await import("serialport");
  const port = new SerialPort({ path: `${folder.path}/door`, baudRate: 57_600 });
  await new Promise((resolve) => port.once("open", resolve));
  const taken = await flash("--chip", "atmega328p");
  expect([taken.code, taken.err]).toEqual([
    1,
    expect.stringMatching(/in use by another program: stop `gatehouse bridge`/),
  ]);
  await new Promise((resolve) => port.close(resolve));
  expect(board.shown.at(-1)?.on).toBe(true);
}, 60_000);
