/** What an edge node or a device that the site file does not name could be, by the names of its metrics. Pure. */
import type { HostMetric } from "@gatehouse/protocol";
import type { FoundDevice, FoundPoint } from "../../core/found-devices.ts";
import { type Meaning, meaningRow, says, suggested } from "./meanings.ts";

/** Meanings that any kind of device may have say nothing of which it is. */
const SIDE: readonly Meaning[] = ["tamper", "battery-low", "power-ok", "duress"];

export function proposal(driver: string, address: string, metrics: readonly HostMetric[]): FoundDevice {
  const byKind = new Map<FoundPoint["kind"], string[]>();
  for (const metric of metrics) {
    const meaning = suggested(metric);
    const [kind] = meaning === undefined || SIDE.includes(meaning) ? [] : meaningRow(meaning).kinds;
    if (meaning === undefined || kind === undefined) continue;
    byKind.set(kind, [...(byKind.get(kind) ?? []), `${metric.name}: ${says(meaning)}`]);
  }
  const points = [...byKind].map(([kind, whats]) => ({ kind, what: whats.join(", "), keys: { address } }));
  const text = (name: string) => metrics.find((metric) => metric.name === `Properties/${name}`)?.value;
  const model = [text("Hardware Make"), text("Hardware Model")].filter((part) => typeof part === "string").join(" ");
  const names = metrics
    .map(({ name }) => name)
    .filter((name) => !/^(bdSeq$|Node Control\/|Device Control\/|Properties\/)/.test(name));
  const unsupported =
    points.length > 0
      ? {}
      : {
          unsupported: `no name of its metrics says what it is; write \`metrics\` (${names.slice(0, 6).join(", ") || "it has none"})`,
        };
  return { driver, id: address, label: address, ...(model === "" ? {} : { model }), points, ...unsupported };
}
