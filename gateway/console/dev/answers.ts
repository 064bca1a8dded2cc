/** What the made-up site answers. Kept small: it remembers who is signed in, deeds on prompts and hand-overs, and one job. */
import type { Alert } from "@gatehouse/protocol";
import type { ApiKey } from "../../src/console/table/index.ts";
import type { LiveMessage } from "../../src/console/table/live.ts";
import { deviceAnswers } from "./device-answers.ts";
import { dutyAnswers, visit } from "./duty-answers.ts";
import { ago, alerts, evidenceOfRoom, handOvers, nights, prompts, rooms } from "./recorded.ts";
import { setUpAnswers } from "./set-up-answers.ts";

interface Given {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Said {
  readonly status?: number;
  readonly body: unknown;
}

export interface DevState {
  session: Record<string, unknown> | undefined;
  /** A site that is not set up yet, in place of the one with rooms. */
  readonly fresh?: boolean;
  readonly tell: (message: LiveMessage) => void;
}

type Answer = (given: Given) => Said | Promise<Said>;

let raised = 0;
export function newAlert(): Alert {
  const [first] = alerts;
  raised++;
  return { ...(first as Alert), id: `alr_new${raised}`, raisedAt: ago(0), state: "raised" };
}

const SIGN_IN = { status: 401, body: { code: "sign-in", message: "请登录", fix: "登录后重试" } };
const done: Said = { body: { done: true } };

function sessionOf(name: string) {
  return {
    name,
    roles: ["technician", "manager", "auditor"],
    csrf: "dev",
    idleSeconds: 1_800,
    endsAt: ago(-600),
    totp: false,
    mustChangePassword: name === "must",
  };
}

let progress = 0;
let asked = "";
const job = (state: "running" | "done" | "cancelled") => ({
  id: "job_1",
  kind: "replay",
  by: "admin",
  startedAt: ago(1),
  state,
  progress: state === "done" ? 1 : progress,
  says: { en: `${Math.round(progress * 30)} of 30 nights`, zh: `30晚中的第${Math.round(progress * 30)}晚` },
  endedAt: state === "running" ? null : ago(0),
});

const spaceAnswers: Partial<Record<ApiKey, Answer>> = {
  "GET /api/1/site": () => ({
    body: {
      id: "yingui",
      gateway: "gw-1",
      name: "银桂公寓",
      kind: "rental-compound",
      timezone: "Asia/Shanghai",
      address: { text: "北京市朝阳区某某路1号" },
      setUp: true,
      counts: { spaces: rooms.length, judged: rooms.length, devices: 40, alerts: alerts.length, prompts: 2 },
      policies: [],
      photos: true,
      now: ago(0),
    },
  }),
  "GET /api/1/spaces": () => ({ body: { items: rooms, next: null, total: rooms.length } }),
  "GET /api/1/spaces/:id": ({ params }) => {
    const row = rooms.find(({ id }) => id === params["id"]);
    if (row === undefined)
      return { status: 404, body: { code: "unknown", message: "没有这个房间", fix: "请从看板中选择" } };
    return {
      body: {
        row,
        space: {
          id: row.id,
          kind: "flat",
          name: row.name.slice(0, 200),
          registered: 2,
          rooms: [{ areaM2: 12 }],
          familyExempt: false,
        },
        address: { text: "北京市朝阳区某某路1号", plate: `P${row.id}` },
        limitExplained: { en: "1 room, at most 2 people each", zh: "1个房间，每间不超过2人" },
        evidence: evidenceOfRoom,
        portals: [{ id: `door-${row.id}`, kind: "door", from: "outside", to: row.id, remoteOpen: "off" }],
        devices: [deviceRow(row.id, 0), deviceRow(row.id, 1)],
        alerts: alerts.filter(({ space }) => space === row.id),
        compliance: null,
      },
    };
  },
  "GET /api/1/spaces/:id/nights": () => ({ body: { nights } }),
};

function deviceRow(space: string, n: number) {
  return {
    id: `lock-${space}-${n}`,
    kind: n === 0 ? "lock" : "counter",
    driver: "mqtt",
    driverType: "mqtt",
    driverUp: true,
    portal: `door-${space}`,
    space,
    online: n === 0,
    lastSeenAt: ago(n * 600 + 2),
    battery: n === 0 ? 18 : null,
    rssi: -71,
    firmware: "1.4.2",
    readings: 812,
    rejected: 0,
    codes: n === 0 ? [] : [{ code: "device-silent", detail: "not heard for 10 h", since: ago(600) }],
    actions: [],
  };
}

function alertAnswers({ tell }: DevState): Partial<Record<ApiKey, Answer>> {
  return {
    "GET /api/1/alerts": ({ query }) => {
      const items = alerts.filter((alert) => query["open"] !== "true" || alert.state !== "closed");
      return { body: { items, next: null, total: items.length } };
    },
    "GET /api/1/alerts/:id": ({ params }) => ({
      body: {
        alert: { ...(alerts.find(({ id }) => id === params["id"]) ?? newAlert()), id: params["id"] },
        spaceName: "1栋105室",
        can: ["acknowledge", "rectify", "verify", "close", "note"],
        photos: [],
      },
    }),
    "POST /api/1/deeds": ({ body }) => {
      const deed = body as { do: string; alert?: string; item?: string; space?: string; plate?: string; note?: string };
      if (deed.do === "patrol") return visit(deed);
      const alert = alerts.find(({ id }) => id === deed.alert);
      if (alert !== undefined) tell({ about: "alerts", alerts: [{ ...alert, state: "acknowledged" }] });
      if (deed.item !== undefined)
        for (const item of handOvers.flatMap(({ items }) => items))
          if (item.ref === deed.item) item.acceptedAt = ago(0);
      return done;
    },
    "GET /api/1/prompts": ({ query }) => ({ body: { prompts: query["handled"] === "true" ? [] : prompts } }),
    "GET /api/1/hand-overs": () => ({ body: { handOvers, people: ["李班长", "王管理员"] } }),
    "GET /api/1/roll-call": () => ({
      body: {
        at: ago(0),
        site: { id: "yingui", name: "银桂公寓" },
        fire: [],
        total: { present: 61, low: 52, high: 70 },
        spaces: rooms.slice(0, 40).map(({ id, name }, n) => ({
          space: id,
          name,
          kind: "flat",
          present: n % 4,
          low: Math.max(0, (n % 4) - 1),
          high: (n % 4) + 1,
          since: n === 0 ? null : ago(n * 9),
          silent: n === 2 ? ["lock-1-103"] : [],
        })),
        unjudged: [],
        unknown: [{ space: "yard", name: "院子", why: "no device watches it" }],
        startedAt: ago(9_000),
      },
    }),
    "GET /api/1/fire": () => ({
      body: {
        since: ago(3),
        inputsOn: ["smoke-1"],
        hold: "person",
        doors: [
          { door: "door-gate", state: "released", ms: 41, why: null },
          { door: "door-yard", state: "not released", ms: null, why: "no answer" },
        ],
      },
    }),
  };
}

const jobAnswers: Partial<Record<ApiKey, Answer>> = {
  "POST /api/1/replays": ({ body }) => {
    progress = 0;
    asked = (body as { space: string }).space;
    return { body: job("running") };
  },
  "GET /api/1/jobs/:id": () => {
    progress = Math.min(1, progress + 0.2);
    return {
      body: {
        job: job(progress >= 1 ? "done" : "running"),
        result:
          progress >= 1
            ? {
                limit: 3,
                days: 30,
                spaces: [
                  {
                    space: asked,
                    name: asked,
                    limitNow: 4,
                    nights: 29,
                    nightsOver: 21,
                    nightsOverNow: 9,
                    alerts: 1,
                    alertsNow: 0,
                  },
                ],
              }
            : null,
      },
    };
  },
  "DELETE /api/1/jobs/:id": () => done,
};

function sessionAnswers(state: DevState): Partial<Record<ApiKey, Answer>> {
  const signIn = (name: string): Said => {
    state.session = sessionOf(name);
    return { body: state.session };
  };
  return {
    "GET /api/1/hello": () => ({
      body: {
        product: "gatehouse",
        version: "0.1.0",
        claimed: true,
        claimOpen: false,
        site: null,
        caFingerprint: Array.from({ length: 32 }, (_, n) => (n * 7 + 16).toString(16)).join(":"),
      },
    }),
    "POST /api/1/session": ({ body }) => {
      const { name, totp } = body as { name: string; totp?: string };
      if (name === "totp" && totp === undefined)
        return {
          status: 401,
          body: { code: "totp-needed", message: "请输入动态验证码", fix: "打开手机上的验证器应用" },
        };
      return name === "wrong" ? { status: 401, body: { code: "wrong", message: "账号或密码不对" } } : signIn(name);
    },
    "POST /api/1/claim": () => signIn("admin"),
    "GET /api/1/session": () => (state.session === undefined ? SIGN_IN : { body: state.session }),
    "DELETE /api/1/session": () => {
      state.session = undefined;
      return done;
    },
    "PUT /api/1/session/password": () => signIn("admin") && done,
    "GET /api/1/sessions": () => ({
      body: {
        sessions: [
          {
            id: "s1",
            name: "admin",
            since: ago(60),
            lastSeenAt: ago(0),
            address: "192.168.1.20",
            agent: "Chromium 156",
            own: true,
          },
        ],
      },
    }),
    "POST /api/1/session/totp": () => ({
      body: { secret: "JBSWY3DPEHPK3PXP", uri: "otpauth://totp/Gatehouse:admin?secret=JBSWY3DPEHPK3PXP" },
    }),
  };
}

export const answersOf = (state: DevState): Partial<Record<ApiKey, Answer>> => ({
  ...sessionAnswers(state),
  ...spaceAnswers,
  ...alertAnswers(state),
  ...jobAnswers,
  ...deviceAnswers,
  ...dutyAnswers,
  ...(state.fresh === true ? setUpAnswers(state.tell) : {}),
});
