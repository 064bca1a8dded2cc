/** A site with a fire input and doors to release, beside the counters that make its load. */
import { deviceIds } from "./load-site.ts";

export const FIRE_INPUT = "fire-1";
export const fireDoors = (count: number): string[] => Array.from({ length: count }, (_, i) => `exit-${i + 1}`);

/** Sections of the site file: `devices` counters, and a way out with so many doors. */
export function fireSections(devices: number, doors: number, fire: object = {}): object {
  const ids = deviceIds(devices);
  const locks = fireDoors(doors);
  return {
    spaces: [
      { id: "hall", kind: "corridor" },
      ...ids.map((id) => ({ id: `flat-${id}`, kind: "flat", limit: { persons: 2, basis: "test" }, risk: "red" })),
    ],
    portals: [
      ...locks.map((id) => ({ id: `door-${id}`, kind: "door", from: "outside", to: "hall" })),
      ...ids.map((id) => ({ id: `door-${id}`, kind: "door", from: "outside", to: `flat-${id}` })),
    ],
    devices: [
      { id: FIRE_INPUT, kind: "fire-input", space: "hall" },
      ...locks.map((id) => ({ id, kind: "lock", portal: `door-${id}`, watch: false })),
      ...ids.map((id) => ({ id, kind: "counter", portal: `door-${id}`, watch: false })),
    ],
    fire: { inputs: [FIRE_INPUT], doors: locks.map((device) => ({ device })), ...fire },
  };
}
