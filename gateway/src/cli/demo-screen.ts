/** What the demo prints: one screenful a newcomer understands, and a line for every alert that reached the platform. */
import type { Alert } from "@gatehouse/protocol";

export interface BannerFacts {
  readonly scenario: { readonly site: { readonly name: string }; readonly flats?: readonly unknown[] | undefined };
  readonly site: {
    readonly drivers?:
      | readonly { readonly id: string; readonly type: string; readonly [key: string]: unknown }[]
      | undefined;
    readonly devices?: readonly { readonly id: string; readonly driver?: string | undefined }[] | undefined;
    readonly boards?: readonly { readonly id: string; readonly link: string }[] | undefined;
  };
  readonly seed: string;
  readonly daySeconds: number;
  readonly scale: number;
  readonly mqtt: { readonly host: string; readonly port: number };
  readonly monitor: { readonly host: string; readonly port: number };
  readonly console: { readonly url: string; readonly claim: string | undefined };
  readonly city: { readonly httpsUrl: string | undefined; readonly controlUrl: string };
  readonly siteFile: string;
  readonly stateDir: string;
  readonly logFile: string;
}

export function demoBanner({
  scenario,
  site,
  seed,
  daySeconds,
  scale,
  mqtt,
  monitor,
  console,
  city,
  siteFile,
  stateDir,
  logFile,
}: BannerFacts): string {
  const flats = scenario.flats?.length ?? "many";
  return `
Gatehouse demo 演示 — ${scenario.site.name}, ${flats} flats, seed ${seed}. Nothing here is real but the software.

  time 时间         a simulated day takes ${daySeconds} s (${Math.round(scale)} times real time); network deadlines stay real
  simulator 模拟器   door locks and people counters, as real MQTT clients${onLines(site)}
  gateway 网关      mqtt://${mqtt.host}:${mqtt.port}            site file  ${siteFile}
                    http://${monitor.host}:${monitor.port}/healthz   and /metrics;   log  ${logFile}
  ${consoleLine(console)}
  commands 指令     gatehouse command --state ${stateDir}   lists the devices and what each can be told
  city 城市平台     ${city.httpsUrl}   what it got: ${city.controlUrl}/status

Two flats hold more people than the law allows: 3-302 from the first day, 2-201 since it was sub-let on day 3.
A watched (red) flat needs 2 of 3 nights over the limit, the first day not counted, so the first group rental is told after about ${Math.round(daySeconds * 3.1)} s. 重点房屋3晚中2晚超员即预警，首日不计。
Alerts as they reach the city platform 到达城市平台的预警 (their later life is in /status; Ctrl-C ends 按 Ctrl-C 退出):

`;
}

/** Where the console is and, while nobody has claimed it, the code for that. */
export const consoleLine = ({ url, claim }: BannerFacts["console"]): string =>
  `console 控制台    ${url}${claim === undefined ? "" : `   claim code 认领码 ${claim}`}`;

/** What is on serial lines and device servers, a line each. */
function onLines({ drivers = [], devices = [], boards = [] }: BannerFacts["site"]): string {
  const rows = drivers.map(({ id, type, link }) => {
    const ids = devices.filter(({ driver }) => driver === id).map((device) => device.id);
    const shown = ids.length > 2 ? `${ids[0]} … ${ids.at(-1)}` : ids.join(", ");
    return `                    ${type.padEnd(8)}${shown.padEnd(32)}${link ?? "boards on the network"}`;
  });
  if (rows.length === 0) return "";
  // Its firmware runs on a simulated chip, and \`gatehouse bridge\` owns it.
  for (const { id, link } of boards) rows.push(`                    ${"board".padEnd(8)}${id.padEnd(32)}${link}`);
  return `;\n                    and real bytes on serial lines and device servers 串口设备:\n${rows.join("\n")}`;
}

const CHINESE: Readonly<Record<string, string>> = {
  "group-rental": "群租",
  "unregistered-residents": "未登记居住",
  "overcrowded-now": "当前超员",
  "door-forced": "强行开门",
  "door-held": "门未关闭",
  tamper: "设备被拆动",
  "device-fault": "设备故障",
  fire: "火警",
  duress: "胁迫",
  custom: "自定义规则",
  panic: "紧急求助",
};

/** What the screen shows of an alert's life; the platform gets all of it. */
export function isShown(change: string, alert: Alert): boolean {
  if (change === "raised" || change === "reopened") return true;
  return change === "cleared" && alert.kind === "group-rental";
}

/** One alert event on one line: when, what, where, how many, why. */
export function demoLine(change: string, alert: Alert, nameOf: (space: string) => string): string {
  const at = (alert.history.at(-1)?.at ?? alert.raisedAt).slice(0, 16).replace("T", " ");
  const what = `${alert.kind} ${CHINESE[alert.kind] ?? ""}`.trim();
  const limit = alert.limit === undefined ? "" : `limit ${alert.limit.persons}`;
  const why =
    change === "cleared" ? (alert.history.at(-1)?.note ?? "") : alert.evidence.map(({ says }) => says).join("; ");
  return [at, pad(change, 8), pad(what, 24), pad(`${alert.space} ${nameOf(alert.space)}`, 16), limit, why]
    .join("  ")
    .trimEnd();
}

/** Pads to a width on screen, where Chinese characters take two columns. */
function pad(text: string, width: number): string {
  const columns = [...text].reduce((sum, char) => sum + (char > "\u2e7f" ? 2 : 1), 0);
  return text + " ".repeat(Math.max(0, width - columns));
}
