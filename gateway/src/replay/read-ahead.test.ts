import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ConfigError, READING_KINDS } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { afterAll, expect, it } from "vitest";
import { type Line, Packer, Unpacker } from "./packed.ts";
import { ReadingAhead, type ReadLines, readHere } from "./read-ahead.ts";

const folder = mkdtempSync(join(tmpdir(), "gatehouse-read-ahead-"));
afterAll(() => rmSync(folder, { recursive: true }));

const random = new Random(3);
const START_MS = Date.UTC(2026, 2, 1);
const time = (ms: number) => `${new Date(ms).toISOString().slice(0, 23)}+08:00`;

/** Lines as exports have them, and now and then one that nobody can read, or that only the schema can. */
function line(n: number): string {
  const receivedAt = time(START_MS + n * 1_000);
  const more = random.pick([
    { kind: "door.opened", seq: n, epoch: 1 },
    { kind: "count.in", value: random.int(0, 3) },
    { kind: "count.totals", value: { in: n, out: n } },
    { kind: "access.granted", credential: `c_5f2a91d0c${n % 10}`, portal: "door-1", space: "3-302" },
    { kind: "meter.waterL", value: n / 7, clock: "unsynced" },
    { kind: "door.opened", at: "2026-03-01T08:00:00Z" },
    { kind: random.pick(Object.keys(READING_KINDS)), value: random.pick([undefined, 1, "x", null]) },
  ]);
  if (random.chance(0.02)) return random.pick(["", "{", "[]", '{"device":1}', "\r"]);
  return JSON.stringify({ receivedAt, at: time(START_MS + n * 1_000 - 300), device: `lock-${n % 7}`, ...more });
}

async function* readAhead(path: string): AsyncGenerator<ReadLines> {
  using reading = new ReadingAhead(path);
  yield* reading.pieces();
}

async function allOf(pieces: AsyncIterable<ReadLines>): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const piece of pieces) lines.push(...piece.lines());
  return lines;
}

const text = Array.from({ length: 40_000 }, (_, n) => line(n)).join("\n");
const file = join(folder, "readings.ndjson.gz");
writeFileSync(file, gzipSync(text));

it("reads on its own thread what it reads here, line by line", async () => {
  const here = await allOf(readHere(file));
  expect(here).toHaveLength(40_000);
  expect(here.filter((each) => each !== "" && "unreadable" in each).length).toBeGreaterThan(500);
  expect(await allOf(readAhead(file))).toEqual(here);
});

it("packs and unpacks any line, and each text once", async () => {
  const here = await allOf(readHere(file));
  const [packer, unpacker] = [new Packer(), new Unpacker()];
  for (let from = 0; from < here.length; from += 1_000) {
    const lines = here.slice(from, from + 1_000);
    const packed = structuredClone(packer.pack(lines));
    expect(unpacker.unpack(packed)).toEqual(lines);
    if (from > 20_000) expect(packed.texts).toEqual([]);
  }
});

it("says what is wrong with a file as the replay itself would", async () => {
  const cut = join(folder, "cut.ndjson.gz");
  writeFileSync(cut, gzipSync(text).subarray(0, 300_000));
  for (const path of [cut, join(folder, "none.ndjson")]) {
    const problems = await Promise.all(
      [readHere(path), readAhead(path)].map((pieces) => allOf(pieces).catch((error: unknown) => error)),
    );
    for (const problem of problems) expect(problem).toBeInstanceOf(ConfigError);
    expect(problems[1]).toMatchObject({ message: (problems[0] as ConfigError).message });
  }
});

it("may be left before its end", async () => {
  for await (const { lines } of readAhead(file)) {
    expect(lines().length).toBeGreaterThan(0);
    break;
  }
});
