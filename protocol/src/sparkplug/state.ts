/** STATE of a Sparkplug host application: JSON, not a Sparkplug payload (Sparkplug 3.0, sections 4.2.3 and 6.4.27). Pure. */
import { sparkplugTopic } from "./topics.ts";

export interface HostState {
  readonly online: boolean;
  /** Milliseconds since 1970, UTC. */
  readonly timestamp: number;
}

const MAX_BYTES = 1_024;

export const encodeHostState = ({ online, timestamp }: HostState): string => JSON.stringify({ online, timestamp });

/** Undefined for what is no STATE, the OFFLINE and ONLINE of Sparkplug 2 among it. */
export function parseHostState(payload: Uint8Array): HostState | undefined {
  if (payload.length > MAX_BYTES) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    if (value === null || typeof value !== "object" || !("online" in value) || !("timestamp" in value))
      return undefined;
    const { online, timestamp } = value;
    if (typeof online !== "boolean" || typeof timestamp !== "number" || !Number.isSafeInteger(timestamp))
      return undefined;
    return timestamp < 0 ? undefined : { online, timestamp };
  } catch {
    return undefined;
  }
}

/** What a host application publishes on its STATE topic, always QoS 1 and retained. */
export interface HostStateMessage {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 1;
  readonly retain: true;
}

/** One MQTT session of a host application: the will goes into CONNECT, the birth follows the subscriptions. */
export interface HostSession {
  readonly will: HostStateMessage;
  /** Carries the will's timestamp, so that edge nodes can tell which death is whose. */
  readonly birth: HostStateMessage;
  /** Before an intended end. */
  death(nowMs: number): HostStateMessage;
  /** What to answer to a message on its own STATE topic: its birth again, where somebody says it were offline. */
  answer(payload: Uint8Array): HostStateMessage | undefined;
}

export function hostSession(host: string, connectMs: number): HostSession {
  const topic = sparkplugTopic({ type: "STATE", host });
  const message = (online: boolean, timestamp: number): HostStateMessage => ({
    topic,
    payload: encodeHostState({ online, timestamp }),
    qos: 1,
    retain: true,
  });
  const birth = message(true, connectMs);
  return {
    will: message(false, connectMs),
    birth,
    death: (nowMs) => message(false, nowMs),
    answer: (payload) => (parseHostState(payload)?.online === false ? birth : undefined),
  };
}
