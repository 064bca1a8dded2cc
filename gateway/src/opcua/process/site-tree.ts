/** The site as OPC UA clients browse it: spaces with what is believed of them, devices with what is wrong with them. */
import {
  type AddressSpace,
  DataType,
  type LocalizedTextOptions,
  type Namespace,
  StatusCodes,
  type UAObject,
  type UAVariable,
} from "node-opcua";
import type { ServerTask } from "../seam.ts";
import type { HealthState, SpaceState } from "./state-shapes.ts";

export const NAMESPACE = "urn:gatehouse:site";

const EVENTS = 1;
const MOST_PERSONS = 1_000;
const FIELDS = [
  { name: "Present", of: "present", high: MOST_PERSONS, analog: true },
  { name: "PresentLow", of: "presentLow", high: MOST_PERSONS, analog: false },
  { name: "PresentHigh", of: "presentHigh", high: MOST_PERSONS, analog: false },
  { name: "Residing", of: "residing", high: MOST_PERSONS, analog: true },
  { name: "ResidingLow", of: "low", high: MOST_PERSONS, analog: false },
  { name: "ResidingHigh", of: "high", high: MOST_PERSONS, analog: false },
  { name: "Limit", of: "limit", high: MOST_PERSONS, analog: true },
  { name: "ProbabilityOver", of: "pOver", high: 1, analog: true },
] as const;
type Field = (typeof FIELDS)[number];

/** What says who lives in a space: without a judged night nothing is claimed. */
const RESIDENCY: readonly Field["of"][] = ["residing", "low", "high", "pOver"];
const REMEMBERED: readonly Field["of"][] = ["present", "residing", "pOver"];

interface Place {
  readonly object: UAObject;
  readonly values: ReadonlyMap<Field["of"], UAVariable>;
  readonly devices: readonly string[];
  state: SpaceState | undefined;
  uncertain: boolean;
}

interface Shown {
  readonly online: UAVariable;
  readonly faults: UAVariable;
  /** Undefined until the gateway has told its health. */
  said: string | undefined;
}

export class SiteTree {
  /** Root of the events, and where a place nobody knows is hung. */
  readonly site: UAObject;
  readonly namespace: Namespace;
  readonly #task: ServerTask;
  readonly #places = new Map<string, Place>();
  readonly #devices = new Map<string, Shown>();
  readonly #faults: UAVariable;

  constructor(addressSpace: AddressSpace, task: ServerTask) {
    this.#task = task;
    this.namespace = addressSpace.registerNamespace(NAMESPACE);
    const { objects } = addressSpace.rootFolder;
    this.site = this.namespace.addObject({
      organizedBy: objects,
      notifierOf: objects.server,
      eventNotifier: EVENTS,
      browseName: "Gatehouse",
      displayName: this.text(task.siteName),
      nodeId: "s=site",
    });
    this.#faults = this.#plain(this.site, "Faults", "s=site/Faults", DataType.String, true);
    const folder = (browseName: string) =>
      this.namespace.addObject({
        componentOf: this.site,
        typeDefinition: "FolderType",
        browseName,
        nodeId: `s=${browseName.toLowerCase()}`,
      });
    const spaces = folder("Spaces");
    const devices = folder("Devices");
    for (const space of task.spaces) this.#addPlace(space, spaces, addressSpace);
    for (const device of task.devices) this.#addDevice(device, devices);
  }

