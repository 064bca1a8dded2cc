/** The lines of a scenario, served: every device with real bytes on its line. */
import type { Clock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import type { SimDevice, SimEvent } from "../devices/device.ts";
import { openFarEnd, openNetwork } from "../devices/far-end.ts";
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
      const own = devicesOn(line, seed, clock);
      for (const device of own) devices.set(device.id, device);
      const { name, close: end } = await serve(placeOf(scenario, line, places), own, clock, `line ${line.id}`);
      served[line.id] = name;
      closing.push(end);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { devices, places: served, close, act: (device, event) => devices.get(device)?.act(event, clock.monoMs()) };
}

async function serve(place: string, devices: readonly SimDevice[], clock: Clock, path: string) {
  if (place.startsWith("udp:")) return openNetwork(place, devices, clock, path);
  const far = await openFarEnd(place, path);
  const line = shareLine(far.wire, devices, { clock });
  const close = () => {
    line.stop();
    return far.close();
  };
  return { name: far.name, close };
}

function devicesOn({ speaks, devices }: Line, seed: number | string, clock: Clock): SimDevice[] {
  const kind = LINE_KINDS[speaks];
  const chance = (id: string) => new Random(`${seed}/${id}/device`);
  const made = kind.make(
    devices.map(({ flat }) => kind.idOf(flat)),
    chance,
    clock,
  );
  return made.map(({ device, own = {} }, index) => {
    const faults = devices[index]?.faults ?? [];
    if (faults.length === 0) return device;
    const faulty = withFaults(device, [], chance(`${device.id}/faults`), own);
    for (const fault of faults) faulty.set(fault, true, clock.monoMs());
    return faulty;
  });
}
