import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { expect, it } from "vitest";
import { type BridgeProcess, startBridge } from "../support/bridge-process.ts";
import { boardSections, journalOf, kindsOf } from "../support/bridged-board.ts";
import { type DoorBoard, doorBoard } from "../support/door-board.ts";
import { GATEHOUSE } from "../support/gateway-process.ts";
import { eventually, openRig, type Rig } from "../support/rig.ts";
import { tempDir } from "../support/temp-dir.ts";

function command(rig: Rig, ...args: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, [GATEHOUSE, "command", ...args, "--state", rig.stateDir], { stdio: "ignore" });
  return new Promise((resolve) => child.once("close", resolve));
}

interface Stage extends AsyncDisposable {
  readonly rig: Rig;
  readonly board: DoorBoard;
  readonly bridge: BridgeProcess;
}

async function stage(): Promise<Stage> {
  await using parts = new AsyncDisposableStack();
  const folder = parts.use(tempDir());
  const board = parts.use(await doorBoard(folder.path));
  const password = join(folder.path, "lock-1.pw");
  writeFileSync(password, "a lock's own word\n", { mode: 0o600 });
  const rig = parts.use(
    await openRig({ devices: 1, uplinks: () => [], sections: boardSections(board.link, password) }),
  );
  const bridge = parts.use(startBridge(rig.siteFile, rig.url));
  await there(bridge, 1);
  const held = parts.move();
  return { rig, board, bridge, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

const there = (bridge: BridgeProcess, times: number) =>
  eventually(
    () => bridge.said("board is there").length,
    (count) => count >= times,
    20_000,
  );

/** Walks one by one, each through before the next. */
async function walk(board: DoorBoard, direction: "in" | "out", people: number): Promise<void> {
  for (let i = 0; i < people; i++) {
    const before = board.shown.at(-1)?.passed[direction] ?? 0;
    board.act({ kind: "walk", direction, speedMmPerS: 1_500 });
    await eventually(
      () => board.shown.at(-1)?.passed[direction],
      (passed) => passed === before + 1,
    );
  }
}

const RETURN_MS = 1_000;

const releases = (board: DoorBoard) => board.shown.filter(({ lock }, at) => lock && !board.shown[at - 1]?.lock).length;

it("a pin becomes a reading in the journal, a command moves a pin, and sensors on free pins are johnny-five's", async () => {
  await using all = await stage();
  const { rig, board, bridge } = all;
  await walk(board, "in", 2);
  board.act({ kind: "door", open: true });
  await eventually(
    () => kindsOf(rig, "contact-1"),
    (seen) => seen.includes("door.forced"),
  );
  await eventually(
    () => kindsOf(rig, "count-0001"),
    (seen) => seen.length === 2,
  );
  expect(kindsOf(rig, "count-0001")).toEqual(["count.in", "count.in"]);
  expect(kindsOf(rig, "contact-1")).toEqual(["door.opened", "door.forced"]);

  await eventually(
    () => [...kindsOf(rig, "window-1"), ...kindsOf(rig, "motion-1"), ...kindsOf(rig, "clamp-1")],
    (seen) => seen.includes("meter.powerW") && seen.includes("door.opened") && seen.includes("presence.off"),
  );
  expect(kindsOf(rig, "window-1")).toEqual(["door.opened"]);
  expect(await command(rig, "lamp-1", "led", '{"color":"red","onSeconds":0.3,"offSeconds":0.3}')).toBe(0);
  expect(await command(rig, "lamp-1", "output", '{"output":0,"on":true}')).toBe(0);
  expect(releases(board)).toBe(0);

  expect(await command(rig, "lock-1", "unlock", '{"seconds":1}')).toBe(0);
  await eventually(
    () => releases(board),
    (count) => count === 1,
  );
  await eventually(
    () => kindsOf(rig, "lock-1"),
    (seen) => seen.at(-1) === "lock.locked" && seen.includes("lock.unlocked"),
  );
  expect(await command(rig, "lock-1", "unlock", '{"seconds":59}')).toBe(1);
  expect(await command(rig, "count-0001", "unlock")).toBe(1);
  expect(releases(board)).toBe(1);
  expect(bridge.said("sensor cannot be used")).toEqual([]);
}, 60_000);

it("nothing is lost and no lock moves when the board's process, the gateway and the board's power go in turn", async () => {
  await using all = await stage();
  const { rig, board, bridge } = all;
  await walk(board, "in", 1);
  process.kill(bridge.boardPid, "SIGKILL");
  await walk(board, "in", 2);
  await there(bridge, 2);

  await rig.gateway.end("SIGKILL");
  // Who comes back sooner has turned round: the board holds a passage back for so long.
  await systemClock.sleep(RETURN_MS);
  await walk(board, "out", 2);
  await systemClock.sleep(1_000);
  await rig.restart();
  await eventually(
    () => kindsOf(rig, "count-0001").length,
    (count) => count === 5,
    20_000,
  );

  const lostBefore = bridge.said("board is lost").length;
  board.act({ kind: "power", ok: false });
  board.act({ kind: "power", ok: true });
  await eventually(
    () => bridge.said("board is lost").length,
    (count) => count > lostBefore,
  );
  await there(bridge, 3);
  await walk(board, "out", 1);
  await eventually(
    () => kindsOf(rig, "count-0001").length,
    (count) => count === 6,
    20_000,
  );
  const counted = journalOf(rig, "count-0001");
  expect(counted.map(({ kind }) => kind)).toEqual([
    "count.in",
    "count.in",
    "count.in",
    "count.out",
    "count.out",
    "count.out",
  ]);
  expect(new Set(counted.map(({ epoch, seq }) => `${epoch}:${seq}`)).size).toBe(6);
  expect(counted.at(-1)?.epoch).toBe((counted[0]?.epoch ?? 0) + 1);
  expect(releases(board)).toBe(0);
}, 90_000);

it("when the bridge itself is killed no process keeps the board, and the next one has what happened meanwhile", async () => {
  await using all = await stage();
  const { rig, board, bridge } = all;
  const orphan = bridge.boardPid;
  await bridge.end("SIGKILL");
  await walk(board, "in", 2);
  await eventually(
    () => isRunning(orphan),
    (running) => !running,
  );
  await using next = startBridge(rig.siteFile, rig.url);
  await there(next, 1);
  await eventually(
    () => kindsOf(rig, "count-0001"),
    (seen) => seen.length === 2,
  );
  expect(releases(board)).toBe(0);
}, 60_000);

it("a ring that ran over while there was no bridge is told by the next one, with the number of events", async () => {
  await using all = await stage();
  const { rig, board, bridge } = all;
  await walk(board, "in", 1);
  await eventually(
    () => kindsOf(rig, "count-0001").length,
    (count) => count === 1,
  );
  await bridge.end("SIGKILL");
  // The ring holds 144; each of these is one event.
  for (let i = 0; i < 200; i++) {
    board.act({ kind: "tamper", on: i % 2 === 0 });
    await systemClock.sleep(60);
  }
  await using next = startBridge(rig.siteFile, rig.url);
  await there(next, 1);
  const told = await eventually(
    () => next.said("the board's ring was full while nobody listened, events are lost"),
    (lines) => lines.length > 0,
  );
  expect(told).toHaveLength(1);
  expect(JSON.stringify(told[0])).toMatch(/missing\D+[1-9]/);
  expect(new Set(kindsOf(rig, "contact-1").filter((kind) => kind.startsWith("tamper")))).toEqual(
    new Set(["tamper.on", "tamper.off"]),
  );
}, 90_000);

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it("the board tells about itself on the command line, and a wrong link is explained", async () => {
  using folder = tempDir();
  await using board = await doorBoard(folder.path);
  const firmware = async (...args: readonly string[]) => {
    const child = spawn(process.execPath, [GATEHOUSE, "firmware", ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    return { code, out, err };
  };
  const shown = await firmware("show", board.link, "--json");
  expect(JSON.parse(shown.out)).toMatchObject({
    chip: "ATmega328P",
    boot: 1,
    totals: { in: 0, out: 0 },
    config: { held: 30, "pin-lock-0": 8 },
  });
  expect(await firmware("selftest", board.link)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^no problems\n/),
  });
  expect(await firmware("set", board.link, "gap=30", "return=0")).toMatchObject({ code: 0, out: "gap 30\nreturn 0\n" });
  const after = JSON.parse((await firmware("show", board.link, "--json")).out) as { config: object };
  expect(after.config).toMatchObject({ gap: 30, long: 70, return: 0 });
  expect(await firmware("set", board.link, "pin-buzzer=2")).toMatchObject({
    code: 1,
    err: expect.stringMatching(/keeps pin-buzzer as it is: out of range, or a pin that is taken/),
  });
  expect(await firmware("set", board.link, "gap=900")).toMatchObject({ code: 78 });
  expect(await firmware("show", "ttyUSB0")).toMatchObject({
    code: 78,
    err: expect.stringMatching(/no place of a board/),
  });
  const away = await firmware("show", "serial:/dev/nowhere");
  expect([away.code, away.err]).toEqual([1, expect.stringMatching(/nowhere/)]);
  expect(away.err).not.toMatch(/\n\s+at /);
}, 60_000);
