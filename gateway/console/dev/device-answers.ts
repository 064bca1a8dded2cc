/** Devices of the made-up site: a few kinds, some with trouble, one line that speaks. */
import { systemClock } from "@gatehouse/protocol";
import type { ApiKey } from "../../src/console/table/index.ts";
import type { LiveMessage } from "../../src/console/table/live.ts";
import { ago } from "./recorded.ts";

type Answer = (given: { readonly params: Readonly<Record<string, string>> }) => {
  readonly status?: number;
  readonly body: unknown;
};

const KINDS = ["lock", "reader", "counter", "presence", "energy-meter"] as const;
const text = (en: string, zh: string) => ({ en, zh });

const rows = Array.from({ length: 40 }, (_, n) => {
  const kind = KINDS[n % KINDS.length] ?? "lock";
  const room = `1-${Math.floor(n / 8) + 1}0${(n % 8) + 1}`;
  const wired = kind === "reader" || kind === "energy-meter";
  return {
    id: `${kind}-${room}`,
    kind,
    driver: wired ? "osdp-1" : "mqtt",
    driverType: wired ? "osdp" : "mqtt",
    driverUp: true,
    portal: kind === "lock" || kind === "reader" || kind === "counter" ? `door-${room}` : null,
    space: room,
    online: n === 10 ? false : n === 12 ? null : true,
    lastSeenAt: n === 12 ? null : ago(n * 3),
    battery: kind === "lock" ? 90 - n * 2 : null,
    rssi: kind === "lock" ? -60 - n : null,
    firmware: "1.4.2",
    readings: 800 + n,
    rejected: n === 2 ? 31 : 0,
    codes: n === 10 ? [{ code: "device-silent", detail: "not heard for 10 h", since: ago(600) }] : [],
    actions: kind === "lock" ? ["unlock", "lock", "identify"] : kind === "reader" ? ["identify", "led", "buzzer"] : [],
  };
});

const LINE = [
  ["->", "ff 53 03 08 00 64 60 5e 1d", "POLL to reader 3"],
  ["<-", "ff 53 83 08 00 64 40 c0 3b", "reader 3: ACK"],
  ["!", "ff 53 83 0a 00", "cut off: reader 4 and reader 3 may have the same address"],
] as const;

/** One line of the bus and one reading every second. */
export async function speak(tell: (message: LiveMessage) => void): Promise<void> {
  for (let n = 0; ; n++) {
    await systemClock.sleep(1_000);
    const [way, hex, says] = LINE[n % LINE.length] ?? LINE[0];
    tell({ about: "line", driver: "osdp-1", lines: [{ at: ago(0), way, hex, says }] });
    if (n % 5 === 0) {
      const device = "lock-1-101";
      const at = ago(0);
      const meaning = text("a card was granted", "刷卡通过");
      tell({ about: "readings", readings: [{ at, device, kind: "access.granted", meaning, card: true }] });
      const said = '{"kind":"access.granted","seq":1841}';
      tell({ about: "mqtt", messages: [{ at, device, topic: `gatehouse/1/${device}/readings`, text: said }] });
    }
  }
}

export const deviceAnswers: Partial<Record<ApiKey, Answer>> = {
  "GET /api/1/devices": () => ({ body: { items: rows, next: null, total: rows.length } }),
  "GET /api/1/devices/:id": ({ params }) => {
    const row = rows.find(({ id }) => id === params["id"]);
    if (row === undefined) return { status: 404, body: { code: "unknown", message: "没有这台设备" } };
    const recent = [
      { at: ago(3), device: row.id, kind: "door.opened", meaning: text("the door opened", "门打开了"), card: false },
    ];
    return { body: { row, settings: {}, recent, rates: { received: 812, timeouts: 3, "frames dropped": 1 } } };
  },
  "GET /api/1/health": () => ({
    body: {
      status: "degraded",
      codes: [
        {
          code: "device-silent",
          subject: "lock-1-203",
          detail: "not heard for 10 h",
          since: ago(600),
          meaning: text("A device has not been heard for long", "设备长时间没有上报"),
          fix: text("Look at its power and cable, then test it.", "检查供电和接线，再测试一次。"),
        },
      ],
    },
  }),
};
