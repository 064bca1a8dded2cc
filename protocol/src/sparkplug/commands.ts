/** What a Sparkplug host application writes: rebirth requests and metric values (Sparkplug 3.0, section 5.17). Pure. */
import { encodeSparkplug } from "./payload.ts";
import { type EdgeNodeId, sparkplugTopic } from "./topics.ts";
import type { SparkplugMetric } from "./types.ts";

export const BD_SEQ = "bdSeq";
export const REBIRTH = "Node Control/Rebirth";

/** A message on its way to the broker. */
export interface SparkplugMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: false;
}

/** To the edge node, or to its device. Names the types too: not every edge node keeps those of its births. Throws FrameError `payload`. */
export function commandMessage(
  { group, node }: EdgeNodeId,
  device: string | undefined,
  metrics: readonly SparkplugMetric[],
  nowMs: number,
): SparkplugMessage {
  const topic = sparkplugTopic(
    device === undefined ? { group, node, type: "NCMD" } : { group, node, type: "DCMD", device },
  );
  return { topic, payload: encodeSparkplug({ timestamp: nowMs, metrics }, { types: true }), qos: 0, retain: false };
}

export function rebirthMessage(node: EdgeNodeId, nowMs: number): SparkplugMessage {
  const metric = { name: REBIRTH, timestamp: nowMs, type: "Boolean", value: true } as const;
  return commandMessage(node, undefined, [metric], nowMs);
}
