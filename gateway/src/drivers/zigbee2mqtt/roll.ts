/** The Zigbee devices there are, and which devices of the site file they are: found by address, followed through renames. */
import {
  type BridgeDevice,
  type Device,
  type DeviceMapping,
  mapZigbeeDevice,
  normalIeee,
  PointState,
} from "@gatehouse/protocol";
import { bindPoints } from "../bridge/binding.ts";

/** A device of the site file, bound to a Zigbee device. */
export interface View {
  readonly device: Device;
  readonly mapping: DeviceMapping;
  readonly state: PointState;
}

export interface Known {
  readonly zigbee: BridgeDevice;
  readonly mapping: DeviceMapping;
  readonly views: readonly View[];
}

/** A device of the site file that is not as it should be. */
export interface Trouble {
  readonly device: string;
  /** Undefined: it is not there at all. */
  readonly problem: string | undefined;
}

export interface Remembered {
  readonly device: string;
  readonly address: string;
  readonly ieee: string;
}

const SEVERAL = (names: string) => `has several of its kind: write which as \`endpoint\` (${names})`;

export class Roll {
  readonly #devices: readonly Device[];
  readonly #known = new Map<string, Known>();
  readonly #byName = new Map<string, Known>();
  /** By id of the device: which one it was when it was seen first under the address of the site file. */
  readonly #remembered: Map<string, Remembered>;

  constructor(devices: readonly Device[], remembered: readonly Remembered[]) {
    this.#devices = devices;
    const addresses = new Map(devices.map((device) => [device.id, addressOf(device)]));
    this.#remembered = new Map(
      remembered.filter(({ device, address }) => addresses.get(device) === address).map((one) => [one.device, one]),
    );
  }

  named(name: string): Known | undefined {
    return this.#byName.get(name);
  }

  get all(): Iterable<Known> {
    return this.#known.values();
  }

  get remembered(): readonly Remembered[] {
    return [...this.#remembered.values()];
  }

  of(device: string): Known | undefined {
    const ieee = this.#remembered.get(device)?.ieee;
    const known = ieee === undefined ? undefined : this.#known.get(ieee);
    return known?.views.some((view) => view.device.id === device) === true ? known : undefined;
  }

  /** The list as it is now. States of devices that stayed what they were go on. Returns what is wrong with devices of the site file. */
  replace(list: readonly BridgeDevice[]): readonly Trouble[] {
    const byIeee = new Map(list.map((zigbee) => [zigbee.ieee, zigbee]));
    const byName = new Map(list.map((zigbee) => [zigbee.name, zigbee]));
    const owners = new Map<string, Device[]>();
    const trouble: Trouble[] = [];
    for (const device of this.#devices) {
      const zigbee = this.#find(device, byIeee, byName);
      if (zigbee === undefined) trouble.push({ device: device.id, problem: undefined });
      else owners.set(zigbee.ieee, [...(owners.get(zigbee.ieee) ?? []), device]);
    }
    const before = new Map(this.#known);
    this.#known.clear();
    this.#byName.clear();
    for (const zigbee of list) {
      const known = this.#know(zigbee, owners.get(zigbee.ieee) ?? [], before.get(zigbee.ieee), trouble);
      this.#known.set(zigbee.ieee, known);
      this.#byName.set(zigbee.name, known);
    }
    return trouble;
  }

  #find(
    device: Device,
    byIeee: ReadonlyMap<string, BridgeDevice>,
    byName: ReadonlyMap<string, BridgeDevice>,
  ): BridgeDevice | undefined {
    const address = addressOf(device);
    const before = this.#remembered.get(device.id);
    const ieee = normalIeee(address) ?? (before === undefined ? undefined : byIeee.get(before.ieee)?.ieee);
    const zigbee = ieee === undefined ? byName.get(address) : byIeee.get(ieee);
    if (zigbee !== undefined) this.#remembered.set(device.id, { device: device.id, address, ieee: zigbee.ieee });
    return zigbee;
  }

  #know(zigbee: BridgeDevice, owners: readonly Device[], before: Known | undefined, trouble: Trouble[]): Known {
    const same = before !== undefined && JSON.stringify(before.zigbee.exposes) === JSON.stringify(zigbee.exposes);
    const mapping = same ? before.mapping : mapZigbeeDevice(zigbee);
    const views = owners.map((device, index): View => {
      const { mapping: own, problem } = bindPoints(device, mapping, index === 0, SEVERAL);
      if (problem !== undefined) trouble.push({ device: device.id, problem });
      const old = same ? before.views.find((view) => view.device.id === device.id) : undefined;
      return old ?? { device, mapping: own, state: new PointState(own) };
    });
    return { zigbee, mapping, views };
  }
}

export const addressOf = (device: Device): string => String(device["address"] ?? "");
