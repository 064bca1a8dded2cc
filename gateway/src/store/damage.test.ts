import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Random } from "@gatehouse/protocol/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DirectStore } from "../testing/direct-store.ts";
import { alert, entry, owedEvent, readings } from "../testing/store-rows.ts";
import { Engine } from "./engine.ts";

let dir: string;
const options = () => ({ dir, budgetBytes: 100e6, ballastBytes: 0 });
const open = () => new DirectStore(options());
const file = () => join(dir, "gatehouse.db");
const ROWS = 400;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-damage-"));
  const store = open();
  store.write({ ...readings(1, ROWS, 200), alerts: [alert("alr_1"), alert("alr_2")] });
  store.write({ outbox: [owedEvent(ROWS + 1), owedEvent(ROWS + 2, "emergency", "town")] });
  store.write({ snapshot: { seq: 100, pieces: [{ part: "space", id: "F1", body: "{}" }] } });
  store.close();
});

afterEach(() => rmSync(dir, { recursive: true }));

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const fd = openSync(path, "r+");
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
}

const garbage = (length: number, seed = 1): Buffer => {
  const random = new Random(seed);
  return Buffer.from(Array.from({ length }, () => random.int(0, 255)));
};

/** Overwrites the page that holds the row with this body. */
function ruinRow(text: string): void {
  const at = readFileSync(file()).indexOf(text);
  expect(at).toBeGreaterThan(4096);
  overwrite(file(), at - (at % 4096), garbage(4096));
}

test("a file that is no database is put aside, and numbers go on beyond all that were given out", () => {
  writeFileSync(file(), "this is not a database, it is a letter to the landlord".repeat(100));
  const store = open();
  const aside = join(dir, "quarantine", "1", "gatehouse.db");
  expect(store.recovered.quarantine).toMatchObject({ file: aside, salvagedRows: 0 });
  expect(readFileSync(aside, "utf8")).toContain("letter to the landlord");
  expect(store.recovered.lastSeq).toBeGreaterThanOrEqual(ROWS);
  expect(store.recovered.nextSequence.get("city")).toBeGreaterThan(ROWS + 1);
  expect(store.recovered.nextSequence.get("town")).toBeGreaterThan(ROWS + 2);
  expect(store.recovered.gaps.map((gap) => gap.uplink)).toEqual(["city", "town"]);
  const next = store.recovered.lastSeq + 1;
  store.write({ journal: [entry(next)] });
  store.close();
  const again = open();
  expect(again.recovered).toMatchObject({ lastSeq: next, quarantine: undefined });
  again.close();
});

test("an empty file beside a log that is not is damage, a missing file is a new store", () => {
  const store = open();
  store.write(readings(ROWS + 3, ROWS + 3));
  copyFileSync(`${file()}-wal`, join(dir, "log"));
  store.close();
  truncateSync(file(), 0);
  copyFileSync(join(dir, "log"), `${file()}-wal`);
  const found = open();
  expect(found.recovered.quarantine?.reason).toMatch(/empty/);
  found.close();
  expect(existsSync(join(dir, "quarantine", "1", "gatehouse.db-wal"))).toBe(true);
});

test("a first start that a power cut ended half-way is taken up anew, and is no damage", () => {
  const half = join(dir, "half.db");
  const db = new DatabaseSync(half);
  db.exec("PRAGMA cache_size = 1; BEGIN; CREATE TABLE t (x)");
  for (let i = 0; i < 50; i++) db.exec("INSERT INTO t VALUES (randomblob(3000))");
  expect(statSync(half).size).toBeGreaterThan(0);
  for (const name of readdirSync(dir)) if (name.startsWith("gatehouse.db")) rmSync(join(dir, name));
  copyFileSync(`${half}-journal`, `${file()}-journal`);
  writeFileSync(file(), garbage(8_192));
  db.close();
  const store = open();
  expect(store.recovered).toMatchObject({ lastSeq: 0, quarantine: undefined });
  store.close();
});

test("a ruined page in the middle of the journal costs its rows and no others", () => {
  ruinRow(entry(50, { seq: 50, filler: "x".repeat(200) }).body);
  // Nothing on the way of a start looks there; a reader does, and leaves word for the next start.
  const store = open();
  expect(store.recovered.quarantine).toBeUndefined();
  expect(() => store.journal()).toThrow();
  store.engine.markDamaged("found by a reader");
  store.close();
  const salvaged = open();
  expect(salvaged.recovered.quarantine?.reason).toBe("found by a reader");
  const left = salvaged.journal().map((row) => row.seq);
  expect(left.length).toBeGreaterThan(ROWS - 60);
  expect(left).toContain(1);
  expect(left).toContain(ROWS);
  const waiting = salvaged.waiting("city", "telemetry").map((row) => row.seq);
  expect(waiting).toEqual(left);
  expect(salvaged.recovered).toMatchObject({ lastSeq: ROWS, snapshot: { seq: 100 } });
  expect(salvaged.recovered.nextSequence).toEqual(
    new Map([
      ["city", ROWS + 2],
      ["town", ROWS + 3],
    ]),
  );
  expect(salvaged.recovered.gaps).toMatchObject([{ uplink: "city", lane: "telemetry", count: ROWS - left.length }]);
  expect(salvaged.waiting("town", "emergency")).toEqual([
    { seq: ROWS + 2, text: owedEvent(ROWS + 2, "emergency").text },
  ]);
  expect(salvaged.alerts()).toEqual([alert("alr_1"), alert("alr_2")]);
  salvaged.close();
});

