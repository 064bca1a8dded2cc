/** `gatehouse bus` as a technician runs it, on a line with simulated OSDP readers. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createOsdpReader, openPty, shareLine } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { LinkUrl, openLine } from "gatehouse";
import { MemoryLog } from "gatehouse/testing";
import { expect, it } from "vitest";
import { GATEHOUSE } from "../support/gateway-process.ts";
import { tempDir } from "../support/temp-dir.ts";

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function bus(cwd: string, ...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [GATEHOUSE, "bus", ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    err += String(chunk);
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err })));
}

const CARD = 1_193_046;
/** The card as a 26-bit frame puts it on the wire. */
const CARD_HEX = "89 1A 2B";

function writeSite(folder: string, path: string): void {
  const reader = (id: string, address: number) =>
    `  - { id: ${id}, kind: reader, portal: door, driver: bus-1, address: ${address}, secure: "off" }`;
  writeFileSync(
    join(folder, "site.yaml"),
    [
      "site: { id: s1, name: bus, kind: rental-compound, timezone: Asia/Shanghai, address: { code: '31011210400700001', grid: MQ-053 } }",
      "spaces: [ { id: flat, kind: flat, areaM2: 30 } ]",
      "portals: [ { id: door, kind: door, from: outside, to: flat } ]",
      "devices:",
      reader("front", 3),
      reader("back", 4),
      reader("gone", 9),
      "drivers:",
      `  - { id: bus-1, type: osdp, link: "serial:${path}?baud=38400" }`,
      "policies: [ { use: cn-sh-rental-2014 } ]",
      "",
    ].join("\n"),
  );
}

it("shows who answers, finds a double address and a silent one, and masks cards on screen and in the recording", async () => {
  using dir = tempDir();
  const pty = await openPty();
  const readers = [3, 4, 4].map((address, i) => createOsdpReader({ id: `reader-${i}`, address }, new Random(i)));
  const line = shareLine(pty, readers, { clock: systemClock, characterMs: 10_000 / 38_400 });
  writeSite(dir.path, pty.path);
  const state = join(dir.path, "state");
  mkdirSync(state);
  const cards = new AbortController();
  void (async () => {
    while (!cards.signal.aborted) {
      await systemClock.sleep(500);
      readers[0]?.act({ kind: "card", number: CARD }, systemClock.monoMs());
    }
  })();
  try {
    const common = ["--site", "site.yaml", "--state", "state", "--seconds", "6"];
    const live = await bus(dir.path, ...common, "--record", "bus.ndjson");
    expect(live).toMatchObject({ code: 0, err: "" });
    expect(live.out).toMatch(/3 +front +\d+ +\d+ \(100 %\)/);
    expect(live.out).toMatch(/! address 4 \(back\): .*two devices have this address/);
    expect(live.out).toMatch(/! address 9 \(gone\): never answered/);
    expect(live.out).toMatch(/<- FF 53 83 [0-9A-F ·]+ {2}3 to ACU, seq \d: RAW reader 0: card of 26 bits/);
    const recorded = readFileSync(join(dir.path, "bus.ndjson"), "utf8");
    for (const text of [live.out, recorded]) {
      expect(text).not.toContain(String(CARD));
      expect(text).not.toContain(CARD_HEX);
    }
    const replayed = await bus(dir.path, "--replay", "bus.ndjson");
    expect(replayed.code).toBe(0);
    const dialogue = (out: string) => out.split("\n").filter((each) => / (->|<-|~~) /.test(each));
    expect(dialogue(replayed.out)).toEqual(dialogue(live.out));
    expect(dialogue(live.out).length).toBeGreaterThan(50);
    const json = JSON.parse((await bus(dir.path, ...common, "--json")).out);
    expect(json).toMatchObject({ driver: "bus-1", type: "osdp", addresses: expect.any(Array) });
    expect(json.addresses).toContainEqual(expect.objectContaining({ address: "3", device: "front", silent: 0 }));
  } finally {
    cards.abort();
    line.stop();
    await pty.unplug();
  }
});

it("says in a sentence why it cannot look at a line", async () => {
  using dir = tempDir();
  const pty = await openPty();
  // Numbers of pseudo-terminals are given out again at once; a name of our own is not.
  const port = join(dir.path, "port");
  symlinkSync(pty.path, port);
  writeSite(dir.path, port);
  const holder = await openLine(
    LinkUrl.parse(`serial:${port}`),
    { clock: systemClock, log: new MemoryLog() },
    new AbortController().signal,
  );
  const site = ["--site", "site.yaml"];
  expect(await bus(dir.path, ...site)).toMatchObject({
    code: 78,
    err: expect.stringContaining("add --state DIR"),
  });
  const held = await bus(dir.path, ...site, "--state", "state", "--record", "bus.ndjson");
  expect(held).toMatchObject({ code: 1, out: "", err: expect.stringContaining("another program holds it: a gateway") });
  expect(() => readFileSync(join(dir.path, "bus.ndjson"))).toThrow(/ENOENT/);
  await holder.close();
  await pty.unplug();
  unlinkSync(port);
  const gone = await bus(dir.path, ...site, "--state", "state");
  expect(gone).toMatchObject({ code: 1, err: expect.stringContaining("there is no such port") });
  expect(await bus(dir.path, ...site, "meters")).toMatchObject({
    code: 78,
    err: expect.stringContaining("bus-1 (osdp"),
  });
  expect(await bus(dir.path, "--replay", "site.yaml")).toMatchObject({ code: 78 });
});
