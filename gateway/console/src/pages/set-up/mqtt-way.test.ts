import { expect, it } from "vitest";
import { isListenAddress, likelyListen, mqttWay } from "./mqtt-way.ts";

it("of a box as it is unpacked, knows that no device on the network gets in", () => {
  expect(mqttWay(undefined, "192.168.1.20")).toEqual({ urls: ["mqtt://127.0.0.1:1883"], isClosed: true });
});

it.each([
  [{ listen: "10.0.0.2:1884" }, ["mqtt://10.0.0.2:1884"]],
  [{ listen: "0.0.0.0:1883" }, ["mqtt://192.168.1.20:1883"]],
  [{ listen: "[::]:1883" }, ["mqtt://192.168.1.20:1883"]],
  [{ tls: {} }, ["mqtts://192.168.1.20:8883"]],
  [
    { listen: "0.0.0.0:1883", tls: { listen: "0.0.0.0:8884" } },
    ["mqtt://192.168.1.20:1883", "mqtts://192.168.1.20:8884"],
  ],
])("of %o, gives the addresses a device can use", (broker, urls) => {
  expect(mqttWay(broker, "192.168.1.20")).toEqual({ urls, isClosed: false });
});

it.each([
  ["192.168.1.20", "192.168.1.20:1883"],
  ["127.0.0.1", "0.0.0.0:1883"],
  ["gatehouse.local", "0.0.0.0:1883"],
])("to a page opened by %s, proposes to listen on %s", (host, listen) => {
  expect(likelyListen(host)).toBe(listen);
});

it.each(["10.0.0.2:1883", "0.0.0.0:1", "[::]:1883", "[fd00::2]:65535"])("%s is an address to listen on", (text) => {
  expect(isListenAddress(text)).toBe(true);
});

it.each([
  "",
  "10.0.0.2",
  "10.0.0.256:1883",
  "10.0.0:1883",
  "10.0.0.2:0",
  "10.0.0.2:65536",
  "box:1883",
  "127.0.0.1:1883",
  "[::1]:1883",
])("%s is none that a device on a network could reach", (text) => {
  expect(isListenAddress(text)).toBe(false);
});
