import { beforeEach, describe, expect, test } from "vitest";
import { tck } from "../testing/tck.ts";
import { type HostEvent, SparkplugHost } from "./host.ts";
import { decodeSparkplug, encodeSparkplug, sparkplugMetric, sparkplugValue } from "./payload.ts";
import type { SparkplugMetric } from "./types.ts";

const WALL = 1_700_000_000_000;
const REORDER_MS = 2_000;
const node = { group: "Plant", node: "Gw" };

let host: SparkplugHost;
let monoMs = 0;
const now = () => ({ wallMs: WALL + monoMs, monoMs });

beforeEach(() => {
  host = new SparkplugHost({ reorderMs: REORDER_MS });
  monoMs = 0;
});

const bytes = (seq: number | undefined, metrics: readonly SparkplugMetric[], types = true) =>
  encodeSparkplug({ timestamp: WALL + monoMs, seq, metrics }, { types });
const say = (type: string, seq: number | undefined, metrics: readonly SparkplugMetric[], device?: string) =>
  host.take(
    `spBv1.0/Plant/${type}/Gw${device === undefined ? "" : `/${device}`}`,
    bytes(seq, metrics, /BIRTH|DEATH/.test(type)),
    now(),
  );

const bdSeq = (value: number): SparkplugMetric => ({ name: "bdSeq", type: "Int64", value, timestamp: WALL });
const rebirth: SparkplugMetric = { name: "Node Control/Rebirth", type: "Boolean", value: false, timestamp: WALL };
const contact = (value: boolean): SparkplugMetric => ({
  name: "Door/Contact",
  alias: 7,
  type: "Boolean",
  value,
  timestamp: WALL,
});
const byAlias = (alias: number, value: boolean): SparkplugMetric => ({
  alias,
  type: "Boolean",
  value,
  timestamp: WALL,
});

const nodeBirth = (bd = 3, seq = 0) => say("NBIRTH", seq, [bdSeq(bd), rebirth]);
const births = () => [...nodeBirth(), ...say("DBIRTH", 1, [contact(false)], "Door-3")];
const open = (seq: number, value = true) => say("DDATA", seq, [byAlias(7, value)], "Door-3");
const kinds = (events: readonly HostEvent[]) => events.map(({ kind }) => kind);
const valuesOf = (events: readonly HostEvent[]) =>
  events.flatMap((event) => (event.kind === "data" ? event.metrics.map(({ value }) => value) : []));

describe("births and data", () => {
  test("a birth names all metrics, data needs the alias alone", () => {
    const [, device] = births();
    expect(device).toMatchObject({ kind: "birth", node, device: "Door-3" });
    expect(open(2)).toMatchObject([
      { kind: "data", device: "Door-3", metrics: [{ name: "Door/Contact", type: "Boolean", value: true, good: true }] },
    ]);
  });

  test("an alias of another device, or of none, asks for a birth", () => {
    births();
    say("DBIRTH", 2, [{ ...contact(true), alias: 8 }], "Door-4");
    expect(kinds(say("DDATA", 3, [byAlias(8, true)], "Door-3"))).toEqual(["problem", "rebirth"]);
    monoMs += 6_000;
    expect(kinds(say("DDATA", 4, [byAlias(99, true)], "Door-3"))).toEqual(["problem", "rebirth"]);
  });

  test("what can be read of a message is taken, the rest is told", () => {
    births();
    const events = say(
      "DDATA",
      2,
      [{ ...contact(true), value: 5, type: "Int32", alias: undefined }, byAlias(7, true)],
      "Door-3",
    );
    expect(kinds(events)).toEqual(["data", "problem"]);
    expect(valuesOf(events)).toEqual([true]);
    expect(events[1]).toMatchObject({ reason: expect.stringContaining("Boolean in intValue") });
  });

  test("an alias that two metrics share belongs to the first", () => {
    nodeBirth();
    const events = say("DBIRTH", 1, [contact(false), { ...contact(true), name: "Other" }], "Door-3");
    expect(events[1]).toMatchObject({ kind: "problem", reason: expect.stringContaining("belongs to Door/Contact") });
  });

  test("quality other than good is seen, and a quality that is none is told", () => {
    births();
    const bad = { ...byAlias(7, true), properties: { Quality: { type: "Int32", value: 500 } } } as const;
    expect(say("DDATA", 2, [bad], "Door-3")).toMatchObject([{ metrics: [{ good: false }] }]);
    const none = { ...bad, properties: { Quality: { type: "Int32", value: 7 } } } as const;
    expect(kinds(say("DDATA", 3, [none], "Door-3"))).toEqual(["problem"]);
  });

  test("history is told from news", () => {
    births();
    expect(say("DDATA", 2, [{ ...byAlias(7, true), historical: true }], "Door-3")).toMatchObject([
      { metrics: [{ historical: true, atMs: WALL }] },
    ]);
  });
});

