/** One event as an MQTT message. Pure. */
import { uplinkTopic } from "@gatehouse/protocol";
import type { OutboxItem } from "../core/ports.ts";
import type { MqttVersion } from "./mqtt-link.ts";

export interface MqttMessage {
  readonly topic: string;
  /** Of MQTT 5; undefined before. */
  readonly properties?: { readonly contentType: string; readonly userProperties: Record<string, string> };
  /** The packet's size, or a little more, bytes. */
  readonly packetBytes: number;
}

/** Fixed header, packet id, and the lengths in front of topic, content type and properties. */
const FRAME_BYTES = 32;
/** The identifier and two lengths of one user property (MQTT 5, section 2.2.2.2). */
const PROPERTY_BYTES = 5;

export function messageOf(gateway: string, { lane, text, event }: OutboxItem, version: MqttVersion): MqttMessage {
  const topic = uplinkTopic.up(gateway, lane);
  const plainBytes = FRAME_BYTES + Buffer.byteLength(topic) + Buffer.byteLength(text);
  if (version === 4) return { topic, packetBytes: plainBytes };
  const contentType = event === undefined ? "application/cloudevents+json" : "application/json";
  const properties = { contentType, userProperties: attributesOf(event ?? text) };
  const propertyBytes = Object.entries(properties.userProperties)
    .map(([name, value]) => PROPERTY_BYTES + Buffer.byteLength(name) + Buffer.byteLength(value))
    .reduce((sum, bytes) => sum + bytes, properties.contentType.length);
  return { topic, properties, packetBytes: plainBytes + propertyBytes };
}

/** The event's attributes by their own names (CloudEvents MQTT binding, section 3.1), so that a broker can route without reading the payload. */
function attributesOf(text: string): Record<string, string> {
  const { data: _, ...attributes } = JSON.parse(text) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]));
}
