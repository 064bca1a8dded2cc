/** Who may publish and subscribe where: one row per right. What no row grants is foreign. Pure. */
import { deviceTopic, opcuaTopic, stateTopic } from "@gatehouse/protocol";

/** A `bridge` is a program that speaks for devices of its own under topics of its own, as Zigbee2MQTT does. `opcua` is the gateway's own side process. */
export type Role = "device" | "tool" | "bridge" | "opcua";

export interface TopicRule {
  readonly role: Role;
  readonly may: "publish" | "subscribe";
  /** `{user}` stands for the client's own user name; `#` at the end grants everything below, and narrower filters. */
  readonly topic: string;
}

const SELF = "{user}";

export const TOPIC_RULES: readonly TopicRule[] = [
  { role: "device", may: "publish", topic: deviceTopic.readings(SELF) },
  { role: "device", may: "publish", topic: deviceTopic.readingsPb(SELF) },
  { role: "device", may: "publish", topic: deviceTopic.status(SELF) },
  { role: "device", may: "publish", topic: deviceTopic.result(SELF) },
  { role: "device", may: "publish", topic: deviceTopic.updating(SELF) },
  { role: "device", may: "subscribe", topic: deviceTopic.command(SELF) },
  { role: "device", may: "subscribe", topic: deviceTopic.errors(SELF) },
  { role: "device", may: "subscribe", topic: deviceTopic.update(SELF) },
  { role: "tool", may: "subscribe", topic: stateTopic.all },
  { role: "opcua", may: "subscribe", topic: stateTopic.all },
  { role: "opcua", may: "subscribe", topic: opcuaTopic.answers },
  { role: "opcua", may: "publish", topic: opcuaTopic.asks },
];

/** The rights of one client. */
export interface Grants {
  readonly publish: ReadonlySet<string>;
  mayPublish(topic: string): boolean;
  /** What is published there may be retained. */
  mayRetain(topic: string): boolean;
  /** It sends packets as large as a list of all its devices. */
  readonly large: boolean;
  /** True for a topic filter that matches nothing beyond what is granted. */
  maySubscribe(filter: string): boolean;
  /** True for a filter within the branch of topics that bears the user's name. */
  isOwn(filter: string): boolean;
}

/** `branches`, each `NAME/#`, come on top of what the role grants. Nothing there is retained: it may have any number of topics. */
export function grantsOf(role: Role, user: string, branches: readonly string[] = []): Grants {
  const topics = (may: TopicRule["may"]) =>
    TOPIC_RULES.filter((rule) => rule.role === role && rule.may === may).map(({ topic }) => topic.replace(SELF, user));
  const filters = [...topics("subscribe"), ...branches];
  const own = new Set(topics("publish"));
  const below = branches.map((branch) => branch.slice(0, -1));
  const branch = deviceTopic.readings(user).slice(0, -"readings".length);
  const covers = (granted: string, filter: string) =>
    filter === granted || (granted.endsWith("/#") && filter.startsWith(granted.slice(0, -1)));
  return {
    publish: own,
    mayPublish: (topic) => own.has(topic) || below.some((start) => topic.startsWith(start)),
    mayRetain: (topic) => topic === deviceTopic.status(user),
    large: role === "bridge",
    maySubscribe: (filter) => filters.some((granted) => covers(granted, filter)),
    isOwn: (filter) => role === "device" && filter.startsWith(branch),
  };
}
