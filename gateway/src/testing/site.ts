/** A small site for tests: two flats with doors, locks, counters and a panic button. */
import { Policy, Site } from "@gatehouse/protocol";
import type { CoreConfig } from "../core/model.ts";

export const testPolicy: Policy = Policy.parse({
  id: "test-policy",
  title: "Test policy",
  source: { name: "test", effective: "2014-05-01", verified: true },
  appliesTo: ["flat", "room"],
  personsPerRoom: 2,
  areaPerPersonM2: 5,
  overcrowding: { judgedBy: "likely", nightMinutes: 0, dayMinutes: 0, clearMinutes: 0 },
  doorHeldSeconds: 120,
  alertBudget: { perGridAndDay: 10_000 },
  nights: {
    red: { over: 2, of: 3, clear: 2 },
    yellow: { over: 3, of: 5, clear: 3 },
    blue: { over: 3, of: 5, clear: 3 },
  },
});

/** `F1` has a limit of 2, `F2` of 4. Devices: `lock-1`, `count-1`, `lock-2`, `count-2`, `panic-1`. */
export function testConfig(change: Record<string, unknown> = {}): CoreConfig {
  const flat = (id: string, areas: readonly number[]) => ({
    id,
    kind: "flat",
    rooms: areas.map((areaM2) => ({ areaM2 })),
    risk: "red",
  });
  const site = Site.parse({
    site: { id: "test-site", name: "Test", kind: "rental-compound", address: { code: "310112004007", grid: "MQ-053" } },
    spaces: [flat("F1", [12]), flat("F2", [14, 11])],
    portals: [
      { id: "D1", kind: "door", from: "outside", to: "F1" },
      { id: "D2", kind: "door", from: "outside", to: "F2" },
    ],
    devices: [
      { id: "lock-1", kind: "lock", portal: "D1" },
      { id: "count-1", kind: "counter", portal: "D1" },
      { id: "lock-2", kind: "lock", portal: "D2" },
      { id: "count-2", kind: "counter", portal: "D2" },
      { id: "panic-1", kind: "panic-button", space: "F1" },
    ],
    policies: [{ use: "test-policy" }],
    ...change,
  });
  return { site, policies: [testPolicy] };
}
