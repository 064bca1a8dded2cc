import { expect, test } from "vitest";
import { deviceTopic, parseDeviceTopic, stateTopic, uplinkSubject, uplinkTopic } from "./topics.ts";

test("topics are named as the format says", () => {
  expect(deviceTopic.readings("lock-302")).toBe("gatehouse/1/lock-302/readings");
  expect(deviceTopic.readingsPb("lock-302")).toBe("gatehouse/1/lock-302/readings.pb");
  expect(deviceTopic.status("a")).toBe("gatehouse/1/a/status");
  expect(deviceTopic.command("a")).toBe("gatehouse/1/a/command");
  expect(deviceTopic.result("a")).toBe("gatehouse/1/a/result");
  expect(deviceTopic.errors("a")).toBe("gatehouse/1/a/errors");
  expect(stateTopic.space("3-302")).toBe("gatehouse/1/state/spaces/3-302");
  expect(stateTopic.alert("alr_1")).toBe("gatehouse/1/state/alerts/alr_1");
  expect(stateTopic.health).toBe("gatehouse/1/state/health");
  expect(uplinkTopic.up("mq", "alert")).toBe("gatehouse/mq/up/alert");
  expect(uplinkTopic.receipts("mq")).toBe("gatehouse/mq/receipts");
  expect(uplinkTopic.commands("mq")).toBe("gatehouse/mq/commands");
  expect(uplinkSubject.up("mq", "alert")).toBe("gatehouse.mq.alert");
  expect(uplinkSubject.commands("mq")).toBe("gatehouse.mq.commands");
});

test("a device's topic is taken apart", () => {
  expect(parseDeviceTopic(deviceTopic.readingsPb("lock-302"))).toEqual({ device: "lock-302", leaf: "readings.pb" });
});

test.each([
  "gatehouse/1/state/health",
  "gatehouse/1//readings",
  "gatehouse/1/a",
  "gatehouse/1/a/",
  "gatehouse/1/a/b/c",
  "gatehouse/2/a/readings",
  "other/1/a/readings",
  "/gatehouse/1/a/readings",
  "",
])("%j is no topic of a device", (topic) => {
  expect(parseDeviceTopic(topic)).toBeUndefined();
});
