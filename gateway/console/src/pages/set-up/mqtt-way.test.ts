import { expect, it } from "vitest";
import { mqttWay } from "./mqtt-way.ts";

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
