import { beforeEach, describe, expect, test } from "vitest";
import { tck } from "../testing/tck.ts";
import { rebirthMessage, type SparkplugMessage } from "./commands.ts";
import { type EdgeEffect, type EdgeOptions, SparkplugEdge } from "./edge.ts";
import { SparkplugHost } from "./host.ts";
import { decodeSparkplug, encodeSparkplug, type ReceivedMetric, sparkplugValue } from "./payload.ts";
import { encodeHostState } from "./state.ts";
import { parseSparkplugTopic } from "./topics.ts";

const WALL = 1_700_000_000_000;
const id = { group: "Gatehouse", node: "g-1" };
const encoder = new TextEncoder();

let edge: SparkplugEdge;

function make(options: Partial<EdgeOptions> = {}): SparkplugEdge {
  edge = new SparkplugEdge({ ...id, ...options });
  edge.setNode([
    { name: "Events/alert", type: "String", value: null, event: true },
    { name: "Command", type: "String", value: null, writable: true },
    { name: "Health", type: "Int32", value: 0, timestamp: WALL - 500 },
  ]);
  edge.setDevice("3-302", [{ name: "Present", type: "Int32", value: 2 }], WALL);
  edge.setDevice("3-303", [{ name: "Limit", type: "Int32", value: null }], WALL);
  return edge;
}

beforeEach(() => {
  make();
});

const messages = (effects: readonly EdgeEffect[]): SparkplugMessage[] =>
  effects.flatMap((effect) => (effect.kind === "publish" ? [effect.message] : []));
const read = ({ topic, payload }: SparkplugMessage) => ({
  topic: parseSparkplugTopic(topic),
  ...decodeSparkplug(payload),
});
const typesOf = (effects: readonly EdgeEffect[]) => messages(effects).map(({ topic }) => topic.split("/")[2]);
const seqs = (effects: readonly EdgeEffect[]) => messages(effects).map((message) => read(message).seq);
const metricNamed = (message: SparkplugMessage | undefined, name: string): ReceivedMetric => {
  const found = message === undefined ? undefined : read(message).metrics.find((metric) => metric.name === name);
  if (found === undefined) throw new RangeError(`no metric ${name}`);
  return found;
};
const bdSeqIn = (message: SparkplugMessage | undefined) => sparkplugValue(metricNamed(message, "bdSeq"));
const state = (online: boolean, timestamp: number, host = "scada") =>
  [`spBv1.0/STATE/${host}`, encoder.encode(encodeHostState({ online, timestamp }))] as const;

function start(nowMs = WALL) {
  const will = edge.connect(nowMs);
  return { will, births: edge.connected(nowMs) };
}

describe("the will", () => {
  test(
    tck(
      "is the NDEATH with nothing but the number of this connection",
      "tck-id-message-flow-edge-node-birth-publish-will-message",
      "tck-id-message-flow-edge-node-birth-publish-will-message-topic",
      "tck-id-message-flow-edge-node-birth-publish-will-message-payload",
      "tck-id-message-flow-edge-node-birth-publish-will-message-payload-bdSeq",
      "tck-id-message-flow-edge-node-birth-publish-will-message-qos",
      "tck-id-message-flow-edge-node-birth-publish-will-message-will-retained",
      "tck-id-topics-ndeath-payload",
      "tck-id-topics-ndeath-seq",
      "tck-id-payloads-ndeath-seq",
      "tck-id-payloads-ndeath-will-message-qos",
      "tck-id-payloads-ndeath-will-message-retain",
      "tck-id-payloads-ndeath-bdseq",
    ),
    () => {
      const { will, births } = start();
      expect(will).toMatchObject({ topic: "spBv1.0/Gatehouse/NDEATH/g-1", qos: 1, retain: false });
      const payload = read(will);
      expect(payload.seq).toBeUndefined();
      expect(payload.metrics).toHaveLength(1);
      expect(metricNamed(will, "bdSeq").type).toBe("Int64");
      expect(bdSeqIn(will)).toBe(0);
      expect(bdSeqIn(messages(births)[0])).toBe(0);
    },
  );

  test(
    tck(
      "has a number one above that of the connection before, and 0 after 255",
      "tck-id-topics-nbirth-bdseq-increment",
      "tck-id-payloads-nbirth-bdseq-repeat",
    ),
    () => {
      expect(bdSeqIn(start().will)).toBe(0);
      const second = start();
      expect(bdSeqIn(second.will)).toBe(1);
      expect(bdSeqIn(messages(second.births)[0])).toBe(1);
      make({ lastBdSeq: 254 });
      expect(bdSeqIn(start().will)).toBe(255);
      expect(bdSeqIn(start().will)).toBe(0);
    },
  );
});

