import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { type BlankBoard, blankBoard } from "../support/blank-board.ts";
import { type BridgeProcess, startBridge } from "../support/bridge-process.ts";
import { boardSections, kindsOf } from "../support/bridged-board.ts";
import { type ConsoleSession, claimConsole } from "../support/console-session.ts";
import { freePort } from "../support/free-port.ts";
import { eventually, openRig, type Rig } from "../support/rig.ts";
import { tempDir } from "../support/temp-dir.ts";

const IMAGE = fileURLToPath(
  new URL("../../firmware-bridge/firmware/released/door-node-atmega328p.hex", import.meta.url),
);

interface Stage extends AsyncDisposable {
  readonly rig: Rig;
  readonly board: BlankBoard;
  readonly bridge: BridgeProcess;
  readonly console: ConsoleSession;
}

/** A board with a bootloader and the released program, its bridge, and a gateway with a console. */
async function stage(keys = "", bridged = true): Promise<Stage> {
  await using parts = new AsyncDisposableStack();
  const folder = parts.use(tempDir());
  const eeprom = join(folder.path, "door.eeprom");
  const own = `chip=atmega328p&hex=${IMAGE}&eeprom=${eeprom}${keys}`;
  const board = parts.use(await blankBoard(own, `pty:${folder.path}/door`));
  const port = await freePort();
  const sections = { ...boardSections(board.link), console: { listen: `127.0.0.1:${port}` } };
  const rig = parts.use(await openRig({ devices: 1, uplinks: () => [], sections }));
  const bridge = parts.use(startBridge(rig.siteFile, rig.url));
  if (bridged) await there(bridge, 1);
  else await bridge.end();
  const console = await claimConsole(rig.gateway, port);
  const held = parts.move();
  return { rig, board, bridge, console, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

const there = (bridge: BridgeProcess, times: number) =>
  eventually(
    () => bridge.said("board is there").length,
    (count) => count >= times,
    30_000,
  );

interface Job {
  readonly state: string;
  readonly cancellable: boolean;
  readonly says: { readonly en: string };
}
interface Seen {
  readonly job: Job;
  readonly result: { readonly stage: string; readonly end: object | null } | null;
}

const look = async ({ console }: Stage, id: unknown) =>
  (await console.ask("GET", `/jobs/${id}`)).body as unknown as Seen;

const at = (all: Stage, id: unknown, stage: string) =>
  eventually(
    () => look(all, id),
    ({ result, job }) => result?.stage === stage || job.state !== "running",
    30_000,
  );

const ended = (all: Stage, id: unknown) =>
  eventually(
    () => look(all, id),
    ({ job }) => job.state !== "running",
    60_000,
  );

async function walk(board: BlankBoard, people: number): Promise<void> {
  for (let i = 0; i < people; i++) {
    const before = board.shown.at(-1)?.passed.in ?? 0;
    board.act({ kind: "walk", direction: "in", speedMmPerS: 1_500 });
    await eventually(
      () => board.shown.at(-1)?.passed.in,
      (passed) => passed === before + 1,
    );
  }
}

const boardOf = async ({ console }: Stage) =>
  ((await console.ask("GET", "/boards")).body["boards"] as Record<string, unknown>[])[0];

it("a board is updated over its bridge: what it counted is in, it is not cancelled half written, and it counts on", async () => {
  await using all = await stage();
  const { rig, board, bridge, console } = all;
  expect(await boardOf(all)).toMatchObject({ id: "node-1", online: true, firmware: "1.1", job: null });
  await walk(board, 3);
  const begun = await console.ask("POST", "/boards/node-1/firmware", {});
  expect(begun).toMatchObject({ status: 200, body: { kind: "flash", about: "node-1", state: "running" } });
  const { id } = begun.body;
  expect(await console.ask("POST", "/boards/node-1/firmware", {})).toMatchObject({
    status: 409,
    body: { code: "job-under-way" },
  });
  expect(await at(all, id, "press-reset")).toMatchObject({ job: { cancellable: true } });
  expect(kindsOf(rig, "count-0001")).toEqual(["count.in", "count.in", "count.in"]);
  board.pressReset();
  expect(await at(all, id, "write")).toMatchObject({ job: { state: "running", cancellable: false } });
  expect(await console.ask("DELETE", `/jobs/${id}`)).toMatchObject({ status: 409, body: { code: "not-cancellable" } });
  expect(await ended(all, id)).toMatchObject({
    job: { state: "done", says: { en: expect.stringContaining("runs version 1.1") } },
    result: { stage: "start", end: { kind: "flashed", board: "new", chip: "atmega328p", firmware: "1.1" } },
  });
  await there(bridge, 2);
  await walk(board, 1);
  await eventually(
    () => kindsOf(rig, "count-0001").filter((kind) => kind === "count.in").length,
    (count) => count === 4,
  );
  const audit = (await console.ask("GET", "/audit")).body["items"] as Record<string, unknown>[];
  expect(audit).toContainEqual(
    expect.objectContaining({ what: "firmware update ended", subject: "node-1", detail: "flashed, new, 1.1" }),
  );
}, 120_000);

it("an update that is cancelled before anything is written gives the line back", async () => {
  await using all = await stage();
  const { rig, board, bridge, console } = all;
  const { id } = (await console.ask("POST", "/boards/node-1/firmware", {})).body;
  await at(all, id, "press-reset");
  expect(await console.ask("DELETE", `/jobs/${id}`)).toMatchObject({ status: 200 });
  expect(await look(all, id)).toMatchObject({
    job: { state: "cancelled", says: { en: expect.stringContaining("Nothing was written") } },
    result: { end: { kind: "cancelled", board: "before" } },
  });
  await there(bridge, 2);
  await walk(board, 1);
  await eventually(
    () => kindsOf(rig, "count-0001"),
    (kinds) => kinds.length === 1,
  );
}, 90_000);

it("a board that dies half written is said to stand still, and can be given up; without a bridge it is written in place", async () => {
  await using all = await stage("&deadAtPage=20", false);
  const { board, console } = all;
  const { id } = (await console.ask("POST", "/boards/node-1/firmware", { chip: "atmega328p" })).body;
  await at(all, id, "press-reset");
  board.pressReset();
  await at(all, id, "write");
  // Nothing answers any more: the button may help, and if it does not there is nothing left to harm.
  expect(await at(all, id, "press-reset")).toMatchObject({ job: { state: "running", cancellable: true } });
  expect(await console.ask("DELETE", `/jobs/${id}`)).toMatchObject({ status: 200 });
  expect(await look(all, id)).toMatchObject({
    job: { state: "cancelled", says: { en: expect.stringContaining("The board stands still") } },
    result: { end: { kind: "cancelled", board: "stands-still" } },
  });
}, 120_000);

it("a board that has counted while its bridge was stopped is not written over: what it holds would be lost", async () => {
  await using all = await stage("", false);
  const { rig, board, console } = all;
  await walk(board, 2);
  const { id } = (await console.ask("POST", "/boards/node-1/firmware", { chip: "atmega328p" })).body;
  expect(await ended(all, id)).toMatchObject({
    job: { state: "failed", says: { en: expect.stringContaining("start `gatehouse bridge`") } },
  });
  const audit = (await console.ask("GET", "/audit")).body["items"] as Record<string, unknown>[];
  expect(audit).toContainEqual(
    expect.objectContaining({
      what: "firmware update ended",
      subject: "node-1",
      detail: expect.stringMatching(/^failed.*gatehouse bridge/),
    }),
  );
  await using bridge = startBridge(rig.siteFile, rig.url);
  await there(bridge, 1);
  await eventually(
    () => kindsOf(rig, "count-0001").filter((kind) => kind === "count.in").length,
    (count) => count === 2,
    20_000,
  );
}, 120_000);
