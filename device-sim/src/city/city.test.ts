import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ConfigError,
  composeEvent,
  type EventDraft,
  formatSequence,
  Receipt,
  systemClock,
  uplinkTopic,
} from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { connectAsync } from "mqtt";
import { afterEach, describe, expect, it } from "vitest";
import { silentLog } from "../log.ts";
import { type City, type CityOptions, startCity } from "./city.ts";
import type { LedgerLine } from "./ledger-file.ts";
import { Sequences } from "./sequences.ts";

const BATCH = "application/cloudevents-batch+json";
const SOURCE = "gatehouse/mq-1";
const AT = "2026-11-02T05:00:00.000+08:00";
const ANY_PORT = { host: "127.0.0.1", port: 0 };

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function cityWith(options: Partial<CityOptions> = {}): Promise<City> {
  const city = await startCity({ http: ANY_PORT, clock: systemClock, log: silentLog, ...options });
  cleanUps.push(() => city.close());
  return city;
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "city-"));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

function eventText(sequence: number, change: Partial<EventDraft> = {}): string {
  const draft: EventDraft = {
    id: `e-${sequence}`,
    source: SOURCE,
    type: "gatehouse.alert.raised",
    subject: "3-302",
    time: AT,
    lane: "alert",
    severitynumber: 17,
    recordedtime: AT,
    dataclassification: "internal",
    data: '{"id":"alr_1"}',
    ...change,
  };
  return composeEvent(draft, sequence);
}

const readingText = (sequence: number): string =>
  eventText(sequence, {
    type: "gatehouse.reading",
    lane: "telemetry",
    data: JSON.stringify({ id: `count-1:1:${sequence}`, device: "count-1", kind: "count.in", journalSeq: sequence }),
  });

const batch = (...texts: string[]): string => `[${texts.join(",")}]`;
const sequences = (...numbers: number[]): string[] => numbers.map(formatSequence);

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Rejects when the connection breaks without an answer. */
function post(url: string | undefined, body: string, type = BATCH, ca?: string): Promise<Answer> {
  const target = new URL(url ?? "http://nowhere.invalid");
  const headers = { "content-type": type };
  return new Promise((resolve, reject) => {
    const answered = (response: import("node:http").IncomingMessage) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, type: response.headers["content-type"] ?? "", text });
      });
    };
    const options = { method: "POST", headers, agent: false };
    const request =
      target.protocol === "https:"
        ? httpsRequest(target, { ...options, ca }, answered)
        : httpRequest(target, options, answered);
    request.on("error", reject);
    request.end(body);
  });
}

async function receiptOf(city: City, body: string, type?: string): Promise<Receipt> {
  const { status, text } = await post(city.httpUrl, body, type);
  expect(status).toBe(200);
  return Receipt.parse(JSON.parse(text));
}