describe("births", () => {
  test(
    tck(
      "are the first messages: the node's with the number 0, then each device's",
      "tck-id-principles-birth-certificates-order",
      "tck-id-topics-nbirth-mqtt",
      "tck-id-topics-nbirth-seq-num",
      "tck-id-topics-nbirth-timestamp",
      "tck-id-topics-dbirth-mqtt",
      "tck-id-topics-dbirth-seq",
      "tck-id-topics-dbirth-timestamp",
      "tck-id-message-flow-edge-node-birth-publish-nbirth-topic",
      "tck-id-message-flow-edge-node-birth-publish-nbirth-payload",
      "tck-id-message-flow-edge-node-birth-publish-nbirth-qos",
      "tck-id-message-flow-edge-node-birth-publish-nbirth-retained",
      "tck-id-message-flow-edge-node-birth-publish-nbirth-payload-seq",
      "tck-id-message-flow-device-birth-publish-nbirth-wait",
      "tck-id-message-flow-device-birth-publish-dbirth-topic",
      "tck-id-message-flow-device-birth-publish-dbirth-match-edge-node-topic",
      "tck-id-message-flow-device-birth-publish-dbirth-payload",
      "tck-id-message-flow-device-birth-publish-dbirth-qos",
      "tck-id-message-flow-device-birth-publish-dbirth-retained",
      "tck-id-message-flow-device-birth-publish-dbirth-payload-seq",
      "tck-id-payloads-sequence-num-always-included",
      "tck-id-payloads-sequence-num-req-nbirth",
      "tck-id-payloads-nbirth-timestamp",
      "tck-id-payloads-nbirth-seq",
      "tck-id-payloads-nbirth-qos",
      "tck-id-payloads-nbirth-retain",
      "tck-id-payloads-dbirth-timestamp",
      "tck-id-payloads-dbirth-seq",
      "tck-id-payloads-dbirth-seq-inc",
      "tck-id-payloads-dbirth-order",
      "tck-id-payloads-dbirth-qos",
      "tck-id-payloads-dbirth-retain",
      "tck-id-payloads-timestamp-in-UTC",
    ),
    () => {
      const { births } = start();
      expect(messages(births).map(({ topic, qos, retain }) => ({ topic, qos, retain }))).toEqual(
        ["NBIRTH/g-1", "DBIRTH/g-1/3-302", "DBIRTH/g-1/3-303"].map((end) => ({
          topic: `spBv1.0/Gatehouse/${end}`,
          qos: 0,
          retain: false,
        })),
      );
      expect(seqs(births)).toEqual([0, 1, 2]);
      for (const message of messages(births)) expect(read(message).timestamp).toBe(WALL);
      expect(births.at(-1)).toEqual({ kind: "born" });
    },
  );

  test(
    tck(
      "say of every metric its name, type, time and value, or that it has none",
      "tck-id-topics-nbirth-metric-reqs",
      "tck-id-topics-nbirth-metrics",
      "tck-id-topics-nbirth-bdseq-included",
      "tck-id-topics-nbirth-bdseq-matching",
      "tck-id-topics-dbirth-metric-reqs",
      "tck-id-topics-dbirth-metrics",
      "tck-id-message-flow-edge-node-birth-publish-nbirth-payload-bdSeq",
      "tck-id-operational-behavior-data-publish-nbirth",
      "tck-id-operational-behavior-data-publish-nbirth-values",
      "tck-id-operational-behavior-data-publish-nbirth-order",
      "tck-id-operational-behavior-data-publish-dbirth",
      "tck-id-operational-behavior-data-publish-dbirth-values",
      "tck-id-payloads-name-requirement",
      "tck-id-payloads-name-birth-data-requirement",
      "tck-id-payloads-metric-timestamp-in-UTC",
      "tck-id-payloads-metric-datatype-req",
      "tck-id-payloads-nbirth-bdseq",
    ),
    () => {
      const [nbirth, first, second] = messages(start().births);
      if (nbirth === undefined || first === undefined || second === undefined)
        throw new RangeError("births are missing");
      expect(metricNamed(nbirth, "bdSeq").type).toBe("Int64");
      const own = read(nbirth).metrics.slice(2);
      expect(own.map(({ name }) => name)).toEqual(["Health", "Events/alert", "Command"]);
      for (const message of [nbirth, first, second])
        for (const metric of read(message).metrics) {
          expect(metric.name).toBeTypeOf("string");
          expect(metric.type).toBeTypeOf("string");
          expect(metric.timestamp).toBeTypeOf("number");
        }
      expect(sparkplugValue(metricNamed(first, "Present"))).toBe(2);
      expect(sparkplugValue(metricNamed(second, "Limit"))).toBeNull();
    },
  );

  test(
    tck(
      "offer the rebirth as a Boolean that is false, without an alias",
      "tck-id-topics-nbirth-rebirth-metric",
      "tck-id-operational-behavior-data-commands-rebirth-name",
      "tck-id-operational-behavior-data-commands-rebirth-name-aliases",
      "tck-id-operational-behavior-data-commands-rebirth-datatype",
      "tck-id-operational-behavior-data-commands-rebirth-value",
      "tck-id-payloads-nbirth-rebirth-req",
    ),
    () => {
      make({ aliases: true });
      const metric = metricNamed(messages(start().births)[0], "Node Control/Rebirth");
      expect(metric).toMatchObject({ type: "Boolean", alias: undefined });
      expect(sparkplugValue(metric)).toBe(false);
    },
  );

  test(
    tck(
      "name their aliases, each once in the whole node, and data then names nothing else",
      "tck-id-payloads-alias-uniqueness",
      "tck-id-payloads-alias-birth-requirement",
      "tck-id-payloads-alias-data-cmd-requirement",
    ),
    () => {
      make({ aliases: true });
      const all = messages(start().births).flatMap((message) => read(message).metrics);
      const given = all.filter(({ name }) => name !== "bdSeq" && name !== "Node Control/Rebirth");
      expect(new Set(given.map(({ alias }) => alias)).size).toBe(given.length);
      for (const { name, alias } of given) expect([typeof name, typeof alias]).toEqual(["string", "number"]);
      const [data] = messages(edge.update("3-302", [{ name: "Present", value: 3, timestamp: WALL }], WALL));
      const [metric] = data === undefined ? [] : read(data).metrics;
      expect(metric).toMatchObject({ name: undefined, alias: given.find(({ name }) => name === "Present")?.alias });
    },
  );

  test(
    tck(
      "of two names that differ by case alone are refused",
      "tck-id-case-sensitivity-metric-names",
      "tck-id-case-sensitivity-sparkplug-ids",
      "tck-id-topic-structure-namespace-unique-device-id",
    ),
    () => {
      const twice = [
        { name: "Present", type: "Int32", value: 1 },
        { name: "present", type: "Int32", value: 1 },
      ] as const;
      expect(() => edge.setDevice("x", twice, WALL)).toThrow("share a name");
      edge.setDevice("yard", [], WALL);
      expect(() => edge.setDevice("YARD", [], WALL)).toThrow("differ only by case");
    },
  );
});

