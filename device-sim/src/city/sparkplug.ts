/** The city as a Sparkplug host application: events out of an edge node's data, receipts written to a metric of it. */
import { commandMessage, decodeSparkplug, parseSparkplugTopic, sparkplugValue } from "@gatehouse/protocol";

export interface NodeEvents {
  /** Events as JSON text, in order. */
  readonly texts: readonly string[];
  /** What is written to the edge node. */
  answer(text: string): { readonly topic: string; readonly payload: Buffer; readonly qos: 0 };
}

/** Undefined for what holds no events. */
export function sparkplugEvents(topicText: string, payload: Buffer): NodeEvents | undefined {
  const topic = parseSparkplugTopic(topicText);
  if (topic?.type !== "NDATA") return undefined;
  const texts = decodeSparkplug(payload)
    .metrics.filter(({ name }) => name?.startsWith("Events/"))
    .map((metric) => String(sparkplugValue(metric, "String")));
  if (texts.length === 0) return undefined;
  return {
    texts,
    answer: (text) => {
      const metric = { name: "Gatehouse/Receipts", type: "String", value: text } as const;
      const message = commandMessage(topic, undefined, [metric], 0);
      return { topic: message.topic, payload: Buffer.from(message.payload), qos: 0 };
    },
  };
}