describe("order", () => {
  test(
    tck(
      "messages out of order wait, and are taken in order once the missing one is there",
      "tck-id-operational-behavior-host-reordering-start",
      "tck-id-operational-behavior-host-reordering-success",
    ),
    () => {
      births();
      expect(open(3, false)).toEqual([]);
      expect(host.dueMs).toBe(REORDER_MS);
      monoMs = 1_999;
      expect(host.due(now())).toEqual([]);
      expect(valuesOf(open(2, true))).toEqual([true, false]);
      expect(host.dueMs).toBeUndefined();
      monoMs = 60_000;
      expect(host.due(now())).toEqual([]);
    },
  );

  test(
    tck(
      "a message that stays missing costs a rebirth request, and what came is taken all the same",
      "tck-id-operational-behavior-host-reordering-param",
      "tck-id-operational-behavior-host-reordering-rebirth",
      "tck-id-operational-behavior-data-commands-ncmd-rebirth-verb",
      "tck-id-operational-behavior-data-commands-ncmd-rebirth-name",
      "tck-id-operational-behavior-data-commands-ncmd-rebirth-value",
      "tck-id-operational-behavior-data-commands-ncmd-verb",
      "tck-id-topics-ncmd-mqtt",
      "tck-id-topics-ncmd-timestamp",
      "tck-id-topics-ncmd-payload",
      "tck-id-payloads-ncmd-timestamp",
      "tck-id-payloads-ncmd-seq",
      "tck-id-payloads-ncmd-qos",
      "tck-id-payloads-ncmd-retain",
      "tck-id-payloads-name-cmd-requirement",
    ),
    () => {
      births();
      open(4, true);
      open(5, false);
      monoMs = REORDER_MS;
      const events = host.due(now());
      expect(kinds(events)).toEqual(["gap", "data", "data", "rebirth"]);
      expect(events[0]).toMatchObject({ missing: 2 });
      const asked = events[3];
      if (asked?.kind !== "rebirth") throw new RangeError("no rebirth request");
      expect(asked.message).toMatchObject({ topic: "spBv1.0/Plant/NCMD/Gw", qos: 0, retain: false });
      const payload = decodeSparkplug(asked.message.payload);
      expect(payload).toMatchObject({ timestamp: WALL + REORDER_MS, seq: undefined });
      expect(payload.metrics.map(sparkplugMetric)).toEqual([
        { name: "Node Control/Rebirth", timestamp: WALL + REORDER_MS, type: "Boolean", value: true },
      ]);
      expect(valuesOf(open(6))).toEqual([true]);
    },
  );

  test("without patience a gap asks at once", () => {
    host = new SparkplugHost({ reorderMs: 0 });
    births();
    expect(kinds(open(9))).toEqual(["gap", "data", "rebirth"]);
  });

  test("an edge node is not asked more than once in five seconds", () => {
    expect(kinds(open(2))).toEqual(["rebirth"]);
    expect(open(3)).toEqual([]);
    monoMs = 5_000;
    expect(kinds(open(4))).toEqual(["rebirth"]);
  });

  test("the number turns from 255 to 0, also while messages wait", () => {
    births();
    for (let seq = 2; seq <= 254; seq++) expect(open(seq % 256)).toHaveLength(1);
    expect(open(0, false)).toEqual([]);
    expect(valuesOf(open(255, true))).toEqual([true, false]);
    expect(valuesOf(open(1))).toEqual([true]);
  });

  test("what waits is bounded: too much of it is taken at once", () => {
    births();
    const fill: SparkplugMetric = { name: "Fill", type: "String", value: "x".repeat(400_000), timestamp: WALL };
    const some = [3, 4, 5].map((seq) => kinds(say("NDATA", seq, [fill])));
    expect(some[0]).toEqual([]);
    expect(some[2]?.[0]).toBe("gap");
  });

  test("a message without a number is told, and its node asked", () => {
    births();
    expect(kinds(open(undefined as never))).toEqual(["problem", "rebirth"]);
  });

  test("a rebirth in order starts the numbers anew and forgets what waited", () => {
    births();
    open(9);
    expect(kinds(nodeBirth())).toEqual(["birth"]);
    expect(host.dueMs).toBe(monoMs + 10_000);
    expect(kinds(say("DBIRTH", 1, [contact(true)], "Door-3"))).toEqual(["birth"]);
    expect(valuesOf(open(2))).toEqual([true]);
  });
});

