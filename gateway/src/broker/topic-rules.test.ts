import { opcuaTopic } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { topicMatches } from "./fan-out.ts";
import { grantsOf, TOPIC_RULES } from "./topic-rules.ts";

describe("topic rules", () => {
  const device = grantsOf("device", "lock-302");
  const tool = grantsOf("tool", "dashboard");

  it("let a device publish on exactly five topics of its own", () => {
    expect([...device.publish]).toEqual(
      ["readings", "readings.pb", "status", "result", "updating"].map((leaf) => `gatehouse/1/lock-302/${leaf}`),
    );
  });

  it.each(["gatehouse/1/lock-302/command", "gatehouse/1/lock-302/errors"])("let a device subscribe to %s", (filter) => {
    expect(device.maySubscribe(filter)).toBe(true);
  });

  it.each([
    "#",
    "+",
    "$SYS/#",
    "gatehouse/#",
    "gatehouse/1/#",
    "gatehouse/1/+/command",
    "gatehouse/1/lock-303/command",
    "gatehouse/1/lock-302/readings",
    "gatehouse/1/lock-302/#",
    "gatehouse/1/lock-302/command/#",
    "gatehouse/1/state/#",
  ])("keep a device from subscribing to %s", (filter) => {
    expect(device.maySubscribe(filter)).toBe(false);
  });

  it.each(["gatehouse/1/state/#", "gatehouse/1/state/health", "gatehouse/1/state/spaces/+", "gatehouse/1/state/+/x"])(
    "let a tool subscribe to %s",
    (filter) => {
      expect(tool.maySubscribe(filter)).toBe(true);
    },
  );

  it.each([
    "#",
    "gatehouse/1/+/health",
    "gatehouse/1/statement/#",
    "gatehouse/1/state",
    "gatehouse/1/lock-302/command",
  ])("keep a tool from subscribing to %s", (filter) => {
    expect(tool.maySubscribe(filter)).toBe(false);
  });

  it("let a tool publish nothing", () => {
    expect(tool.publish.size).toBe(0);
  });

  it("give nobody but devices a right to publish, and the gateway's own side process the one to ask", () => {
    const others = TOPIC_RULES.filter(({ role, may }) => may === "publish" && role !== "device");
    expect(others).toEqual([{ role: "opcua", may: "publish", topic: opcuaTopic.asks }]);
    for (const role of ["device", "tool"] as const) {
      const grants = grantsOf(role, "side");
      expect(grants.publish.has(opcuaTopic.asks)).toBe(false);
      expect(grants.maySubscribe(opcuaTopic.answers)).toBe(false);
    }
  });
});

describe("topic filters", () => {
  it.each([
    ["a/b", "a/b", true],
    ["a/+", "a/b", true],
    ["a/+", "a/b/c", false],
    ["a/#", "a/b/c", true],
    ["a/#", "a", true],
    ["a/+/c", "a/b/c", true],
    ["a/b", "a/b/c", false],
    ["+", "a", true],
    ["#", "$SYS/x", false],
    ["$SYS/+/heartbeat", "$SYS/id/heartbeat", true],
  ])("%s over %s: %s", (filter, topic, expected) => {
    expect(topicMatches(filter, topic)).toBe(expected);
  });
});
