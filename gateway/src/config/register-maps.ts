/** The register maps that come with the gateway, as a person chooses one for a device that says nothing of itself. */
import { type Device, RegisterMap } from "@gatehouse/protocol";
import { readyFiles } from "./device-files.ts";

export interface ReadyMap {
  /** As `map` in the site file. */
  readonly id: string;
  readonly name: string;
  /** What a device with this map is; undefined where it depends on what hangs on it. */
  readonly kind: Device["kind"] | undefined;
}

export const FOLDER = "modbus-maps";

export const readyMaps = (): ReadyMap[] =>
  readyFiles({ folder: FOLDER, schema: RegisterMap }).map(([id, map]) => ({ id, name: map.name, kind: kindOf(map) }));

function kindOf({ registers, lock }: RegisterMap): Device["kind"] | undefined {
  const reads = registers.map((register) => (register.type === "bits" ? undefined : (register.reads ?? undefined)));
  if (reads.some((kind) => kind?.startsWith("meter.energy"))) return "energy-meter";
  if (reads.some((kind) => kind?.startsWith("count."))) return lock === undefined ? "counter" : "turnstile";
  return undefined;
}
