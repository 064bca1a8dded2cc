import { expect, test } from "vitest";
import { tck } from "../testing/tck.ts";
import { hostSession, parseHostState } from "./state.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test(
  tck(
    "a host's will, birth and death are retained JSON on its STATE topic with QoS 1",
    "tck-id-host-topic-phid-birth-qos",
    "tck-id-host-topic-phid-birth-retain",
    "tck-id-host-topic-phid-birth-topic",
    "tck-id-host-topic-phid-birth-payload",
    "tck-id-host-topic-phid-birth-payload-timestamp",
    "tck-id-host-topic-phid-death-qos",
    "tck-id-host-topic-phid-death-retain",
    "tck-id-host-topic-phid-death-topic",
    "tck-id-host-topic-phid-death-payload",
    "tck-id-host-topic-phid-death-payload-timestamp-connect",
    "tck-id-message-flow-phid-sparkplug-state-publish-payload",
    "tck-id-message-flow-phid-sparkplug-state-publish-payload-timestamp",
    "tck-id-operational-behavior-host-application-connect-will-topic",
    "tck-id-operational-behavior-host-application-connect-will-payload",
    "tck-id-operational-behavior-host-application-connect-will-qos",
    "tck-id-operational-behavior-host-application-connect-will-retained",
    "tck-id-operational-behavior-host-application-connect-birth-topic",
    "tck-id-operational-behavior-host-application-connect-birth-payload",
    "tck-id-operational-behavior-host-application-connect-birth-qos",
    "tck-id-operational-behavior-host-application-connect-birth-retained",
    "tck-id-operational-behavior-host-application-death-topic",
    "tck-id-operational-behavior-host-application-death-payload",
    "tck-id-operational-behavior-host-application-death-qos",
    "tck-id-operational-behavior-host-application-death-retained",
    "tck-id-payloads-state-will-message-payload",
    "tck-id-payloads-state-birth-payload",
  ),
  () => {
    const session = hostSession("gatehouse-1", 1_700_000_000_000);
    const always = { topic: "spBv1.0/STATE/gatehouse-1", qos: 1, retain: true };
    expect(session.will).toEqual({ ...always, payload: '{"online":false,"timestamp":1700000000000}' });
    expect(session.birth).toEqual({ ...always, payload: '{"online":true,"timestamp":1700000000000}' });
    expect(session.death(1_700_000_009_000)).toEqual({
      ...always,
      payload: '{"online":false,"timestamp":1700000009000}',
    });
  },
);

test(
  tck(
    "a host that reads it were offline says again that it is not, with its connection's timestamp",
    "tck-id-message-flow-hid-sparkplug-state-message-delivered",
  ),
  () => {
    const session = hostSession("h", 5);
    expect(session.answer(bytes('{"online":false,"timestamp":4}'))).toEqual(session.birth);
    expect(session.answer(bytes('{"online":true,"timestamp":5}'))).toBeUndefined();
    expect(session.answer(bytes("OFFLINE"))).toBeUndefined();
  },
);

test(
  tck(
    "a host at two servers has a timestamp for each: the time of that connection",
    "tck-id-operational-behavior-host-application-multi-server-timestamp",
  ),
  () => {
    const one = hostSession("h", 5);
    const two = hostSession("h", 9);
    const stampOf = ({ payload }: { readonly payload: string }) => parseHostState(bytes(payload))?.timestamp;
    expect([one.will, one.birth, two.will, two.birth].map(stampOf)).toEqual([5, 5, 9, 9]);
    const said = bytes('{"online":false,"timestamp":7}');
    expect(one.answer(said)).toEqual(one.birth);
    expect(two.answer(said)).toEqual(two.birth);
  },
);

test("STATE is JSON with both its keys, and nothing else", () => {
  expect(parseHostState(bytes('{"online":true,"timestamp":1,"more":[]}'))).toEqual({ online: true, timestamp: 1 });
  for (const text of [
    "",
    "ONLINE",
    "{}",
    '{"online":"true","timestamp":1}',
    '{"online":true,"timestamp":-1}',
    "[]",
    "null",
  ])
    expect(parseHostState(bytes(text)), text).toBeUndefined();
  expect(parseHostState(bytes(`{"online":true,"timestamp":1,"x":"${"y".repeat(2_000)}"}`))).toBeUndefined();
  expect(parseHostState(Uint8Array.of(0xff, 0xfe))).toBeUndefined();
});
