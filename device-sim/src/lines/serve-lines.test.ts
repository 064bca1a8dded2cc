import { createSocket } from "node:dgram";
import { once } from "node:events";
import { lstatSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ConfigError,
  decodeDlt645Answer,
  decodeDlt645Frame,
  decodeDlt645Values,
  decodeUhppoteReply,
  dlt645Framing,
  dlt645Item,
  encodeDlt645Read,
  encodeUhppoteRequest,
  Splitter,
  systemClock,
} from "@gatehouse/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseScenario } from "../scenario.ts";
import type { LinePlaces } from "./listen.ts";
import { type ServedLines, serveLines } from "./serve-lines.ts";

const scenario = (faults = "") =>
  parseScenario(`
name: small
site: { id: s, name: Small, address: { code: "1", grid: G-1 } }
start: 2026-11-02T04:00:00+08:00
days: 1
flats:
  - { id: a, rooms: [12], people: [{ habit: day, count: 2 }] }
  - { id: b, rooms: [12], people: [{ habit: home }] }
lines:
  - { id: meters, speaks: dlt645, devices: [{ flat: a }, { flat: b${faults} }] }
  - { id: gate, speaks: osdp, over: pty, devices: [{}] }
  - { id: board, speaks: uhppote, devices: [{ flat: a }, { flat: b }] }
`);

const ENERGY = "00000000";

let folder: string;
let gateTty: string;
let served: ServedLines | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lines-"));
  gateTty = join(folder, "gate.tty");
});
afterEach(async () => {
  await served?.close();
  served = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function serve(faults?: string, places: LinePlaces = {}): Promise<ServedLines> {
  const all = { meters: "tcp:127.0.0.1:0", gate: `pty:${gateTty}`, board: "udp:127.0.0.1:0", ...places };
  served = await serveLines(scenario(faults), all, 1, systemClock);
  return served;
}

/** Asks a meter for its energy over the line; undefined when nothing answers in time. */
async function energyKWh({ places }: ServedLines, address: string): Promise<string | undefined> {
  const socket = connect(Number(places["meters"]?.split(":").at(-1)), "127.0.0.1");
  const splitter = new Splitter(dlt645Framing);
  const answer = new Promise<Uint8Array>((resolve) => {
    socket.on("data", (bytes) => {
      for (const piece of splitter.push(bytes)) if (piece.kind === "frame") resolve(piece.bytes);
    });
  });
  socket.write(encodeDlt645Read(address, ENERGY));
  const bytes = await Promise.race([answer, systemClock.sleep(600).then(() => undefined)]);
  socket.destroy();
  if (bytes === undefined) return undefined;
  const told = decodeDlt645Answer(decodeDlt645Frame(bytes));
  const item = dlt645Item(ENERGY);
  if (told.kind !== "data" || item === undefined) throw new RangeError("no data");
  const [value] = decodeDlt645Values(item, told.data);
  return value?.kind === "value" ? value.text : undefined;
}

describe("the lines of a scenario", () => {
  it("carry real bytes: a meter tells what its flat has used", async () => {
    const lines = await serve();
    expect(await energyKWh(lines, "202611000001")).toBe("1000.00");
    lines.act("energy-a", { kind: "use", wh: 1_250 });
    lines.act("nobody", { kind: "use", wh: 9 });
    expect(await energyKWh(lines, "202611000001")).toBe("1001.25");
    expect(await energyKWh(lines, "202611000002")).toBe("1000.00");
  });

  it("give a device the faults it has by name, and the others none", async () => {
    const lines = await serve(", faults: [mute]");
    expect(await energyKWh(lines, "202611000002")).toBeUndefined();
    expect(await energyKWh(lines, "202611000001")).toBe("1000.00");
  });

  it("have a board on the network that tells the doors of its flats apart, once each, in the clock's time", async () => {
    const clock = { ...systemClock, nowMs: () => Date.UTC(2026, 10, 2, 4, 30, 7) };
    served = await serveLines(
      scenario(),
      { meters: "tcp:127.0.0.1:0", gate: `pty:${gateTty}`, board: "udp:127.0.0.1:0" },
      1,
      clock,
    );
    served.act("lock-a", { kind: "door", open: true });
    served.act("lock-b", { kind: "card", number: 4_000_000_000, granted: true });
    const socket = createSocket("udp4");
    const serial = 405_419_896;
    socket.send(
      encodeUhppoteRequest({ kind: "status", serial }),
      Number(served.places["board"]?.split(":").at(-1)),
      "127.0.0.1",
    );
    const [bytes] = (await once(socket, "message")) as [Buffer];
    socket.close();
    expect(decodeUhppoteReply(bytes)).toMatchObject({
      index: 2,
      door: 2,
      card: 4_000_000_000,
      granted: true,
      open: [true, false, false, false],
      time: { hour: 12, minute: 30, second: 7 },
    });
  });

  it("are serial ports where asked for, also over what a killed run left behind, and gone afterwards", async () => {
    symlinkSync("/dev/pts/999999", gateTty);
    const lines = await serve();
    expect(lstatSync(gateTty).isSymbolicLink()).toBe(true);
    await lines.close();
    expect(lstatSync(gateTty, { throwIfNoEntry: false })).toBeUndefined();
  });

  it("never take the place of a file, and leave nothing open when one of them cannot be", async () => {
    writeFileSync(gateTty, "mine");
    await expect(serve()).rejects.toThrow(ConfigError);
    expect(lstatSync(gateTty).isFile()).toBe(true);
    rmSync(gateTty);
    const taken = await serve();
    const place = { meters: taken.places["meters"] ?? "" };
    const again = serveLines(scenario(), { ...place, gate: `pty:${join(folder, "2.tty")}` }, 1, systemClock);
    await expect(again).rejects.toThrow(/line meters.*EADDRINUSE/s);
  });
});
