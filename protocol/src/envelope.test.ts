import { expect, test } from "vitest";
import { Alert } from "./alert.ts";
import { CommandResult, DeviceCommand, DeviceStatus } from "./command.ts";
import { CommandEnvelope } from "./command-envelope.ts";
import { CloudEvent, composeEvent, type EventDraft, formatSequence, Gap, Receipt } from "./envelope.ts";

const time = "2026-11-25T08:00:00+08:00";

const alert = {
  id: "alr_0f3k2",
  kind: "group-rental",
  level: "red",
  space: "3-302",
  state: "raised",
  offence: 1,
  episode: 1,
  raisedAt: time,
  since: time,
  clearedAt: null,
  trigger: { device: "count-302", epoch: 1, seq: 1841 },
  persons: { residing: 5, low: 4, high: 6, present: 3 },
  limit: { persons: 4, policy: "cn-sh-rental-2014", basis: "arts. 9, 10" },
  probability: 0.97,
  evidence: [
    { source: "counter", says: "5 of the last 7 nights above 4", weight: 2.1 },
    { source: "credentials", says: "6 distinct in 14 days", weight: 0.8 },
  ],
  sla: { acknowledgeBy: time, resolveBy: time },
  address: { code: "31011210400700302", grid: "MQ-053", plate: "QR-0033123" },
  history: [{ at: time, to: "acknowledged", by: "grid head", note: "on the way" }],
};

const draft: EventDraft = {
  id: "mq-0007/alr_0f3k2/1/raised",
  source: "gatehouse/mq-0007",
  type: "gatehouse.alert.raised",
  subject: "3-302",
  time,
  lane: "alert",
  severitynumber: 17,
  recordedtime: time,
  dataclassification: "internal",
  data: JSON.stringify(alert),
};

test("the example of an alert parses and stays as written", () => {
  expect(Alert.parse(alert)).toEqual(alert);
});

test.each(["", "ALR_1", "alr_", "alr_ABC"])("%j is no alert id", (id) => {
  expect(Alert.safeParse({ ...alert, id }).success).toBe(false);
});

test("an event is a CloudEvent, with the alert as its data", () => {
  const event = CloudEvent.parse(JSON.parse(composeEvent(draft, 7)));
  expect(event).toMatchObject({ specversion: "1.0", sequence: "0000000000000007", lane: "alert" });
  expect(event.data).toEqual(alert);
});

test("the same draft and number give the same bytes", () => {
  expect(composeEvent({ ...draft }, 42)).toBe(composeEvent(draft, 42));
});

test("sequences sort as text as they do as numbers", () => {
  const numbers = [1, 9, 10, 99, 100, 2 ** 40];
  const texts = numbers.map(formatSequence);
  expect(texts.toSorted()).toEqual(texts);
  expect(new Set(texts.map((text) => text.length))).toEqual(new Set([16]));
});

test("a receipt names sequences it took and refused; an error page is none", () => {
  const receipt = { accepted: ["0000000000000001"], rejected: [{ sequence: "2", reason: "unknown grid" }] };
  expect(Receipt.parse(receipt)).toEqual(receipt);
  expect(Receipt.parse({})).toEqual({ accepted: [], rejected: [] });
  expect(Receipt.safeParse("<html>").success).toBe(false);
  expect(Receipt.safeParse({ accepted: [1] }).success).toBe(false);
});

test("a gap counts what will never come", () => {
  const gap = { lane: "telemetry", from: time, to: time, count: 12, reason: "disk budget" };
  expect(Gap.parse(gap)).toEqual(gap);
  expect(Gap.safeParse({ ...gap, count: 0 }).success).toBe(false);
});

test("commands, their results and a device's status parse as the format shows them", () => {
  const command = {
    id: "c1",
    gateway: "mq-0007",
    target: "lock-302",
    action: "unlock",
    args: { seconds: 5 },
    issuedAt: time,
    notAfter: time,
    issuer: "city",
    keyId: "k1",
    signature: "AAAA",
  };
  expect(CommandEnvelope.parse(command)).toEqual(command);
  expect(DeviceCommand.parse({ id: "c1", action: "led", notAfter: time })).toMatchObject({ action: "led" });
  expect(CommandResult.parse({ id: "c1", ok: false, error: "jammed" })).toMatchObject({ ok: false });
  const status = { state: "online", battery: 81, rssi: -60, firmware: "1.4" };
  expect(DeviceStatus.parse(status)).toEqual(status);
  expect(CommandEnvelope.safeParse({ ...command, action: "Explode!" }).success).toBe(false);
});