describe("deaths", () => {
  test(
    tck(
      "the death of a node is that of its devices, at the host's time, and all is stale",
      "tck-id-operational-behavior-edge-node-termination-host-action-ndeath-node-offline",
      "tck-id-operational-behavior-edge-node-termination-host-action-ndeath-node-tags-stale",
      "tck-id-operational-behavior-edge-node-termination-host-action-ndeath-devices-offline",
      "tck-id-operational-behavior-edge-node-termination-host-action-ndeath-devices-tags-stale",
    ),
    () => {
      births();
      monoMs = 500;
      const events = say("NDEATH", undefined, [bdSeq(3)]);
      expect(events).toMatchObject([
        { kind: "death", device: "Door-3", atMs: WALL + 500 },
        { kind: "death", device: undefined, atMs: WALL + 500 },
      ]);
      expect(host.look(node)).toMatchObject({ online: false, sinceMs: WALL + 500 });
      expect(host.look(node, "Door-3")).toMatchObject({ online: false, sinceMs: WALL + 500 });
      expect(kinds(open(2))).toEqual(["rebirth"]);
    },
  );

  test("a death of another session says nothing", () => {
    births();
    expect(say("NDEATH", undefined, [bdSeq(2)])).toEqual([]);
    expect(host.look(node)?.online).toBe(true);
    expect(say("NDEATH", undefined, [bdSeq(3)])).toHaveLength(2);
    expect(say("NDEATH", undefined, [bdSeq(3)])).toEqual([]);
  });

  test(
    tck(
      "the death of a device leaves its node, at the time the message says",
      "tck-id-operational-behavior-edge-node-termination-host-action-ddeath-devices-offline",
      "tck-id-operational-behavior-edge-node-termination-host-action-ddeath-devices-tags-stale",
    ),
    () => {
      births();
      monoMs = 700;
      const payload = encodeSparkplug({ timestamp: WALL + 123, seq: 2, metrics: [] }, { types: true });
      const events = host.take("spBv1.0/Plant/DDEATH/Gw/Door-3", payload, now());
      expect(events).toMatchObject([{ kind: "death", device: "Door-3", atMs: WALL + 123 }]);
      expect(host.look(node)?.online).toBe(true);
      expect(kinds(open(3))).toEqual(["problem", "rebirth"]);
    },
  );

  test("a device that does not follow its node's new birth is gone", () => {
    births();
    nodeBirth(4);
    expect(kinds(say("DDATA", 1, [byAlias(7, true)], "Door-3"))).toEqual(["problem", "rebirth"]);
    monoMs = 10_000;
    expect(host.due(now())).toMatchObject([{ kind: "death", device: "Door-3" }]);
  });

  test("a lost connection makes everything stale", () => {
    births();
    expect(host.lost(now())).toMatchObject([
      { kind: "death", device: "Door-3", why: "the connection was lost" },
      { kind: "death", device: undefined },
    ]);
    expect(host.lost(now())).toEqual([]);
  });
});

