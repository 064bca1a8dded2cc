/** Where a device on the network reaches the gateway's own broker, by the site file. */
import type { SiteText } from "./site-file.ts";

export interface MqttWay {
  /** As a device is to be given it. */
  readonly urls: readonly string[];
  /** Only programs of the box itself reach it: no device on the network can announce itself. */
  readonly isClosed: boolean;
}

const IN_CLEAR = "127.0.0.1:1883";
const WITH_TLS = "0.0.0.0:8883";

const PORT = 1883;

const IPV4 = /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.|$)){4}$/;
const LOOPBACK = /^(127\.|localhost$|\[::1\]$)/;
const EVERYWHERE = /^(0\.0\.0\.0|\[::\])$/;

/** `host` is the name the page was opened by: what listens everywhere is reached by it too. */
export function mqttWay(broker: SiteText["broker"], host: string): MqttWay {
  const inClear = addressOf("mqtt", broker?.listen ?? IN_CLEAR, host);
  const withTls = broker?.tls === undefined ? undefined : addressOf("mqtts", broker.tls.listen ?? WITH_TLS, host);
  const all = [inClear, withTls].filter((one) => one !== undefined);
  const open = all.filter(({ isClosed }) => !isClosed);
  return { urls: (open.length > 0 ? open : all).map(({ url }) => url), isClosed: open.length === 0 };
}

/** Where the box is to listen, by the name the page was opened by: that address if it is one, else everywhere. */
export const likelyListen = (host: string): string =>
  `${IPV4.test(host) && !LOOPBACK.test(host) ? host : "0.0.0.0"}:${PORT}`;

/** An address of the box that devices on a network can reach, with its port. */
export function isListenAddress(text: string): boolean {
  const [, own = "", port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  return (IPV4.test(own) || /^\[[0-9a-f:]+\]$/i.test(own)) && !LOOPBACK.test(own) && inRange(Number(port));
}

const inRange = (port: number): boolean => port >= 1 && port <= 65_535;

function addressOf(scheme: "mqtt" | "mqtts", listen: string, host: string) {
  const at = listen.lastIndexOf(":");
  const [own, port] = [listen.slice(0, at), listen.slice(at + 1)];
  const name = EVERYWHERE.test(own) ? host : own;
  return { url: `${scheme}://${name}:${port}`, isClosed: LOOPBACK.test(own) };
}
