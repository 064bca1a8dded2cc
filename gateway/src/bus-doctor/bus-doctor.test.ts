import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Framing, sum8, toHex } from "@gatehouse/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LineProtocol } from "../core/ports.ts";
import { widthOf } from "../words/width.ts";
import { Dialogue, type Entry } from "./entry.ts";
import { openRecorder, readRecording } from "./recording.ts";
import { dialogueLine, reportText } from "./table.ts";
import { Tally } from "./tally.ts";

/** `7E address value sum`; answers have the address's top bit set. */
const framing: Framing = {
  maxBytes: 4,
  look: (bytes) => {
    if (bytes[0] !== 0x7e) return { skip: 1, reason: "garbage" };
    if (bytes.length < 4) return { need: 4 };
    return sum8(bytes.subarray(0, 3)) === bytes[3] ? { frame: 4 } : { skip: 1, reason: "checksum" };
  },
};

const frame = (address: number, value: number): Uint8Array => {
  const body = Uint8Array.of(0x7e, address, value);
  return Uint8Array.of(...body, sum8(body));
};
const ask = (address: number) => frame(address, 1);
const answer = (address: number, value = 7) => frame(address | 0x80, value);

const protocol: LineProtocol = {
  framing,
  describe: ([, address, value], direction) =>
    `${direction} ${(address as number) & 0x7f}: ${value === 42 ? "card masked" : value}`,
  hex: (bytes) => (bytes[2] === 42 ? `${toHex(bytes.subarray(0, 2))} ·· ··` : toHex(bytes)),
  address: ([, address]) => String((address as number) & 0x7f),
  judge: ([, address]) => ((address as number) < 0x80 ? "master" : "device"),
};

type Said = readonly ["tx" | "rx", number, Uint8Array];

function entriesOf(said: readonly Said[], of: LineProtocol | "unknown" = protocol): Entry[] {
  const entries: Entry[] = [];
  const dialogue = new Dialogue(of === "unknown" ? undefined : of, (entry) => entries.push(entry));
  for (const [direction, atMs, bytes] of said) dialogue.hear({ atMs, direction, bytes });
  dialogue.flush();
  return entries;
}

const nameOf = (address: string) => ({ 1: "front", 2: "back" })[address];

function reportOf(said: readonly Said[], unasked = false) {
  const tally = new Tally({ characterMs: 1, nameOf, unasked });
  for (const entry of entriesOf(said)) tally.note(entry);
  return tally.report();
}

/** Each address asked twenty times; `answers` says what comes back. */
const rounds = (answers: Readonly<Record<number, (n: number) => readonly Uint8Array[]>>): Said[] =>
  Array.from({ length: 20 }, (_, n) =>
    Object.entries(answers).flatMap(([address, say], i): Said[] => {
      const atMs = n * 1_000 + i * 300;
      return [["tx", atMs, ask(Number(address))], ...say(n).map((bytes, k): Said => ["rx", atMs + 20 + 10 * k, bytes])];
    }),
  ).flat();

describe("a dialogue", () => {
  it("is told frame by frame, however the bytes come, with noise apart and padding left out", () => {
    const entries = entriesOf([
      ["tx", 0, ask(1)],
      ["rx", 10, Uint8Array.of(0xfe, 0xfe, ...answer(1).subarray(0, 2))],
      ["rx", 15, answer(1).subarray(2)],
      ["tx", 50, ask(2)],
      ["rx", 60, answer(2).with(2, 9)],
    ]);
    expect(entries.map(({ direction, kind, means }) => [direction, kind, means])).toEqual([
      ["tx", "frame", "tx 1: 1"],
      ["rx", "frame", "rx 1: 7"],
      ["tx", "frame", "tx 2: 1"],
      ["rx", "noise", "damaged (checksum)"],
    ]);
    expect(dialogueLine(entries[1] as Entry)).toMatch(/^\d\d:\d\d:00\.015 <- 7E 81 07 06 {2}rx 1: 7$/);
    expect(dialogueLine(entries[3] as Entry)).toMatch(/ ~~ 7E 82 09 07 {2}damaged/);
  });

  it("never shows what is secret", () => {
    const [card] = entriesOf([["rx", 0, answer(1, 42)]]);
    expect(JSON.stringify(card)).not.toMatch(/2A|42/);
    expect(card).toMatchObject({ hex: "7E 81 ·· ··", means: "rx 1: card masked" });
  });

  it("is shown in hex where nobody knows the protocol", () => {
    const entries = entriesOf([["rx", 0, Uint8Array.of(1, 2)]], "unknown");
    expect(entries).toMatchObject([{ kind: "frame", hex: "01 02", means: "" }]);
  });
});

