import { describe, expect, test } from "vitest";
import { tck } from "../testing/tck.ts";
import { isSparkplugId, parseSparkplugTopic, sparkplugTopic } from "./topics.ts";

const node = { group: "Plant", node: "EdgeGw01" };

describe("topics", () => {
  test(
    tck(
      "have five levels, or four without a device",
      "tck-id-topic-structure",
      "tck-id-topic-structure-namespace-a",
      "tck-id-topics-nbirth-topic",
      "tck-id-topics-ndata-topic",
      "tck-id-topics-ndeath-topic",
      "tck-id-topics-ncmd-topic",
      "tck-id-topics-dbirth-topic",
      "tck-id-topics-ddata-topic",
      "tck-id-topics-ddeath-topic",
      "tck-id-topics-dcmd-topic",
      "tck-id-topic-structure-namespace-device-id-associated-message-types",
      "tck-id-topic-structure-namespace-device-id-non-associated-message-types",
    ),
    () => {
      for (const type of ["NBIRTH", "NDEATH", "NDATA", "NCMD"] as const) {
        const text = sparkplugTopic({ ...node, type });
        expect(text).toBe(`spBv1.0/Plant/${type}/EdgeGw01`);
        expect(parseSparkplugTopic(text)).toEqual({ ...node, type });
        expect(parseSparkplugTopic(`${text}/Door-3`)).toBeUndefined();
      }
      for (const type of ["DBIRTH", "DDEATH", "DDATA", "DCMD"] as const) {
        const text = sparkplugTopic({ ...node, type, device: "Door-3" });
        expect(text).toBe(`spBv1.0/Plant/${type}/EdgeGw01/Door-3`);
        expect(parseSparkplugTopic(text)).toEqual({ ...node, type, device: "Door-3" });
        expect(parseSparkplugTopic(`spBv1.0/Plant/${type}/EdgeGw01`)).toBeUndefined();
      }
      expect(parseSparkplugTopic("spBv1.0/STATE/host-1")).toEqual({ type: "STATE", host: "host-1" });
      expect(parseSparkplugTopic("spBv1.0/STATE/host-1/more")).toBeUndefined();
    },
  );

  test(
    tck(
      "take any UTF-8 in an id but what MQTT keeps for itself",
      "tck-id-intro-group-id-string",
      "tck-id-intro-group-id-chars",
      "tck-id-intro-edge-node-id-string",
      "tck-id-intro-edge-node-id-chars",
      "tck-id-intro-device-id-string",
      "tck-id-intro-device-id-chars",
      "tck-id-topic-structure-namespace-valid-group-id",
      "tck-id-topic-structure-namespace-valid-edge-node-id",
      "tck-id-topic-structure-namespace-valid-device-id",
    ),
    () => {
      for (const id of ["3号楼 302", "a.b:c", "Sparkplug B Devices"]) expect(isSparkplugId(id)).toBe(true);
      for (const id of ["", "a/b", "+", "a#", "a\0b", "\ud800", "x".repeat(1_025)]) {
        expect(isSparkplugId(id)).toBe(false);
        expect(() => sparkplugTopic({ group: id, node: "n", type: "NBIRTH" })).toThrow("cannot stand");
        expect(() => sparkplugTopic({ group: "g", node: id, type: "NBIRTH" })).toThrow("cannot stand");
        expect(() => sparkplugTopic({ group: "g", node: "n", type: "DBIRTH", device: id })).toThrow("cannot stand");
      }
    },
  );

  test("of others are none", () => {
    for (const topic of [
      "spAv1.0/g/NBIRTH/n",
      "spBv1.0/g/NBIRTH",
      "spBv1.0",
      "spBv1.0/g/XBIRTH/n",
      "spBv1.0//NBIRTH/n",
    ])
      expect(parseSparkplugTopic(topic), topic).toBeUndefined();
  });
});