describe("data", () => {
  const update = (value: number, timestamp = WALL + 1) =>
    edge.update("3-302", [{ name: "Present", value, timestamp }], WALL + 2);

  test(
    tck(
      "says what changed, unretained with QoS 0, and counts on",
      "tck-id-principles-rbe-recommended",
      "tck-id-topics-ddata-mqtt",
      "tck-id-topics-ddata-seq-num",
      "tck-id-topics-ddata-timestamp",
      "tck-id-topics-ddata-payload",
      "tck-id-topics-ndata-mqtt",
      "tck-id-topics-ndata-seq-num",
      "tck-id-topics-ndata-timestamp",
      "tck-id-topics-ndata-payload",
      "tck-id-operational-behavior-data-publish-nbirth-change",
      "tck-id-operational-behavior-data-publish-dbirth-change",
      "tck-id-payloads-ndata-timestamp",
      "tck-id-payloads-ndata-seq",
      "tck-id-payloads-ndata-seq-inc",
      "tck-id-payloads-ndata-qos",
      "tck-id-payloads-ndata-retain",
      "tck-id-payloads-ddata-timestamp",
      "tck-id-payloads-ddata-seq",
      "tck-id-payloads-ddata-seq-inc",
      "tck-id-payloads-ddata-qos",
      "tck-id-payloads-ddata-retain",
    ),
    () => {
      start();
      expect(update(2)).toEqual([]);
      const [device] = messages(update(3));
      const [own] = messages(edge.update(undefined, [{ name: "Health", value: 1, timestamp: WALL + 3 }], WALL + 4));
      if (device === undefined || own === undefined) throw new RangeError("data is missing");
      expect(device).toMatchObject({ topic: "spBv1.0/Gatehouse/DDATA/g-1/3-302", qos: 0, retain: false });
      expect(own).toMatchObject({ topic: "spBv1.0/Gatehouse/NDATA/g-1", qos: 0, retain: false });
      expect([read(device), read(own)]).toMatchObject([
        { seq: 3, timestamp: WALL + 2, metrics: [{ name: "Present", timestamp: WALL + 1, type: undefined }] },
        { seq: 4, timestamp: WALL + 4, metrics: [{ name: "Health", timestamp: WALL + 3 }] },
      ]);
      expect(update(3)).toEqual([]);
    },
  );

  test(
    tck(
      "counts to 255 and on from 0",
      "tck-id-payloads-sequence-num-incrementing",
      "tck-id-topics-ddeath-seq-num",
      "tck-id-payloads-ddeath-seq-inc",
    ),
    () => {
      start();
      const numbers: (number | undefined)[] = [];
      for (let n = 3; n < 259; n++) numbers.push(...seqs(update(n)));
      expect(numbers).toEqual([...Array.from({ length: 253 }, (_, i) => i + 3), 0, 1, 2]);
      expect(seqs(edge.deviceGone("3-303", WALL))).toEqual([3]);
    },
  );

  test(
    tck(
      "waits for the births, which then carry it",
      "tck-id-payloads-ndata-order",
      "tck-id-payloads-ddata-order",
      "tck-id-message-flow-edge-node-birth-publish-connect",
    ),
    () => {
      expect(update(9)).toEqual([]);
      expect(sparkplugValue(metricNamed(messages(start().births)[1], "Present"))).toBe(9);
    },
  );

  test(tck("keeps the order of time within a message", "tck-id-operational-behavior-data-publish-dbirth-order"), () => {
    edge.setDevice(
      "x",
      [
        { name: "a", type: "Int32", value: 0 },
        { name: "b", type: "Int32", value: 0 },
      ],
      WALL,
    );
    start();
    const [message] = messages(
      edge.update(
        "x",
        [
          { name: "a", value: 1, timestamp: WALL + 9 },
          { name: "b", value: 1, timestamp: WALL + 5 },
        ],
        WALL,
      ),
    );
    expect(message && read(message).metrics.map(({ name }) => name)).toEqual(["b", "a"]);
  });

  test("what happened before the births is history, and each event is news", () => {
    start();
    const event = (timestamp: number) =>
      messages(edge.update(undefined, [{ name: "Events/alert", value: "{}", timestamp }], WALL + 9)).map(
        (message) => read(message).metrics[0]?.historical,
      );
    expect(event(WALL - 1)).toEqual([true]);
    expect(event(WALL + 1)).toEqual([false]);
    expect(event(WALL + 1)).toEqual([false]);
  });
});

