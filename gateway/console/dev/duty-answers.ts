/** Patrols, what is due, days within the limit and months of the made-up site. */
import type { ApiKey } from "../../src/console/table/index.ts";
import { ago, alerts, HOSTILE, rooms } from "./recorded.ts";

type Answer = (given: { readonly query: Readonly<Record<string, string>>; readonly body: unknown }) => {
  readonly status?: number;
  readonly body: unknown;
};

const some = rooms.slice(0, 24);
const day = (daysAgo: number) => ago(daysAgo * 1_440).slice(0, 10);
const visited = new Map<string, { how: "plate"; by: string; at: string; note?: string }>();

const DAYS = { red: 1, yellow: 7, blue: 30 } as const;
const stateOf = (n: number) => (n < 3 ? "overdue" : n < 8 ? "due" : "ahead");

function lastOf(n: number) {
  if (n === 5) return null;
  if (n % 2 === 0) return { how: "tag" as const, by: "reader-gate (staff)", at: ago(900 + n * 60) };
  const note = n === 1 ? HOSTILE : "正常";
  return { how: "plate" as const, by: "console:王管理员", at: ago(700 + n * 60), note };
}

const patrols = () =>
  some.map(({ id, name, risk }, n) => {
    const visit = visited.get(id);
    const state = visit === undefined ? stateOf(n) : "ahead";
    const dueMinutes = visit === undefined ? (n - 3) * 300 + 40 : 1_440;
    return {
      space: id,
      name,
      risk,
      everyDays: DAYS[risk],
      last: visit ?? lastOf(n),
      dueAt: ago(-dueMinutes + 240),
      dueBy: ago(-dueMinutes),
      state,
      alert: state === "overdue" ? "alr_1" : null,
      done: 12 + n,
      missed: n % 3,
      readers: n === 2 ? ["reader-gate", "reader-yard"] : [],
      plate: n !== 6,
    };
  });

const page = <T>(items: readonly T[], rest: object) => ({ items, next: null, total: items.length, ...rest });

const compliance = some.map(({ id, name, risk }, n) => ({
  space: id,
  name,
  risk,
  days: n < 3 ? 0 : n * 4,
  since: n < 3 ? null : day(n * 4),
  best: 60 + n,
  lastOver: n < 8 ? day(n * 4) : null,
  judged: 140,
  listed: n < 3 ? { since: day(100 - n * 30), dueBy: day(8 - n * 30), late: n === 0 } : null,
  delisted: n === 4 ? { at: day(16), afterDays: 44 } : null,
}));

const duties = () => [
  ...alerts
    .filter(({ state }) => state !== "closed")
    .map((alert, n) => {
      const waiting = alert.state === "raised" || alert.state === "reopened";
      return {
        id: alert.id,
        about: waiting ? "acknowledge" : alert.kind === "device-fault" ? "repair" : "resolve",
        kind: alert.kind,
        title: { zh: "群租", en: "group rental" },
        level: alert.level,
        space: alert.space,
        name: rooms.find(({ id }) => id === alert.space)?.name ?? alert.space,
        device: alert.device ?? (n === 1 ? "lock-1-103" : null),
        since: alert.raisedAt,
        dueBy: waiting ? alert.sla.acknowledgeBy : alert.sla.resolveBy,
        late: n === 0,
        alert: alert.id,
        can: ["acknowledge", "rectify", "verify", "close", "note"],
      };
    }),
  {
    id: `list:${some[0]?.id}`,
    about: "delist",
    kind: null,
    title: { zh: "挂牌房间应摘牌", en: "a listed room should come off the list" },
    level: "red",
    space: some[0]?.id ?? "",
    name: some[0]?.name ?? "",
    device: null,
    since: ago(144_000),
    dueBy: ago(-11_520),
    late: false,
    alert: null,
    can: [],
  },
];

const months = ["2026-11", "2026-10", "2026-09"];

const figures = (month: string) => {
  const empty = month === "2026-09";
  return {
    empty,
    facts: {
      site: { id: "yingui", name: "银桂公寓", gateway: "gw-1", address: "北京市朝阳区某某路1号" },
      month,
      writtenAt: ago(0),
      alerts: empty
        ? []
        : (["group-rental", "door-held", "device-fault"] as const).map((kind, n) => ({
            kind,
            raised: 9 - n,
            acknowledged: 8 - n,
            inTime: 7 - n,
            medianAnswerMs: 1_260_000 * (n + 1),
            ended: 6,
            medianEndMs: 86_400_000 * (n + 1),
            open: 3 - n,
          })),
      devices: Array.from({ length: 30 }, (_, n) => ({
        id: `lock-1-${101 + n}`,
        kind: "lock",
        place: n === 2 ? HOSTILE : `1栋${101 + n}室`,
        uptime: empty || n === 3 ? null : 1 - n * 0.004,
        faults: n % 4,
        repairs: n % 3,
        mttrMs: n % 3 === 0 ? null : n * 3_600_000,
        inTime: n % 3,
        downNow: n === 1,
      })),
      prompts: { opened: 21, handled: 19, escalated: 3, open: 2 },
      handOvers: { completed: 58, cancelled: 1, open: 1 },
      exchange: [{ uplink: "city", sent: 120_431, rejected: 312, dropped: 0, waiting: 7 }],
    },
  };
};

export const dutyAnswers: Partial<Record<ApiKey, Answer>> = {
  "GET /api/1/patrols": ({ query }) => {
    const all = patrols();
    const { state, risk, search = "" } = query;
    const items = all
      .filter((row) => (state === undefined || row.state === state) && (risk === undefined || row.risk === risk))
      .filter(({ name }) => name.includes(search));
    const count = (wanted: string) => all.filter((row) => row.state === wanted).length;
    const counts = { overdue: count("overdue"), due: count("due"), ahead: count("ahead") };
    return { body: page(items, { counts }) };
  },
  "GET /api/1/duties": ({ query }) => {
    const all = duties();
    const items = all.filter(
      ({ about, late }) =>
        (query["about"] === undefined || about === query["about"]) && (query["late"] === undefined || late),
    );
    return { body: page(items, { counts: { all: all.length, late: 1 } }) };
  },
  "GET /api/1/compliance": ({ query }) => {
    const items = compliance.filter(
      ({ name, listed }) => name.includes(query["search"] ?? "") && (query["listed"] === undefined || listed !== null),
    );
    const site = { days: 0, since: null, best: 34, lastOver: day(0), listed: 3, late: 1 };
    return { body: page(items, { site, rules: { delistAfterDays: 30, delistWithinDays: 92 } }) };
  },
  "GET /api/1/reports": () => ({
    body: { months: months.map((month, n) => ({ month, running: n === 0 })), long: false },
  }),
  "GET /api/1/reports/month/figures": ({ query }) => ({ body: figures(query["month"] ?? "") }),
};

/** A visit that is told to the made-up site. */
export function visit(deed: { readonly space?: string; readonly plate?: string; readonly note?: string }) {
  const { space = "", plate, note } = deed;
  if (plate !== `P${space}`)
    return {
      status: 409,
      body: { code: "refused", message: "不能这样做：门牌码不对", fix: "请核对门上的门牌码" },
    };
  visited.set(space, { how: "plate", by: "console:admin", at: ago(0), ...(note === undefined ? {} : { note }) });
  return { body: { done: true } };
}
