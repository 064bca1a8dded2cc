/** Devices as the list shows them: what the site file says, what they said, and what is wrong with them. */
import { type CommandAction, type Device, formatTime } from "@gatehouse/protocol";
import type { LiveDrivers } from "../../core/commands/live-drivers.ts";
import type { Core } from "../../core/core.ts";
import type { HealthEntry } from "../../core/health.ts";
import type { LineProtocol } from "../../core/ports.ts";
import type { DeviceBook } from "../../monitor/device-book.ts";
import { inLanguage, type Language } from "../../words/said.ts";
import type { DeviceRow } from "../table/devices.ts";

/** A driver as the site file has it. */
export interface DriverFacts {
  readonly id: string;
  readonly type: string;
  /** Its line as one would write it; null for those without one. */
  readonly link: string | null;
  /** What is spoken there, for whoever looks at it. */
  readonly protocol: LineProtocol | undefined;
}

export interface DeviceRowParts {
  readonly core: Pick<Core, "model" | "state">;
  readonly drivers: Pick<LiveDrivers, "get">;
  readonly health: { readonly entries: readonly HealthEntry[] };
  readonly book: Pick<DeviceBook, "of">;
  readonly driverFacts: ReadonlyMap<string, DriverFacts>;
  actionsOf(device: Device): readonly CommandAction[];
}

/** In the order of the site file; `only` narrows them. */
export function deviceRows(parts: DeviceRowParts, language: Language, only?: ReadonlySet<string>): DeviceRow[] {
  const codes = codesBySubject(parts, language);
  const rows: DeviceRow[] = [];
  for (const device of parts.core.model.devices.values()) {
    if (only?.has(device.id) === false) continue;
    rows.push(rowOf(parts, device, codes.get(device.id) ?? []));
  }
  return rows;
}

/** True for a device that cannot be heard now. */
export const isDown = ({ driverUp, online }: Pick<DeviceRow, "driverUp" | "online">): boolean =>
  !driverUp || online === false;

function rowOf(parts: DeviceRowParts, device: Device, codes: DeviceRow["codes"]): DeviceRow {
  const { core, drivers, book, driverFacts } = parts;
  const { model, state } = core;
  const { id, kind, driver, portal } = device;
  const { readings, rejected, status } = book.of(id);
  return {
    id,
    kind,
    driver,
    driverType: driverFacts.get(driver)?.type ?? driver,
    driverUp: drivers.get(driver) !== undefined,
    portal: portal ?? null,
    space: model.spaceOf.get(id) ?? null,
    online: state.devices.get(id)?.online ?? null,
    lastSeenAt: lastSeen(parts, id),
    battery: status?.battery ?? null,
    rssi: status?.rssi ?? null,
    firmware: status?.firmware ?? null,
    readings,
    rejected,
    codes,
    actions: [...parts.actionsOf(device)],
  };
}

/** Since the start by what was heard, before it by what the core remembers. */
export function lastSeen({ core, book }: Pick<DeviceRowParts, "core" | "book">, id: string): string | null {
  const heardMs = book.of(id).heardMs ?? core.state.devices.get(id)?.watch?.heardAtMs;
  return heardMs === undefined ? null : formatTime(heardMs, core.model.zone);
}

function codesBySubject({ health, core }: DeviceRowParts, language: Language): Map<string, DeviceRow["codes"]> {
  const codes = new Map<string, DeviceRow["codes"]>();
  for (const { code, subject, detail, sinceMs } of health.entries) {
    if (!core.model.devices.has(subject)) continue;
    const known = codes.get(subject) ?? [];
    known.push({ code, detail: inLanguage(detail, language), since: formatTime(sinceMs, core.model.zone) });
    codes.set(subject, known);
  }
  return codes;
}
