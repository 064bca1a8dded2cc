/** What a topic of Zigbee2MQTT is about. Friendly names may contain slashes. Pure. */

export type BridgeMessage =
  | { readonly what: "devices" | "bridge-state" | "log" | "other" }
  | { readonly what: "availability" | "state"; readonly name: string };

const OTHER = { what: "other" } as const;
const MAX_NAME = 200;

/** `path` is the topic below the base topic. */
export function readBridgeMessage(path: string): BridgeMessage {
  if (path === "bridge/devices") return { what: "devices" };
  if (path === "bridge/state") return { what: "bridge-state" };
  if (path === "bridge/logging") return { what: "log" };
  if (path.startsWith("bridge/") || path.length > MAX_NAME) return OTHER;
  // Words to devices, our own among them.
  if (/\/(set|get)(\/|$)/.test(path)) return OTHER;
  const name = path.replace(/\/availability$/, "");
  return name === path ? { what: "state", name } : { what: "availability", name };
}