describe("writing", () => {
  test(
    tck(
      "names the metric of the birth, by its alias where it has one, and fits its type",
      "tck-id-operational-behavior-data-commands-dcmd-verb",
      "tck-id-operational-behavior-data-commands-dcmd-metric-name",
      "tck-id-operational-behavior-data-commands-dcmd-metric-value",
      "tck-id-operational-behavior-data-commands-ncmd-metric-name",
      "tck-id-operational-behavior-data-commands-ncmd-metric-value",
      "tck-id-topics-dcmd-mqtt",
      "tck-id-topics-dcmd-timestamp",
      "tck-id-topics-dcmd-payload",
      "tck-id-payloads-dcmd-timestamp",
      "tck-id-payloads-dcmd-seq",
      "tck-id-payloads-dcmd-qos",
      "tck-id-payloads-dcmd-retain",
    ),
    () => {
      births();
      const message = host.write(node, "Door-3", "Door/Contact", true, WALL + 9);
      expect(message).toMatchObject({ topic: "spBv1.0/Plant/DCMD/Gw/Door-3", qos: 0, retain: false });
      const { metrics, ...head } = decodeSparkplug(message.payload);
      expect(head).toMatchObject({ timestamp: WALL + 9, seq: undefined });
      expect(metrics).toMatchObject([{ name: undefined, alias: 7 }]);
      expect(metrics.map((metric) => sparkplugValue(metric))).toEqual([true]);
      expect(host.write(node, undefined, "Node Control/Rebirth", true, WALL)).toMatchObject({
        topic: "spBv1.0/Plant/NCMD/Gw",
      });
      expect(() => host.write(node, "Door-3", "Door/Lock", true, WALL)).toThrow('has no metric "Door/Lock"');
      expect(() => host.write(node, "Door-3", "Door/Contact", "open", WALL)).toThrow("not a value of that type");
      expect(() => host.write(node, "Door-4", "Door/Contact", true, WALL)).toThrow("has no metric");
    },
  );
});

describe("strangers", () => {
  test("bytes that are no payload are told and change nothing", () => {
    births();
    expect(host.take("spBv1.0/Plant/DDATA/Gw/Door-3", Uint8Array.of(0xff, 0xff), now())).toMatchObject([
      { kind: "problem", reason: expect.stringContaining("not a Sparkplug B payload") },
    ]);
    expect(host.take("spBv1.0/nonsense", Uint8Array.of(), now())).toMatchObject([{ kind: "problem" }]);
    expect(valuesOf(open(2))).toEqual([true]);
  });

  test("what hosts say is not for us", () => {
    expect(host.take("spBv1.0/STATE/other", Uint8Array.of(1), now())).toEqual([]);
    expect(host.take("spBv1.0/Plant/NCMD/Gw", Uint8Array.of(1), now())).toEqual([]);
  });

  test("devices born without metrics are bounded too, and those that are known may be born again", () => {
    host = new SparkplugHost({ reorderMs: 0, maxDevices: 2 });
    nodeBirth();
    expect(kinds(say("DBIRTH", 1, [], "a"))).toEqual(["birth"]);
    expect(kinds(say("DBIRTH", 2, [], "b"))).toEqual(["birth"]);
    expect(say("DBIRTH", 3, [], "c")).toMatchObject([{ kind: "problem", reason: "DBIRTH: more than 2 devices" }]);
    expect(kinds(say("DBIRTH", 4, [], "a"))).toEqual(["birth"]);
  });

  test("edge nodes and metrics beyond what is kept are told", () => {
    host = new SparkplugHost({ reorderMs: 0, maxNodes: 1, maxMetrics: 3 });
    births();
    const other = host.take("spBv1.0/Plant/NBIRTH/Gw2", bytes(0, [bdSeq(0)]), now());
    expect(other).toMatchObject([{ kind: "problem", reason: "more than 1 edge nodes" }]);
    expect(say("DBIRTH", 2, [{ ...contact(true), alias: 9 }], "Door-4")).toMatchObject([
      { kind: "problem", reason: expect.stringContaining("more than 3 metrics") },
    ]);
  });

  test(
    tck(
      "two edge nodes are told apart by group and id together, and may have devices of the same name",
      "tck-id-topic-structure-namespace-duplicate-device-id-across-edge-node",
    ),
    () => {
      births();
      host.take("spBv1.0/Town/NBIRTH/Gw", bytes(0, [bdSeq(9)]), now());
      host.take("spBv1.0/Town/DBIRTH/Gw/Door-3", bytes(1, [contact(true)]), now());
      say("NDEATH", undefined, [bdSeq(3)]);
      expect(host.look({ group: "Town", node: "Gw" }, "Door-3")?.online).toBe(true);
    },
  );
});