describe("the city platform over HTTP", () => {
  it("receipts a batch and remembers each event once, with its arrival", async () => {
    const city = await cityWith();
    expect(await receiptOf(city, batch(eventText(1), readingText(2)))).toEqual({
      accepted: sequences(1, 2),
      rejected: [],
    });
    expect(await receiptOf(city, batch(readingText(2), eventText(3)))).toEqual({
      accepted: sequences(2, 3),
      rejected: [],
    });
    expect(city.events.map(({ id, sequence, lane }) => `${id} ${sequence} ${lane}`)).toEqual([
      "e-1 1 alert",
      "e-2 2 telemetry",
      "e-3 3 alert",
    ]);
    expect(city.duplicates).toBe(1);
    expect(city.events[0]?.event?.data).toEqual({ id: "alr_1" });
    expect(city.events[1]).toMatchObject({ reading: "count-1:1:2", via: "http", source: SOURCE });
    expect(city.counters).toMatchObject({ received: 4, unique: 3, renumbered: 0 });
    expect(city.counters.types).toEqual({ "gatehouse.alert.raised": 2, "gatehouse.reading": 1 });
  });

  it("takes a single event, and tells a known event that came under another number", async () => {
    const city = await cityWith();
    await receiptOf(city, eventText(1), "application/cloudevents+json; charset=utf-8");
    await receiptOf(city, batch(eventText(2, { id: "e-1" })));
    expect(city.events.length).toBe(1);
    expect(city.counters).toMatchObject({ duplicates: 1, renumbered: 1 });
  });

  it("rejects a bad event with the reason, and takes the good ones beside it", async () => {
    const city = await cityWith();
    const noLane = eventText(2).replace('"lane":"alert"', '"lane":"fast"');
    const badReading = readingText(3).replace('"severitynumber":17', '"severitynumber":"high"');
    const receipt = await receiptOf(city, batch(eventText(1), noLane, badReading));
    expect(receipt.accepted).toEqual(sequences(1));
    expect(receipt.rejected.map(({ sequence }) => sequence)).toEqual(sequences(2, 3));
    expect(receipt.rejected[0]?.reason).toMatch(/^lane: /);
    expect(receipt.rejected[1]?.reason).toMatch(/^severitynumber: /);
    expect(city.counters).toMatchObject({ unique: 1, rejected: 2 });
  });

  it("takes nothing of what it cannot answer for", async () => {
    const city = await cityWith();
    const nameless = eventText(2).replace(/"sequence":"\d+"/, '"sequence":"two"');
    expect(await post(city.httpUrl, batch(eventText(1), nameless))).toMatchObject({ status: 400 });
    expect(await post(city.httpUrl, "[{")).toMatchObject({ status: 400 });
    expect(await post(city.httpUrl, "{}")).toMatchObject({ status: 400 });
    expect(await post(city.httpUrl, "[]", "application/json")).toMatchObject({ status: 415 });
    expect(await post(city.httpUrl?.replace("ingest", "other"), "[]")).toMatchObject({ status: 404 });
    expect(city.events).toEqual([]);
    expect(city.counters).toMatchObject({ received: 0, unanswerable: 1 });
  });

  it("finds gaps in an uplink's sequence, and what gap events explain of them", async () => {
    const city = await cityWith();
    const gap = JSON.stringify({ lane: "telemetry", from: AT, to: AT, count: 3, reason: "disk budget" });
    await receiptOf(city, batch(eventText(9), eventText(1), eventText(2), eventText(6)));
    expect(city.missing(SOURCE).ranges).toEqual([
      { from: 3, to: 5 },
      { from: 7, to: 8 },
    ]);
    await receiptOf(city, batch(eventText(10, { type: "gatehouse.gap", lane: "telemetry", data: gap })));
    expect(city.missing(SOURCE)).toMatchObject({ count: 5, explained: 3, unexplained: 2 });
    await receiptOf(city, batch(eventText(7), eventText(8)));
    expect(city.missing(SOURCE)).toMatchObject({ count: 3, explained: 3, unexplained: 0 });
    expect(city.missing("gatehouse/other").count).toBe(0);
  });

  it("keeps memory flat when it only counts, and still knows repeats and gaps", async () => {
    const city = await cityWith({ record: "counts" });
    await receiptOf(city, batch(readingText(1), readingText(3), readingText(3)));
    expect(city.events).toEqual([]);
    expect(city.counters).toMatchObject({ unique: 2, duplicates: 1 });
    expect(city.missing(SOURCE).ranges).toEqual([{ from: 2, to: 2 }]);
  });

  it("has every arrival on file, and its listener told, before the receipt is there", async () => {
    const file = join(scratch(), "received.ndjson");
    const told: string[] = [];
    const city = await cityWith({ file, onEvent: ({ id }) => told.push(id) });
    const lines = () =>
      readFileSync(file, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as LedgerLine);
    await receiptOf(city, batch(eventText(1), eventText(2)));
    expect(told).toEqual(["e-1", "e-2"]);
    expect(lines().map(({ outcome, event }) => `${outcome} ${event.id}`)).toEqual(["new e-1", "new e-2"]);
    await receiptOf(city, batch(eventText(2)));
    expect(lines().at(-1)).toMatchObject({ outcome: "duplicate", via: "http", event: { id: "e-2" } });
    expect(told).toEqual(["e-1", "e-2"]);
  });
});

