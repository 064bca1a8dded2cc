/** Sites for load and fault tests: as many flats as wanted, each with a counter `count-0001` …, limit 2. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export interface LoadSiteOptions {
  readonly dir: string;
  readonly devices: number;
  readonly mqttPort: number;
  /** Uplink blocks of the site file. */
  readonly uplinks: readonly object[];
  /** Further sections of the site file, or others in place of its own. */
  readonly sections?: object | undefined;
}

export const GATEWAY_ID = "load-site";
export const SOURCE = `gatehouse/${GATEWAY_ID}`;

export const deviceIds = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `count-${String(i + 1).padStart(4, "0")}`);

/** Writes `site.yaml` (as JSON) into the folder and returns its path. */
export function writeLoadSite({ dir, devices, mqttPort, uplinks, sections }: LoadSiteOptions): string {
  const ids = deviceIds(devices);
  const site = {
    site: { id: GATEWAY_ID, name: "Load", kind: "rental-compound", address: { code: "310112104007", grid: "MQ-053" } },
    spaces: ids.map((id) => ({ id: `flat-${id}`, kind: "flat", limit: { persons: 2, basis: "test" }, risk: "red" })),
    portals: ids.map((id) => ({ id: `door-${id}`, kind: "door", from: "outside", to: `flat-${id}` })),
    devices: ids.map((id) => ({ id, kind: "counter", portal: `door-${id}`, watch: false })),
    broker: { listen: `127.0.0.1:${mqttPort}`, anonymousLoopback: true },
    uplinks,
    ...sections,
  };
  const file = join(dir, "site.yaml");
  writeFileSync(file, JSON.stringify(site));
  return file;
}
