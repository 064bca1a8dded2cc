import { Site } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { wantedBy, wants } from "./event-filter.ts";

const site = Site.parse({
  site: { id: "s", name: "s", kind: "rental-compound" },
  spaces: [
    { id: "b3", kind: "building" },
    { id: "3-302", kind: "flat", parent: "b3" },
    { id: "4-101", kind: "flat" },
  ],
  portals: [{ id: "d-302", kind: "door", from: "outside", to: "3-302" }],
  devices: [
    { id: "lock-302", kind: "lock", portal: "d-302" },
    { id: "meter-101", kind: "energy-meter", space: "4-101" },
  ],
});
const alert = (kind: string, space: string, type = "gatehouse.alert.raised") =>
  ({ type, lane: kind === "fire" ? "emergency" : "alert", subject: space, data: JSON.stringify({ kind }) }) as const;
const other = (type: string, lane: "presence" | "alert" | "telemetry", data: object = {}) => ({
  type,
  lane,
  subject: "s",
  data: JSON.stringify(data),
});
const asked = (filter: object | undefined, event: Parameters<typeof wants>[1], mapping?: { types: string[] }) =>
  wants(wantedBy({ filter, mapping: mapping && { ...mapping, template: {} } } as never, site), event);

describe("the filter of an uplink", () => {
  it("lets everything through where there is none", () => {
    expect(asked(undefined, alert("fire", "3-302"))).toBe(true);
  });

  it("may be a list of types, as before", () => {
    expect(asked(["gatehouse.alert.*"], alert("fire", "3-302"))).toBe(true);
    expect(asked(["gatehouse.alert.*", "gatehouse.gap"], other("gatehouse.gap", "alert"))).toBe(true);
    expect(asked(["gatehouse.alert.raised"], other("gatehouse.health", "presence"))).toBe(false);
  });

  it("narrows readings by spaces, whether they name theirs or come from a device at its door", () => {
    const reading = (data: object) => other("gatehouse.reading", "telemetry", data);
    const filter = { spaces: ["b3"] };
    expect(asked(filter, reading({ device: "lock-302" }))).toBe(true);
    expect(asked(filter, reading({ device: "meter-101" }))).toBe(false);
    expect(asked(filter, reading({ device: "meter-101", space: "3-302" }))).toBe(true);
  });

  it("narrows by kinds, which only alerts have", () => {
    expect(asked({ kinds: ["fire"] }, alert("fire", "3-302"))).toBe(true);
    expect(asked({ kinds: ["fire"] }, alert("tamper", "3-302"))).toBe(false);
    expect(asked({ kinds: ["fire"] }, other("gatehouse.health", "presence"))).toBe(true);
  });

  it("narrows by spaces and what lies in them; what is about the box always passes", () => {
    expect(asked({ spaces: ["b3"] }, alert("fire", "3-302"))).toBe(true);
    expect(asked({ spaces: ["b3"] }, alert("fire", "4-101"))).toBe(false);
    expect(asked({ spaces: ["b3"] }, other("gatehouse.residence.daily", "presence"))).toBe(false);
    expect(asked({ spaces: ["b3"] }, other("gatehouse.gap", "alert"))).toBe(true);
    expect(asked({ spaces: ["b3"] }, other("gatehouse.reading", "telemetry", { space: "3-302" }))).toBe(true);
    expect(asked({ spaces: ["b3"] }, other("gatehouse.reading", "telemetry", { space: "4-101" }))).toBe(false);
  });

  it("narrows by lanes, and all of it together", () => {
    expect(asked({ lanes: ["emergency"] }, alert("fire", "3-302"))).toBe(true);
    expect(asked({ lanes: ["emergency"] }, alert("tamper", "3-302"))).toBe(false);
    expect(asked({ lanes: ["emergency"], kinds: ["panic"] }, alert("fire", "3-302"))).toBe(false);
  });

  it("sends to a mapped uplink only what the mapping is for", () => {
    expect(asked(undefined, alert("fire", "3-302"), { types: ["gatehouse.alert.*"] })).toBe(true);
    expect(asked(undefined, other("gatehouse.gap", "alert"), { types: ["gatehouse.alert.*"] })).toBe(false);
  });
});
