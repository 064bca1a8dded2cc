import { expect, it } from "vitest";
import { readComponent } from "./components.ts";

const meter = { device_class: "energy", unit_of_measurement: "kWh", state_class: "total_increasing" };

it.each(["name", "unit_of_measurement", "device_class", "state_class"])(
  "an announcement whose %s cannot be turned into text is read or refused, and fails nothing",
  (key) => {
    const hostile = JSON.parse('{"toString":1,"valueOf":1}') as unknown;
    expect(() => readComponent("sensor", { ...meter, [key]: hostile }, "m1")).not.toThrow();
  },
);

it("a meter is read, and one of a day is not", () => {
  expect(readComponent("sensor", meter, "m1")).toMatchObject({ point: { kind: "energy-meter" } });
  expect(readComponent("sensor", { ...meter, name: "Energy today" }, "m1")).toContain("no running total");
});