describe("the city platform over HTTPS", () => {
  it("is believed by who trusts its certificate, and by nobody else", async () => {
    const caFile = join(scratch(), "ca.pem");
    const city = await cityWith({ https: ANY_PORT, caFile });
    const answer = await post(city.httpsUrl, batch(eventText(1)), BATCH, readFileSync(caFile, "utf8"));
    expect(Receipt.parse(JSON.parse(answer.text)).accepted).toEqual(sequences(1));
    expect(city.ca).toBe(readFileSync(caFile, "utf8"));
    await expect(post(city.httpsUrl, batch(eventText(2)))).rejects.toThrow(/certificate/);
    expect(city.events.length).toBe(1);
  });

  it("does not listen for plain HTTP beyond loopback", async () => {
    await expect(cityWith({ http: { host: "0.0.0.0", port: 0 } })).rejects.toThrow(ConfigError);
  });
});

describe("told to fail, the city platform", () => {
  it("lets nobody in when it refuses, and is there again at the same address", async () => {
    const city = await cityWith();
    await city.fail("refuse");
    await expect(post(city.httpUrl, batch(eventText(1)))).rejects.toThrow("ECONNREFUSED");
    await city.fail();
    expect((await receiptOf(city, batch(eventText(1)))).accepted).toEqual(sequences(1));
  });

  it("records nothing while it hangs, answers 5xx or shows a page", async () => {
    const city = await cityWith();
    await city.fail("hang");
    const hanging = post(city.httpUrl, batch(eventText(1)));
    await city.fail("5xx");
    expect(await post(city.httpUrl, batch(eventText(1)))).toMatchObject({ status: 503 });
    await city.fail("html");
    const page = await post(city.httpUrl, batch(eventText(1)));
    expect(page).toMatchObject({ status: 200, type: expect.stringContaining("text/html") });
    expect(city.counters.received).toBe(0);
    hanging.catch(() => {});
  });

  it("never answers while it hangs", async () => {
    const city = await cityWith();
    await city.fail("hang");
    const hanging = post(city.httpUrl, batch(eventText(1)));
    const reached = post(city.controlUrl, "", BATCH).then(() => "the control door still answers");
    expect(await Promise.race([hanging.then(() => "answered"), reached])).toBe("the control door still answers");
    const broken = expect(hanging).rejects.toThrow();
    await city.close();
    await broken;
    expect(city.events).toEqual([]);
  });

  it("records, then breaks the connection, when it loses receipts", async () => {
    const city = await cityWith();
    await city.fail("lose-receipts");
    await expect(post(city.httpUrl, batch(eventText(1)))).rejects.toThrow();
    expect(city.events.map(({ sequence }) => sequence)).toEqual([1]);
    await city.fail();
    expect((await receiptOf(city, batch(eventText(1)))).accepted).toEqual(sequences(1));
    expect(city.duplicates).toBe(1);
  });

  it("rejects a fraction, the same events at every attempt", async () => {
    const city = await cityWith({ seed: 5 });
    await city.fail("partial", { fraction: 0.3 });
    const all = batch(...Array.from({ length: 200 }, (_, index) => eventText(index + 1)));
    const first = await receiptOf(city, all);
    expect(first.rejected.length).toBeGreaterThan(30);
    expect(first.rejected.length).toBeLessThan(90);
    expect(first.rejected.length + first.accepted.length).toBe(200);
    expect(await receiptOf(city, all)).toEqual(first);
    expect(city.counters).toMatchObject({ rejected: first.rejected.length, unique: first.accepted.length });
    expect(city.missing(SOURCE).count).toBe(0);
  });

  it("answers late when it is slow", async () => {
    const clock = new FakeClock();
    const city = await cityWith({ clock });
    await city.fail("slow", { delayMs: 5_000 });
    const slow = post(city.httpUrl, batch(eventText(1)));
    await city.until(() => city.events.length === 1);
    await clock.advance(4_999);
    expect(clock.waiting).toBe(1);
    await clock.advance(1);
    expect(await slow).toMatchObject({ status: 200 });
  });

  it("takes its orders and gives its status over HTTP too", async () => {
    const city = await cityWith();
    const order = (body: string) => post(`${city.controlUrl}/control`, body, "application/json");
    expect(await order('{"mode":"5xx"}')).toMatchObject({ status: 200 });
    expect(await post(city.httpUrl, batch(eventText(1)))).toMatchObject({ status: 503 });
    expect(await order('{"mode":"sulk"}')).toMatchObject({ status: 400 });
    expect(await order("nonsense")).toMatchObject({ status: 400 });
    expect(await order('{"mode":null}')).toMatchObject({ status: 200 });
    await receiptOf(city, batch(eventText(2)));
    const status = await fetch(`${city.controlUrl}/status`).then((response) => response.json());
    expect(status).toMatchObject({
      unique: 1,
      failure: { mode: null },
      uplinks: [{ via: "http", source: SOURCE, count: 1, unexplained: 1 }],
    });
  });
});

