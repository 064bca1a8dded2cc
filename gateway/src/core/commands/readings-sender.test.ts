import { RejectedError } from "@gatehouse/protocol";
import { expect, it } from "vitest";
import { MemoryStore } from "../../testing/memory-store.ts";
import type { JournalEntry, OutboxEntry } from "../ports.ts";
import { MAX_READINGS, sendReadings } from "./readings-sender.ts";

const START_MS = Date.UTC(2026, 0, 5);
const at = (ms: number): string => new Date(START_MS + ms).toISOString();

function setUp(count: number, credentials: "strip" | "pseudonym" = "strip") {
  const store = new MemoryStore();
  for (let seq = 1; seq <= count; seq++) {
    const device = seq % 2 === 0 ? "even" : "odd";
    const body = JSON.stringify({ device, space: `S${seq % 3}`, epoch: 1, seq, kind: "access.granted" });
    const entry: JournalEntry = { seq, nowMs: START_MS + seq, type: "reading", body, credential: "c_0123456789" };
    store.entries.push(seq % 10 === 0 ? { ...entry, type: "tick", body: "{}", credential: undefined } : entry);
  }
  const texts: string[] = [];
  let committed = 0;
  const outbox = {
    add: ({
      id,
      data,
      lane,
    }: {
      readonly id: string;
      readonly data: string;
      readonly lane: "telemetry";
    }): OutboxEntry => {
      texts.push(data);
      return { uplink: "city", lane, seq: texts.length, text: id };
    },
    committed: () => {
      committed += 1;
    },
  };
  const send = (args: object) =>
    sendReadings(
      store,
      "g",
      { outbox: outbox as never, credentials },
      { from: at(0), to: at(count + 1), ...args },
      new AbortController().signal,
    );
  return { store, texts, send, committed: () => committed };
}

it("hands on exactly the readings of a period, on disk before they may leave", async () => {
  const { store, texts, send, committed } = setUp(3_000);
  expect(await send({ from: at(1_001), to: at(2_001) })).toEqual({ readings: 900 });
  expect(JSON.parse(texts[0] ?? "")).toMatchObject({ seq: 1_001 });
  expect(JSON.parse(texts.at(-1) ?? "")).toMatchObject({ seq: 1_999 });
  expect([store.outbox.length, committed()]).toEqual([900, 900]);
  expect(texts.join()).not.toContain("c_0123456789");
});

it("keeps to the devices and spaces that were named, and gives pseudonyms only where they may leave", async () => {
  const { texts, send } = setUp(60, "pseudonym");
  expect(await send({ devices: ["odd"], spaces: ["S1"] })).toEqual({ readings: 10 });
  for (const text of texts)
    expect(JSON.parse(text)).toMatchObject({ device: "odd", space: "S1", credential: "c_0123456789" });
});

it("stops at its bound and says where to go on", async () => {
  const { texts, send } = setUp(25_000);
  const first = await send({});
  expect(first).toEqual({ readings: MAX_READINGS, next: at(22_223) });
  expect(await send({ from: first.next })).toEqual({ readings: 2_500 });
  const seqs = texts.map((text) => (JSON.parse(text) as { seq: number }).seq);
  expect(new Set(seqs).size).toBe(22_500);
});

it("refuses a period that ends before it begins", async () => {
  await expect(setUp(1).send({ from: at(5), to: at(5) })).rejects.toThrow(RejectedError);
});