  text(text: string): LocalizedTextOptions {
    return { text, locale: this.#task.language === "zh" ? "zh-CN" : "en" };
  }

  /** The object of a space, and the variable that says how many are in it. */
  placeOf(space: string): { readonly object: UAObject; readonly present: UAVariable | undefined } {
    const place = this.#places.get(space);
    return place === undefined
      ? { object: this.site, present: undefined }
      : { object: place.object, present: place.values.get("present") };
  }

  tellSpace(state: SpaceState): void {
    const place = this.#places.get(state.space);
    if (place === undefined) return;
    place.state = state;
    this.#show(place);
  }

  /** Codes of a device say whether it is there; a space whose sensors are not all there is known less well. */
  tellHealth({ codes }: HealthState): void {
    const byDevice = Map.groupBy(codes, ({ subject }) => subject);
    setStrings(this.#faults, codes.map(({ code, subject, detail }) => `${code} ${subject}: ${detail}`).slice(0, 500));
    for (const [id, device] of this.#devices) {
      const own = (byDevice.get(id) ?? []).map(({ code }) => code);
      const said = own.join(" ");
      if (said === device.said) continue;
      device.said = said;
      setStrings(device.faults, own);
      device.online.setValueFromSource({ dataType: DataType.Boolean, value: !own.includes("device-offline") });
    }
    for (const place of this.#places.values()) {
      const uncertain = place.devices.some((id) => this.#devices.get(id)?.said?.includes("device-offline"));
      if (uncertain === place.uncertain) continue;
      place.uncertain = uncertain;
      this.#show(place);
    }
  }

  #show({ state, values, uncertain }: Place): void {
    if (state === undefined) return;
    const at = new Date(state.at);
    const good = uncertain ? StatusCodes.UncertainSubNormal : StatusCodes.Good;
    const abstains = state.abstains !== undefined && state.abstains !== null;
    const residency =
      state.limit === null ? StatusCodes.BadNoData : abstains ? StatusCodes.UncertainInitialValue : good;
    for (const [of, node] of values) {
      const limit = state.limit === null ? StatusCodes.BadNoData : StatusCodes.Good;
      const status = of === "limit" ? limit : RESIDENCY.includes(of) ? residency : good;
      node.setValueFromSource({ dataType: DataType.Double, value: state[of] ?? 0 }, status, at);
    }
  }

  #addPlace({ id, name, kind }: ServerTask["spaces"][number], folder: UAObject, addressSpace: AddressSpace): void {
    const object = this.namespace.addObject({
      componentOf: folder,
      eventSourceOf: this.site,
      eventNotifier: EVENTS,
      browseName: { name: id, namespaceIndex: this.namespace.index },
      displayName: this.text(name),
      description: kind,
      nodeId: `s=spaces/${id}`,
    });
    const values = new Map(FIELDS.map((field) => [field.of, this.#addValue(object, id, field)]));
    if (this.#task.history > 0)
      for (const of of REMEMBERED) {
        const node = values.get(of);
        if (node !== undefined) addressSpace.installHistoricalDataNode(node, { maxOnlineValues: this.#task.history });
      }
    const devices = this.#task.devices.filter(({ spaces }) => spaces.includes(id)).map((device) => device.id);
    this.#places.set(id, { object, values, devices, state: undefined, uncertain: false });
  }

  #addValue(object: UAObject, id: string, { name, high, analog }: Field): UAVariable {
    const facts = {
      componentOf: object,
      browseName: name,
      nodeId: `s=spaces/${id}/${name}`,
      dataType: "Double",
      accessLevel: "CurrentRead",
      userAccessLevel: "CurrentRead",
      minimumSamplingInterval: 0,
    } as const;
    const node = analog
      ? this.namespace.addAnalogDataItem({ ...facts, engineeringUnitsRange: { low: 0, high } })
      : this.namespace.addVariable(facts);
    node.setValueFromSource({ dataType: DataType.Double, value: 0 }, StatusCodes.BadWaitingForInitialData);
    return node;
  }

  #addDevice({ id, kind }: ServerTask["devices"][number], folder: UAObject): void {
    const object = this.namespace.addObject({
      componentOf: folder,
      browseName: { name: id, namespaceIndex: this.namespace.index },
      description: kind,
      nodeId: `s=devices/${id}`,
    });
    const online = this.#plain(object, "Online", `s=devices/${id}/Online`, DataType.Boolean);
    const faults = this.#plain(object, "Faults", `s=devices/${id}/Faults`, DataType.String, true);
    online.setValueFromSource({ dataType: DataType.Boolean, value: false }, StatusCodes.BadWaitingForInitialData);
    this.#devices.set(id, { online, faults, said: undefined });
  }

  #plain(parent: UAObject, browseName: string, nodeId: string, dataType: DataType, list = false): UAVariable {
    const node = this.namespace.addVariable({
      componentOf: parent,
      browseName,
      nodeId,
      dataType: DataType[dataType],
      ...(list ? { valueRank: 1, arrayDimensions: [0] } : {}),
      accessLevel: "CurrentRead",
      userAccessLevel: "CurrentRead",
      minimumSamplingInterval: 0,
    });
    if (list) setStrings(node, []);
    return node;
  }
}

function setStrings(node: UAVariable, value: readonly string[]): void {
  node.setValueFromSource({ dataType: DataType.String, arrayType: 1, value: [...value] });
}