describe("the figures of a line", () => {
  it("count questions, answers and round trips for each address", () => {
    const report = reportOf(rounds({ 1: () => [answer(1)], 2: (n) => (n % 2 === 0 ? [answer(2)] : []) }));
    expect(report.addresses).toMatchObject([
      { address: "1", asked: 20, answered: 20, silent: 0, roundTrips: { maxMs: 16 } },
      // The last question is still open.
      { address: "2", asked: 19, answered: 10 },
    ]);
    expect(report.findings).toEqual([]);
    expect(reportText(report, nameOf)).toContain("nothing is wrong with this line");
    expect(reportText(report, nameOf)).toMatch(/1 +front +20 +20 \(100 %\)/);
  });

  it("find an address that two devices have: two answers, or garble at one address alone", () => {
    const twice = reportOf(rounds({ 1: () => [answer(1), answer(1, 8)], 2: () => [answer(2)] }));
    expect(twice.findings).toEqual([
      expect.stringMatching(/^address 1 \(front\): 20 of 20 .* two devices have this address$/),
    ]);
    const garbled = reportOf(rounds({ 1: () => [answer(1)], 2: () => [answer(2).with(2, 0)] }));
    expect(garbled.findings).toEqual([expect.stringMatching(/^address 2 \(back\): 19 of 19 answers are garbled/)]);
  });

  it("do not take a late answer to a question asked again for a second device", () => {
    const late: Said[] = Array.from({ length: 10 }, (_, n): Said[] => [
      ["tx", n * 1_000, ask(1)],
      ["tx", n * 1_000 + 200, ask(1)],
      ["rx", n * 1_000 + 205, answer(1)],
      ["rx", n * 1_000 + 405, answer(1)],
    ]).flat();
    expect(reportOf(late).findings).toEqual([]);
  });

  it("are told in Chinese, column under column, and frames in the words of their standard", () => {
    const said = rounds({ 1: () => [answer(1), answer(1, 8)], 2: () => [answer(2).with(3, 0)] });
    const tally = new Tally({ characterMs: 1, nameOf, unasked: false });
    const entries = entriesOf(said);
    for (const entry of entries) tally.note(entry);
    const text = reportText(tally.report(), nameOf, "zh");
    const [head = "", first = ""] = text.split("\n");
    expect(head).toMatch(/^地址 +设备 +询问 +应答/);
    expect(widthOf(head.slice(0, head.indexOf("设备")))).toBe(first.indexOf("front"));
    expect(text).toContain("! 地址1（front）：");
    expect(text).toMatch(/秒，收到\d+帧/);
    expect(text.replaceAll(/front|back|max/g, "")).not.toMatch(/[a-z]{3}/);
    const lines = entries.map((entry) => dialogueLine(entry, "zh"));
    expect(lines.find((line) => line.includes("~~"))).toContain("损坏（checksum）");
    expect(lines[1]).toContain("rx 1: 7");
    expect(reportText(reportOf(rounds({ 1: () => [answer(1)] })), nameOf, "zh")).toContain("此线路没有问题");
  });

  it("name what is wrong with the whole line", () => {
    expect(reportOf(rounds({ 1: () => [], 2: () => [] })).findings).toEqual([
      expect.stringContaining("nothing was heard at all"),
    ]);
    const wrongBaud = reportOf(rounds({ 1: () => [Uint8Array.of(0x13, 0x80)], 2: () => [Uint8Array.of(0x99)] }));
    expect(wrongBaud.findings).toEqual([expect.stringContaining("only noise was heard")]);
    const silent = reportOf(rounds({ 1: () => [answer(1)], 9: () => [] }));
    expect(silent.findings).toEqual([expect.stringMatching(/^address 9: never answered/)]);
    const master = reportOf([...rounds({ 1: () => [answer(1)] }), ["rx", 90_000, ask(5)]]);
    expect(master.findings).toEqual([expect.stringContaining("another controller speaks")]);
    const stranger = reportOf([...rounds({ 1: () => [answer(1)] }), ["tx", 90_000, ask(1)], ["rx", 90_010, answer(7)]]);
    expect(stranger.findings).toEqual([expect.stringMatching(/^address 7: speaks though nobody asked/)]);
  });

  it("expect devices to speak unasked where they do", () => {
    const reports: Said[] = Array.from({ length: 50 }, (_, n): Said => ["rx", n * 100, answer(1)]);
    expect(reportOf(reports, true).findings).toEqual([]);
    expect(reportOf(reports, false).findings).toHaveLength(1);
  });
});

describe("a recording", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gatehouse-bus-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const header = { driver: "bus-1", type: "osdp", link: "serial:/dev/a", characterMs: 1, unasked: false, devices: {} };

  it("gives back what was said, and is for its owner's eyes alone", async () => {
    const path = join(folder, "bus.ndjson");
    const entries = entriesOf(rounds({ 1: () => [answer(1, 42)], 2: () => [answer(2).with(3, 0)] }));
    const recorder = await openRecorder(path, header);
    for (const entry of entries) recorder.note(entry);
    await recorder.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const again: Entry[] = [];
    await readRecording(
      path,
      (entry) => again.push(entry),
      (found) => expect(found).toMatchObject(header),
    );
    expect(again).toEqual(entries);
    await expect(openRecorder(path, header)).rejects.toThrow(/file of that name already/);
  });

  it("leaves no file behind when nothing was said", async () => {
    const path = join(folder, "bus.ndjson");
    await (await openRecorder(path, header)).close();
    expect(() => statSync(path)).toThrow(/ENOENT/);
  });

  it("is refused with the line that is damaged", async () => {
    const path = join(folder, "bus.ndjson");
    const recorder = await openRecorder(path, header);
    for (const entry of entriesOf([["tx", 0, ask(1)]])) recorder.note(entry);
    await recorder.close();
    const whole = readFileSync(path, "utf8");
    const read = () =>
      readRecording(
        path,
        () => {},
        () => {},
      );
    writeFileSync(path, whole.slice(0, -20));
    await expect(read()).rejects.toThrow(/:2.*cut off or damaged/);
    writeFileSync(path, '{"recording":"something else"}\n');
    await expect(read()).rejects.toThrow(/:1.*not a recording of gatehouse bus/);
    writeFileSync(path, "");
    await expect(read()).rejects.toThrow(/empty/);
    await expect(
      readRecording(
        join(folder, "none"),
        () => {},
        () => {},
      ),
    ).rejects.toThrow(/ENOENT/);
  });
});
