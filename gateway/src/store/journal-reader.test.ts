import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { DirectStore } from "../testing/direct-store.ts";
import { openJournal } from "./journal-reader.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-reader-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = () => new DirectStore({ dir, budgetBytes: 1e9, ballastBytes: 0 });
const entry = (seq: number, type = "reading", body: object = { device: "d", seq }) => ({
  seq,
  nowMs: 1_000 * seq,
  type,
  body: JSON.stringify(body),
  ...(seq % 2 === 0 && type === "reading" ? { credential: `c_${seq}` } : {}),
});
const entries = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => entry(from + i));

function all(type = "reading", fromMs?: number, toMs?: number) {
  using journal = openJournal(dir);
  const pieces = [...journal.read(type, fromMs, toMs)];
  const seqs = pieces.flatMap((piece) => piece.entries.map(({ seq }) => seq));
  return { seqs, pieces, damaged: journal.damaged };
}

it("reads beside the writer what is committed, and nothing twice", () => {
  const store = open();
  expect(all().seqs).toEqual([]);
  store.write({ journal: [entry(1), entry(2, "tick", {}), entry(3)] });
  using journal = openJournal(dir);
  const first = [...journal.read("reading")];
  expect(first.flatMap((piece) => piece.entries)).toEqual([entry(1), entry(3)]);
  store.write({ journal: entries(4, 9_000) });
  const later = [...journal.read("reading")];
  expect(later.flatMap((piece) => piece.entries)).toHaveLength(8_999);
  expect(later.map(({ share }) => share).at(-1)).toBe(1);
  // A reader in the middle of the journal does not hold the log.
  const running = journal.read("reading");
  running.next();
  expect(store.engine.idleStep().more).toBe(false);
  store.write({ journal: [entry(9_001)] });
  expect(running.next().value?.entries[0]?.seq).toBe(4_001);
  store.close();
  expect(all().seqs).toHaveLength(9_000);
});

it("takes a range of times, to the one it ends before", () => {
  const store = open();
  store.write({ journal: entries(1, 10) });
  store.close();
  expect(all("reading", 3_000, 6_000).seqs).toEqual([3, 4, 5]);
  expect(all("reading", 9_001).seqs).toEqual([10]);
  expect(all("action").seqs).toEqual([]);
});

it("steps over what was thinned out and what has rotted, and counts that", () => {
  const store = open();
  store.write({ journal: entries(1, 20_000) });
  store.close();
  const db = new DatabaseSync(join(dir, "gatehouse.db"));
  db.exec("DELETE FROM journal WHERE seq < 9000 OR (seq > 9010 AND seq < 19999)");
  db.exec("UPDATE journal SET body = replace(body, 'd', 'e') WHERE seq = 9005");
  db.close();
  const { seqs, damaged, pieces } = all();
  expect(seqs).toEqual([9000, 9001, 9002, 9003, 9004, 9006, 9007, 9008, 9009, 9010, 19_999, 20_000]);
  expect(damaged).toBe(1);
  expect(pieces.map(({ share }) => share)).toEqual([...pieces.map(({ share }) => share)].sort((a, b) => a - b));
});

it("finds the newest configuration, in the snapshot or behind it", () => {
  const config = () => {
    using journal = openJournal(dir);
    return journal.config();
  };
  const store = open();
  expect(config()).toBeUndefined();
  store.write({ journal: [entry(1, "config", { config: { n: 1 }, installation: "x" })] });
  expect(config()).toBe('{"n":1}');
  store.write({ snapshot: { seq: 1, pieces: [{ part: "core", id: "config", body: '{"n":2}' }] } });
  expect(config()).toBe('{"n":2}');
  store.write({ journal: [entry(2), entry(3, "config", { config: { n: 3 }, installation: "x" })] });
  expect(config()).toBe('{"n":3}');
  store.close();
});

it("changes nothing in the database", () => {
  const store = open();
  store.write({ journal: entries(1, 100) });
  store.close();
  const before = readFileSync(join(dir, "gatehouse.db"));
  expect(all().seqs).toHaveLength(100);
  expect(readFileSync(join(dir, "gatehouse.db")).equals(before)).toBe(true);
  const again = open();
  expect(again.recovered.lastSeq).toBe(100);
  again.close();
});

it("says what is wrong with a file that is no database of this release", () => {
  expect(() => openJournal(dir)).toThrow("there is no gatehouse.db in it");
  writeFileSync(join(dir, "gatehouse.db"), "x".repeat(5_000));
  expect(() => openJournal(dir)).toThrow(/is damaged: .*start the gateway once/);
  rmSync(join(dir, "gatehouse.db"));
  open().close();
  const db = new DatabaseSync(join(dir, "gatehouse.db"));
  db.exec("PRAGMA user_version = 99");
  db.close();
  expect(() => openJournal(dir)).toThrow("written by a later release: schema 99");
});