describe("devices", () => {
  test(
    tck(
      "that are lost get a death with a number, and a birth when they are back",
      "tck-id-operational-behavior-device-ddeath",
      "tck-id-topics-ddeath-mqtt",
      "tck-id-payloads-ddeath-timestamp",
      "tck-id-payloads-ddeath-seq",
      "tck-id-payloads-ddeath-seq-number",
    ),
    () => {
      start();
      const [death] = messages(edge.deviceGone("3-302", WALL + 7));
      expect(death).toMatchObject({ topic: "spBv1.0/Gatehouse/DDEATH/g-1/3-302", qos: 0, retain: false });
      expect(death && read(death)).toMatchObject({ seq: 3, timestamp: WALL + 7, metrics: [] });
      expect(edge.deviceGone("3-302", WALL + 8)).toEqual([]);
      const back = edge.setDevice("3-302", [{ name: "Present", type: "Int32", value: 0 }], WALL + 9);
      expect(typesOf(back)).toEqual(["DBIRTH"]);
      expect(seqs(back)).toEqual([4]);
    },
  );
});

describe("commands", () => {
  test(
    tck(
      "are subscribed to: the node's, and those of devices that can be written",
      "tck-id-message-flow-edge-node-ncmd-subscribe",
      "tck-id-message-flow-device-dcmd-subscribe",
    ),
    () => {
      expect(edge.subscriptions).toEqual(["spBv1.0/Gatehouse/NCMD/g-1"]);
      edge.setDevice("lock", [{ name: "Lock", type: "Boolean", value: true, writable: true }], WALL);
      expect(edge.subscriptions).toEqual(["spBv1.0/Gatehouse/NCMD/g-1", "spBv1.0/Gatehouse/DCMD/g-1/lock"]);
    },
  );

  test(
    tck(
      "a rebirth request brings all births again, with the number of this connection",
      "tck-id-operational-behavior-data-commands-rebirth-action-1",
      "tck-id-operational-behavior-data-commands-rebirth-action-2",
      "tck-id-operational-behavior-data-commands-rebirth-action-3",
    ),
    () => {
      make({ lastBdSeq: 6 });
      start();
      edge.update("3-302", [{ name: "Present", value: 5, timestamp: WALL }], WALL);
      const { topic, payload } = rebirthMessage(id, WALL);
      const again = edge.hear(topic, payload, WALL + 50);
      expect(typesOf(again)).toEqual(["NBIRTH", "DBIRTH", "DBIRTH"]);
      expect(seqs(again)).toEqual([0, 1, 2]);
      expect(bdSeqIn(messages(again)[0])).toBe(7);
      expect(sparkplugValue(metricNamed(messages(again)[1], "Present"))).toBe(5);
    },
  );

  test("write what may be written, by name or alias, in its type", () => {
    make({ aliases: true });
    edge.setDevice("lock", [{ name: "Lock", type: "Int8", value: 1, writable: true }], WALL);
    start();
    const write = (topic: string, metric: object) =>
      edge.hear(topic, encodeSparkplug({ timestamp: WALL, metrics: [metric as never] }, { types: false }), WALL);
    const dcmd = "spBv1.0/Gatehouse/DCMD/g-1/lock";
    expect(write(dcmd, { name: "Lock", type: "Int8", value: -1 })).toEqual([
      { kind: "write", device: "lock", name: "Lock", value: -1 },
    ]);
    expect(write("spBv1.0/Gatehouse/NCMD/g-1", { alias: 2, type: "String", value: "{}" })).toEqual([
      { kind: "write", device: undefined, name: "Command", value: "{}" },
    ]);
    expect(write(dcmd, { name: "Lock", type: "String", value: "x" })).toMatchObject([{ kind: "problem" }]);
    expect(write("spBv1.0/Gatehouse/NCMD/g-1", { name: "Health", type: "Int32", value: 1 })).toMatchObject([
      { kind: "problem", reason: "command: nobody may write the metric Health" },
    ]);
    expect(write("spBv1.0/Gatehouse/NCMD/other", { name: "Command", type: "String", value: "" })).toEqual([]);
    expect(edge.hear(dcmd, Uint8Array.of(255), WALL)).toMatchObject([{ kind: "problem" }]);
  });
});