test("a flipped bit inside a body is found by its checksum", () => {
  const at = readFileSync(file()).indexOf(JSON.stringify({ seq: 50, filler: "x".repeat(200) }));
  overwrite(file(), at + 40, Buffer.from("y"));
  const store = open();
  expect(() => store.journal()).toThrow(/checksum/);
  expect(() => store.waiting("city", "telemetry")).toThrow(/checksum/);
  store.close();
});

test("lost counters cost no row and let no number go backwards", () => {
  const db = new DatabaseSync(file());
  db.exec("UPDATE state SET body = 'nonsense'");
  db.close();
  const store = open();
  expect(store.recovered.quarantine?.reason).toMatch(/counters/);
  expect(store.journal().length).toBe(ROWS);
  expect(store.waiting("city", "telemetry").length).toBe(ROWS);
  expect(store.stats()).toMatchObject({ journalRows: ROWS });
  expect(store.recovered.lastSeq).toBeGreaterThanOrEqual(ROWS);
  expect(store.recovered.nextSequence.get("town")).toBeGreaterThan(ROWS + 2);
  // Without its count nobody can tell whether the snapshot is whole.
  expect(store.recovered.snapshot).toBeUndefined();
  store.close();
});

test("a crash at any step of putting aside is taken up where it happened", () => {
  const intact = readFileSync(file());
  const plan = JSON.stringify({ folder: "quarantine/1", reason: "test" });
  const aside = join(dir, "quarantine", "1");
  const states: (() => void)[] = [
    () => {},
    () => mkdirSync(aside, { recursive: true }),
    () => {
      mkdirSync(aside, { recursive: true });
      copyFileSync(file(), join(aside, "gatehouse.db"));
      rmSync(file());
    },
    () => {
      mkdirSync(aside, { recursive: true });
      copyFileSync(file(), join(aside, "gatehouse.db"));
      rmSync(file());
      writeFileSync(`${file()}.new`, garbage(5_000));
      writeFileSync(`${file()}.new-wal`, garbage(5_000));
    },
    () => {
      mkdirSync(aside, { recursive: true });
      copyFileSync(file(), join(aside, "gatehouse.db"));
    },
  ];
  for (const [step, crash] of states.entries()) {
    for (const name of readdirSync(dir)) if (name !== "numbers.json") rmSync(join(dir, name), { recursive: true });
    writeFileSync(file(), intact);
    writeFileSync(join(dir, "salvage.json"), plan);
    crash();
    const store = open();
    expect([step, store.journal().length]).toEqual([step, ROWS]);
    expect(existsSync(join(dir, "salvage.json"))).toBe(false);
    expect(statSync(join(aside, "gatehouse.db")).size).toBe(intact.length);
    store.close();
  }
});

test("a second damage gets a folder of its own", () => {
  for (const n of [1, 2]) {
    writeFileSync(file(), garbage(10_000, n));
    const store = open();
    expect(store.recovered.quarantine?.file).toBe(join(dir, "quarantine", String(n), "gatehouse.db"));
    store.close();
  }
});

test("a file that cannot be put aside is said to the operator", () => {
  writeFileSync(file(), garbage(10_000));
  writeFileSync(join(dir, "quarantine"), "a file where the folder should be");
  expect(() => Engine.open(options())).toThrow(/EEXIST|ENOTDIR/);
});

test("whatever is ruined, the store opens, works, keeps its numbers, and opens again", () => {
  const intact = readFileSync(file());
  const numbers = readFileSync(join(dir, "numbers.json"));
  const problems: string[] = [];
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    for (const name of readdirSync(dir)) rmSync(join(dir, name), { recursive: true });
    writeFileSync(join(dir, "numbers.json"), numbers);
    const bytes = Buffer.from(intact);
    const kind = random.pick(["bytes", "page", "zeros", "truncate", "header"]);
    const at = random.int(0, bytes.length / 4096 - 1) * 4096;
    if (kind === "bytes") for (let i = 0; i < 40; i++) bytes[random.int(0, bytes.length - 1)] = random.int(0, 255);
    if (kind === "page") garbage(4096, seed).copy(bytes, at);
    if (kind === "zeros") bytes.fill(0, at, Math.min(bytes.length, at + 4096 * random.int(1, 5)));
    if (kind === "header") bytes[random.int(0, 99)] = random.int(0, 255);
    writeFileSync(file(), kind === "truncate" ? bytes.subarray(0, random.int(1, bytes.length)) : bytes);
    try {
      live(random);
    } catch (error) {
      problems.push(`seed ${seed} ${kind}: ${error instanceof Error ? error.stack : error}`);
    }
  }
  expect(problems).toEqual([]);
});

/** Opens, reads everything, starts anew where a read finds damage, and writes. */
function live(random: Random): void {
  for (let starts = 0; ; starts++) {
    const opened = Engine.open(options());
    if ("refused" in opened) {
      // A rotten header that looks like a later release is refused, never guessed at; nothing is lost by it.
      throw new TypeError(opened.refused.reason);
    }
    opened.close();
    const store = open();
    const { lastSeq, nextSequence } = store.recovered;
    if (starts > 0) {
      expect(lastSeq).toBeGreaterThanOrEqual(ROWS);
      expect(nextSequence.get("city")).toBeGreaterThanOrEqual(ROWS + 2);
    }
    try {
      store.journal();
      store.waiting("city", "telemetry");
      store.waiting("town", "emergency");
      store.alerts();
      store.stats();
      store.write(readings(lastSeq + 1, lastSeq + 3, random.int(1, 3_000)));
      store.settle({ uplink: "city", lane: "telemetry", accepted: [1, 2, 3], rejected: [] });
      store.close();
      return;
    } catch (error) {
      const failure = Engine.failureOf(error, options());
      if (failure.kind !== "damaged" || starts > 2) throw error;
      store.engine.markDamaged(failure.detail);
      store.close();
    }
  }
}
