import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DeviceJournal, type JournalEntry } from "./journal.ts";

const reading = { kind: "count.in", value: 1 } as const;
const names = (entries: readonly JournalEntry[]) => entries.map(({ epoch, seq }) => `${epoch}:${seq}`);

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "journal-"));
  file = join(folder, "lock-1.ndjson");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a device's journal", () => {
  it("gives each reading out once until the connection breaks, then again in order", () => {
    const journal = new DeviceJournal();
    for (let i = 0; i < 5; i++) journal.append(reading);
    const first = journal.take(2);
    const second = journal.take(10);
    expect([names(first.entries), names(second.entries)]).toEqual([
      ["1:1", "1:2"],
      ["1:3", "1:4", "1:5"],
    ]);
    expect(journal.take(10).entries).toEqual([]);
    journal.settle(second.entries.slice(0, 1));
    journal.settle(first.entries.slice(0, 1));
    journal.append(reading);
    journal.rewind();
    const again = journal.take(10);
    expect(names(again.entries)).toEqual(["1:2", "1:4", "1:5", "1:6"]);
    expect([first.repeats, second.repeats, again.repeats]).toEqual([0, 0, 3]);
    journal.settle(again.entries);
    expect(journal.size).toBe(0);
  });

  it("keeps what was not acknowledged over a restart, under its old numbers, and counts anew", () => {
    const before = new DeviceJournal({ file });
    for (let i = 0; i < 4; i++) before.append(reading);
    before.settle(before.take(2).entries);
    before.close();
    const after = new DeviceJournal({ file });
    after.append({ kind: "count.out", value: 2 });
    const { entries, repeats } = after.take(10);
    expect(names(entries)).toEqual(["1:3", "1:4", "2:1"]);
    expect(entries.map((entry) => entry.reading.kind)).toEqual(["count.in", "count.in", "count.out"]);
    expect(repeats).toBe(2);
    after.close();
  });

  it("never uses an epoch twice, whatever was acknowledged in between", () => {
    const epochs: number[] = [];
    for (let life = 0; life < 3; life++) {
      const journal = new DeviceJournal({ file });
      const entry = journal.append(reading);
      epochs.push(entry.epoch);
      journal.settle(journal.take(1).entries);
      journal.restartCounter();
      epochs.push(journal.append(reading).epoch);
      journal.close();
    }
    expect(epochs).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("forgets a line that was torn when the process died", () => {
    const before = new DeviceJournal({ file });
    before.append(reading);
    before.close();
    appendFileSync(file, '{"epoch":1,"seq":2,"read');
    const after = new DeviceJournal({ file });
    after.append(reading);
    expect(names(after.take(10).entries)).toEqual(["1:1", "2:1"]);
    after.close();
  });

  it("does not let its file grow with what is acknowledged", () => {
    const journal = new DeviceJournal({ file });
    for (let i = 0; i < 30_000; i++) {
      journal.append(reading);
      journal.settle(journal.take(1).entries);
    }
    expect(readFileSync(file, "utf8").length).toBeLessThan(2_000_000);
    journal.close();
  });
});