describe("the primary host", () => {
  beforeEach(() => {
    make({ primaryHost: "scada" });
  });

  test(
    tck(
      "must be online before anything is born: its own STATE, and no older one",
      "tck-id-message-flow-edge-node-birth-publish-phid-wait",
      "tck-id-message-flow-edge-node-birth-publish-phid-wait-id",
      "tck-id-message-flow-edge-node-birth-publish-phid-wait-online",
      "tck-id-message-flow-edge-node-birth-publish-phid-wait-timestamp",
      "tck-id-operational-behavior-edge-node-birth-sequence-wait",
    ),
    () => {
      expect(edge.subscriptions).toContain("spBv1.0/STATE/scada");
      expect(start().births).toEqual([]);
      expect(edge.update("3-302", [{ name: "Present", value: 8, timestamp: WALL }], WALL)).toEqual([]);
      expect(edge.hear(...state(true, 100, "other"), WALL)).toEqual([]);
      expect(edge.born).toBe(false);
      // A retained offline of an earlier life of the host: this node goes on to another broker, or comes again.
      expect(edge.hear(...state(false, 100), WALL)).toMatchObject([{ kind: "publish" }, { kind: "leave" }]);
      start();
      expect(edge.hear(...state(true, 99), WALL)).toEqual([]);
      expect(typesOf(edge.hear(...state(true, 101), WALL))).toEqual(["NBIRTH", "DBIRTH", "DBIRTH"]);
    },
  );

  test(
    tck(
      "that goes offline ends the session with an NDEATH, unless an older connection of it speaks",
      "tck-id-message-flow-edge-node-birth-publish-phid-offline",
      "tck-id-operational-behavior-edge-node-termination-host-offline",
      "tck-id-operational-behavior-edge-node-termination-host-offline-timestamp",
      "tck-id-operational-behavior-edge-node-intentional-disconnect-ndeath",
      "tck-id-payloads-ndeath-will-message-publisher",
    ),
    () => {
      start();
      edge.hear(...state(true, 1_000), WALL);
      expect(edge.hear(...state(false, 999), WALL)).toEqual([]);
      expect(edge.born).toBe(true);
      const end = edge.hear(...state(false, 1_000), WALL);
      expect(typesOf(end)).toEqual(["NDEATH"]);
      expect(bdSeqIn(messages(end)[0])).toBe(0);
      expect(end.at(-1)).toMatchObject({ kind: "leave", why: "the primary host scada is offline" });
      expect(edge.update("3-302", [{ name: "Present", value: 7, timestamp: WALL }], WALL)).toEqual([]);
      start();
      const births = edge.hear(...state(true, 2_000), WALL);
      expect(bdSeqIn(messages(births)[0])).toBe(1);
      expect(sparkplugValue(metricNamed(messages(births)[1], "Present"))).toBe(7);
    },
  );

  test("that says something else is told", () => {
    start();
    expect(edge.hear("spBv1.0/STATE/scada", encoder.encode("ONLINE"), WALL)).toMatchObject([{ kind: "problem" }]);
  });
});

describe("an edge node and a host together", () => {
  test(
    tck(
      "of the same node's messages in any order within the timeout the host makes one stream",
      "tck-id-topics-nbirth-topic",
    ),
    () => {
      const host = new SparkplugHost({ reorderMs: 2_000 });
      const now = { wallMs: WALL, monoMs: 0 };
      const births = messages(start().births);
      const data = [3, 4, 5, 6].flatMap((value) =>
        messages(edge.update("3-302", [{ name: "Present", value, timestamp: WALL + value }], WALL)),
      );
      const [one, two, three, four] = data;
      const shuffled = [...births, three, one, four, two].flatMap((message) => message ?? []);
      const events = shuffled.flatMap(({ topic, payload }) => host.take(topic, payload, now));
      const values = events.flatMap((event) => (event.kind === "data" ? event.metrics.map(({ value }) => value) : []));
      expect(values).toEqual([3, 4, 5, 6]);
      expect(host.dueMs).toBeUndefined();
    },
  );
});