describe("the city platform over MQTT", () => {
  async function uplinkTo(city: City) {
    const client = await connectAsync(city.mqttUrl ?? "", { reconnectPeriod: 0, ...(city.ca && { ca: city.ca }) });
    cleanUps.push(() => client.endAsync(true));
    const answers: string[] = [];
    let arrived = () => {};
    client.on("message", (_topic, payload) => {
      answers.push(payload.toString("utf8"));
      arrived();
    });
    await client.subscribeAsync(uplinkTopic.receipts("mq-1"), { qos: 1 });
    const receipts = async (count: number) => {
      while (answers.flatMap(acceptedIn).length < count) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
      return answers.flatMap(acceptedIn);
    };
    return {
      client,
      answers,
      receipts,
      send: (text: string) => client.publishAsync(uplinkTopic.up("mq-1", "alert"), text, { qos: 1 }),
    };
  }
  const acceptedIn = (text: string): string[] => (text.startsWith("{") ? Receipt.parse(JSON.parse(text)).accepted : []);

  it.each([false, true])("records single events and batches and answers receipts (TLS: %s)", async (tls) => {
    const city = await cityWith({ mqtt: { ...ANY_PORT, tls } });
    const { send, receipts } = await uplinkTo(city);
    await Promise.all([
      send(eventText(1)),
      send(eventText(2)),
      send(batch(readingText(3), eventText(4))),
      send("junk"),
    ]);
    expect((await receipts(4)).sort()).toEqual(sequences(1, 2, 3, 4));
    expect(city.events.map(({ via, sequence }) => `${via} ${sequence}`)).toEqual([
      "mqtt 1",
      "mqtt 2",
      "mqtt 3",
      "mqtt 4",
    ]);
    expect(city.missing(SOURCE, "mqtt").count).toBe(0);
  });

  it("records without a word when it loses receipts, and answers the repeat", async () => {
    const city = await cityWith({ mqtt: ANY_PORT });
    const { send, receipts, answers } = await uplinkTo(city);
    await city.fail("lose-receipts");
    await send(eventText(1));
    expect(city.events.length).toBe(1);
    expect(answers).toEqual([]);
    await city.fail();
    await send(eventText(1));
    expect(await receipts(1)).toEqual(sequences(1));
    expect(city.duplicates).toBe(1);
  });

  it("throws its clients out when it is unavailable, and lets nobody in when it refuses", async () => {
    const city = await cityWith({ mqtt: ANY_PORT });
    const { client, send } = await uplinkTo(city);
    await city.fail("5xx");
    const closed = new Promise((resolve) => client.once("close", () => resolve("closed")));
    send(eventText(1)).catch(() => {});
    expect(await closed).toBe("closed");
    expect(city.events).toEqual([]);
    await city.fail("refuse");
    await expect(connectAsync(city.mqttUrl ?? "", { reconnectPeriod: 0 }, false)).rejects.toThrow("ECONNREFUSED");
    await city.fail();
    const { send: again, receipts } = await uplinkTo(city);
    await again(eventText(1));
    expect(await receipts(1)).toEqual(sequences(1));
  });
});

describe("sequences", () => {
  it("know what is missing whatever the order of arrival", () => {
    const numbers = [5, 1, 9, 2, 7, 6, 12];
    const seen = new Sequences();
    expect(numbers.map((number) => seen.add(number))).toEqual(numbers.map(() => true));
    expect(numbers.map((number) => seen.add(number))).toEqual(numbers.map(() => false));
    expect(seen.missing()).toEqual([
      { from: 3, to: 4 },
      { from: 8, to: 8 },
      { from: 10, to: 11 },
    ]);
    for (const number of [8, 3, 11, 4, 10]) seen.add(number);
    expect(seen.missing()).toEqual([]);
    expect(seen.highest).toBe(12);
  });
});
