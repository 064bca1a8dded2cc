/** Which entities a device of the site file stands for, and what they said so far. */
import { type Device, type DeviceMapping, type Entity, type Point, PointState } from "@gatehouse/protocol";
import { bindPoints } from "../bridge/binding.ts";
import type { Registered } from "./register.ts";

/** A device of the site file with the entities that are it. */
export interface View {
  readonly device: Device;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly mapping: DeviceMapping;
  readonly state: PointState;
  /** What an operator must change; undefined with no entities at all. */
  readonly problem: string | undefined;
}

/** Entities of one Home Assistant device. */
export interface Group {
  readonly id: string;
  readonly entities: readonly Entity[];
}

/** By what entities say they belong to. */
export function groupsOf(registered: readonly Registered[]): readonly Group[] {
  const groups = Map.groupBy(
    registered.map(({ entity }) => entity),
    ({ device }) => device.ids[0] ?? "",
  );
  return [...groups].map(([id, entities]) => ({ id, entities }));
}

export function mappingOf(entities: readonly Entity[]): DeviceMapping {
  const usable = entities.filter(({ unsupported }) => unsupported === undefined);
  const points = usable.flatMap(({ point }): Point[] => (point === undefined ? [] : [point]));
  const hasLock = points.some(({ kind }) => kind === "lock");
  const lockActions = hasLock && usable.some(({ event, point }) => event && point === undefined);
  return { points, lockActions, panicActions: false, left: [], irregular: false };
}

const ADVICE = () => "has several of its kind: write the unique_id of one of them as `address`";

/** States of devices whose entities stayed what they were go on. */
export function viewsOf(
  devices: readonly Device[],
  groups: readonly Group[],
  before: ReadonlyMap<string, View>,
): Map<string, View> {
  const taken = new Set<string>();
  return new Map(
    devices.map((device): [string, View] => {
      const address = String(device["address"] ?? "");
      const group = groups.find(({ entities }) => entities.some((entity) => isNamed(entity, address)));
      const first = group !== undefined && !taken.has(group.id);
      if (group !== undefined) taken.add(group.id);
      const entities = group?.entities ?? [];
      const one = entities.find(({ id }) => id === address);
      const meant =
        one?.point?.kind === undefined ? entities : entities.filter((entity) => entity === one || isSide(entity));
      const { mapping, problem } = bindPoints(device, mappingOf(meant), first, ADVICE);
      const old = before.get(device.id);
      const same = old !== undefined && JSON.stringify(old.mapping) === JSON.stringify(mapping);
      const state = same ? old.state : new PointState(mapping);
      const mine = new Map(meant.map((entity) => [entity.id, entity]));
      return [
        device.id,
        { device, entities: mine, mapping, state, problem: group === undefined ? undefined : problem },
      ];
    }),
  );
}

const isNamed = ({ id, device }: Entity, address: string): boolean => id === address || device.ids.includes(address);

/** Belongs to whatever else the device is. */
const isSide = ({ point, event }: Entity): boolean => event || (point !== undefined && point.kind === undefined);
