/** The lines of a scenario, served: every device with real bytes on its line. */
import type { Clock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import type { SimDevice, SimEvent } from "../devices/device.ts";
import { openFarEnd } from "../devices/far-end.ts";
import { withFaults } from "../devices/faulty.ts";
import { shareLine } from "../devices/shared-line.ts";
import type { Scenario } from "../scenario.ts";
import { LINE_KINDS } from "./kinds.ts";
import { type LinePlaces, placeOf } from "./listen.ts";
import type { Line } from "./scenario-lines.ts";

export interface ServedLines {
  readonly devices: ReadonlyMap<string, SimDevice>;
  /** Where each line is, by its id, with the port it got. */
  readonly places: LinePlaces;
  act(device: string, event: SimEvent): void;
  close(): Promise<void>;
}

/** Throws ConfigError where a line cannot be. */
export async function serveLines(
  scenario: Scenario,
  places: LinePlaces,
  seed: number | string,
  clock: Clock,
): Promise<ServedLines> {
  const devices = new Map<string, SimDevice>();
  const served: Record<string, string> = {};
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closing.splice(0)) await end();
  };
  try {
    for (const line of scenario.lines) {
      const own = devicesOn(line, seed, clock.monoMs());
      for (const device of own) devices.set(device.id, device);
      const far = await openFarEnd(placeOf(scenario, line, places), `line ${line.id}`);
      served[line.id] = far.name;
      const shared = shareLine(far.wire, own, { clock });
      closing.push(() => {
        shared.stop();
        return far.close();
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { devices, places: served, close, act: (device, event) => devices.get(device)?.act(event, clock.monoMs()) };
}

function devicesOn({ speaks, devices }: Line, seed: number | string, nowMs: number): SimDevice[] {
  const kind = LINE_KINDS[speaks];
  return devices.map(({ flat, faults }, index) => {
    const id = kind.idOf(flat);
    const random = new Random(`${seed}/${id}/device`);
    const { device, own = {} } = kind.make(id, index, random);
    if (faults.length === 0) return device;
    const faulty = withFaults(device, [], random.fork("faults"), own);
    for (const fault of faults) faulty.set(fault, true, nowMs);
    return faulty;
  });
}
