import { expect, it } from "vitest";
import { testConfig } from "../testing/site.ts";
import { buildModel } from "./model.ts";
import { Seats } from "./seats.ts";
import { newDevice } from "./state.ts";

const devices = [
  { id: "lock-1", kind: "lock", portal: "D1" },
  { id: "count-1", kind: "counter", portal: "D1" },
  { id: "radar-1", kind: "presence", space: "F1" },
  { id: "lock-2", kind: "lock", portal: "D2" },
  { id: "water-2", kind: "water-meter", space: "F2" },
];

it("a device sits in the inner space of its door, beside what is at that door and what sees the room", () => {
  const model = buildModel(testConfig({ devices }));
  const seats = new Seats(new Map());
  const neighboursOf = (id: string) => seats.of(model, id)?.neighbours.map(({ device }) => device.id);
  expect(seats.of(model, "lock-1")).toMatchObject({ device: { id: "lock-1" }, portal: { id: "D1" }, space: "F1" });
  expect(neighboursOf("lock-1")).toEqual(["count-1", "radar-1"]);
  expect(neighboursOf("lock-2")).toEqual([]);
  expect(seats.of(model, "radar-1")).toMatchObject({ space: "F1", portal: undefined, neighbours: [] });
  expect(seats.of(model, "stranger")).toBeUndefined();
});

it("on another model seats are found anew, with what is still known of a device", () => {
  const known = new Map([["lock-1", newDevice()]]);
  const seats = new Seats(known);
  const before = seats.of(buildModel(testConfig({ devices })), "lock-1");
  expect(before?.known).toBe(known.get("lock-1"));
  known.delete("lock-1");
  const after = seats.of(buildModel(testConfig({ devices: devices.slice(0, 2) })), "lock-1");
  expect(after?.known).toBeUndefined();
  expect(after?.neighbours.map(({ device }) => device.id)).toEqual(["count-1"]);
});
