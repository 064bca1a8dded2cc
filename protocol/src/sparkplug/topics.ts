/** Topics of Sparkplug 3.0 (section 4): `spBv1.0/GROUP/TYPE/NODE[/DEVICE]` and `spBv1.0/STATE/HOST`. Pure. */
import { FrameError } from "../errors.ts";

export const SPARKPLUG_NAMESPACE = "spBv1.0";

const NODE_TYPES = ["NBIRTH", "NDEATH", "NDATA", "NCMD"] as const;
const DEVICE_TYPES = ["DBIRTH", "DDEATH", "DDATA", "DCMD"] as const;
export type NodeMessageType = (typeof NODE_TYPES)[number];
export type DeviceMessageType = (typeof DEVICE_TYPES)[number];

/** An edge node: its group and its id are unique together. */
export interface EdgeNodeId {
  readonly group: string;
  readonly node: string;
}

export type SparkplugTopic =
  | (EdgeNodeId & { readonly type: NodeMessageType })
  | (EdgeNodeId & { readonly type: DeviceMessageType; readonly device: string })
  | { readonly type: "STATE"; readonly host: string };

/** Bytes of one id: MQTT allows 65,535 for the whole topic. */
const MAX_ID_BYTES = 1_024;

/** What may not stand in an id: what MQTT reserves, and what it refuses (MQTT 3.1.1, sections 1.5.3 and 4.7.1). */
export function isSparkplugId(id: string): boolean {
  return id !== "" && !/[+/#\0]/.test(id) && id.isWellFormed() && Buffer.byteLength(id) <= MAX_ID_BYTES;
}

/** Throws FrameError `payload` for an id that cannot stand in a topic. */
export function sparkplugTopic(topic: SparkplugTopic): string {
  const levels =
    topic.type === "STATE"
      ? [topic.type, topic.host]
      : [topic.group, topic.type, topic.node, ...("device" in topic ? [topic.device] : [])];
  for (const level of levels)
    if (!isSparkplugId(level)) throw new FrameError("payload", `"${level}" cannot stand in a Sparkplug topic`);
  return [SPARKPLUG_NAMESPACE, ...levels].join("/");
}

/** Undefined for what is no topic of Sparkplug B. */
export function parseSparkplugTopic(topic: string): SparkplugTopic | undefined {
  const [namespace, ...levels] = topic.split("/");
  if (namespace !== SPARKPLUG_NAMESPACE || levels.length > 4 || !levels.every(isSparkplugId)) return undefined;
  const [group, type, node, device] = levels;
  if (group === undefined || type === undefined) return undefined;
  if (group === "STATE") return node === undefined ? { type: "STATE", host: type } : undefined;
  if (node === undefined) return undefined;
  const ofNode = NODE_TYPES.find((name) => name === type);
  if (ofNode !== undefined) return device === undefined ? { group, node, type: ofNode } : undefined;
  const ofDevice = DEVICE_TYPES.find((name) => name === type);
  return ofDevice === undefined || device === undefined ? undefined : { group, node, type: ofDevice, device };
}

/** For maps and logs: `Plant/EdgeGw01`. */
export const edgeNodeName = ({ group, node }: EdgeNodeId): string => `${group}/${node}`;
