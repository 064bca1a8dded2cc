/** A new site of the made-up kind: what the set-up and the pages of devices ask for. It keeps edits, and forgets them with the process. */
import { readRooms } from "../../src/console/rooms/read-rooms.ts";
import type { ApiKey } from "../../src/console/table/index.ts";
import type { LiveMessage } from "../../src/console/table/live.ts";
import { ago } from "./recorded.ts";

interface Given {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}
type Answer = (given: Given) => { readonly status?: number; readonly body: unknown };
type Item = Record<string, unknown> & { id: string };
type Lists = "spaces" | "portals" | "devices" | "drivers" | "uplinks";

const site = {
  site: {
    id: "gatehouse",
    name: "gatehouse",
    kind: "rental-compound",
    address: { grid: "unowned" } as Record<string, unknown>,
  },
  policies: [] as unknown[],
  spaces: [] as Item[],
  portals: [] as Item[],
  devices: [] as Item[],
  drivers: [] as Item[],
  uplinks: [] as Item[],
};
let version = 1;
let finished = false;
let listening = false;
const tests = new Map<string, "passed" | "failed">();
const jobs = new Map<string, { polls: number; kind: string; subject: string }>();
const hash = () => `v${version}`;

function edit({ op, path, value }: { op: string; path: string; value?: unknown }): void {
  const [head = "", id = "", key = ""] = path.split("/");
  if (op === "add") site[head as Lists].push(value as Item);
  else if (head === "site" && id === "address")
    site.site.address = key === "" ? (value as Record<string, unknown>) : { ...site.site.address, [key]: value };
  else if (head === "site") Object.assign(site.site, { [id]: value });
  else if (head === "policies") site.policies = value as unknown[];
  else if (key === "") site[head as Lists] = site[head as Lists].filter((item) => item.id !== id);
  else {
    const item = site[head as Lists].find((one) => one.id === id);
    if (item !== undefined && op === "set") item[key] = value;
    else if (item !== undefined) delete item[key];
  }
}

const text = (en: string, zh: string) => ({ en, zh });

function patch({ body }: Given) {
  const { hash: of, edits, check } = body as { hash: string; edits: { op: string; path: string }[]; check?: boolean };
  if (of !== hash()) return { status: 409, body: { code: "changed", message: "设置已被他人改动" } };
  const diff = {
    changes: edits.map(({ path }) => ({ path, kind: "changed" })),
    lines: edits.map((one, n) => ({ sign: "+", text: `  - ${JSON.stringify(one)}`, line: n + 1 })),
  };
  if (check === true) return { body: { hash: hash(), version: null, diff, warnings: [] } };
  for (const one of edits) edit(one);
  version++;
  return { body: { hash: hash(), version, diff, warnings: [] } };
}

function roomRow(line: number, cells: Record<string, string>) {
  const { id = "", name = "", kind = "flat", areas = "", registered = "" } = cells;
  const list = areas.split(/[ ;]+/).map(Number);
  const good = areas !== "" && list.every((area) => area > 0);
  const problems = [
    ...(/^[A-Za-z0-9][\w.-]*$/.test(id)
      ? []
      : [{ column: "id", reason: text("is no number of a room", "不是房间编号") }]),
    ...(good ? [] : [{ column: "areas", reason: text(`"${areas}" is no area in m²`, `“${areas}”不是面积（m²）`) }]),
  ];
  const space = {
    id,
    kind,
    ...(name === "" ? {} : { name }),
    rooms: list.map((areaM2) => ({ areaM2 })),
    familyExempt: false,
  };
  const all = registered === "" ? space : { ...space, registered: Number(registered) };
  return { line, cells, ...(problems.length === 0 ? { space: all } : {}), problems };
}

const rowsAnswer = (rows: ReturnType<typeof roomRow>[]) => {
  const good = rows.filter(({ problems }) => problems.length === 0).length;
  return { body: { rows, good, bad: rows.length - good } };
};

const read = ({ body }: Given) => ({ body: readRooms(Buffer.from(String(body)), new Set()) });

function scheme({ body }: Given) {
  const { buildings, floors, roomsPerFloor, areaM2, rooms } = body as {
    buildings: string[];
    floors: { from: number; to: number };
    roomsPerFloor: number;
    areaM2?: number;
    rooms?: { areaM2: number }[];
  };
  const areas = (rooms ?? [{ areaM2: areaM2 ?? 0 }]).map((room) => room.areaM2).join(" ");
  const ids = buildings.flatMap((building) =>
    Array.from({ length: floors.to - floors.from + 1 }, (_, floor) =>
      Array.from(
        { length: roomsPerFloor },
        (_room, n) => `${building}-${floors.from + floor}${String(n + 1).padStart(2, "0")}`,
      ),
    ).flat(),
  );
  return rowsAnswer(ids.map((id, n) => roomRow(n + 1, { id, name: `${id}室`, kind: "flat", areas })));
}

const found = (n: number) => ({
  driver: "osdp-1",
  id: `reader-1-${101 + n}`,
  label: `reader at address ${n}`,
  model: "PD-6",
  kind: "reader",
  points: [{ kind: "reader", what: "card.read", settings: { address: n } }],
  unsupported: null,
  inUse: false,
  settings: { address: n },
});

function start(kind: string, subject: string) {
  const id = `job_${jobs.size + 10}`;
  jobs.set(id, { polls: 0, kind, subject });
  return { body: job(id) };
}

function job(id: string) {
  const { polls = 0, kind = "scan" } = jobs.get(id) ?? {};
  const over = polls >= 3;
  return {
    id,
    kind,
    by: "admin",
    startedAt: ago(0),
    state: over ? "done" : "running",
    progress: Math.min(1, polls / 3),
    says: over ? text("done", "完成") : text(`${kind}: at it`, "正在进行：9600 波特"),
    endedAt: over ? ago(0) : null,
  };
}

function followed({ params }: Given) {
  const id = params["id"] ?? "";
  const known = jobs.get(id);
  if (known === undefined) return { status: 404, body: { code: "unknown", message: "没有这个任务" } };
  known.polls++;
  const over = known.polls >= 3;
  const bad = known.subject.endsWith("103");
  if (over && known.kind === "device-test") tests.set(known.subject, bad ? "failed" : "passed");
  const steps = [
    { what: text("Is it there", "是否在线"), state: "passed", says: text("yes, 2 s ago", "在线，2 秒前") },
    {
      what: text("Does it say something", "有动作时上报"),
      state: over ? (bad ? "failed" : "passed") : "waiting",
      says:
        bad && over
          ? text("no card seen: check the cable", "没有读到卡：检查接线")
          : text("hold a card to it now", "请刷一下卡"),
    },
  ];
  const scan = {
    drivers: [{ id: "osdp-1", type: "osdp", link: "serial:/dev/ttyUSB0?baud=9600" }],
    found: [0, 1, 2, 3].map(found),
    remarks: [],
    tried: ["osdp at 9600", "modbus at 9600"],
  };
  return { body: { job: job(id), result: known.kind === "scan" ? (over ? scan : null) : { passed: !bad, steps } } };
}

const pairing = () => ({
  open: listening,
  until: listening ? ago(-15) : null,
  leftSeconds: listening ? 900 : 0,
  seen: listening
    ? ["lock-1-201", "lock-202", "count-1-203", "lock-kitchen", "lock-1-204"].map((user, n) => ({
        user,
        address: `10.0.0.${n + 20}`,
        at: ago(0),
        tries: n + 1,
      }))
    : [],
});

const premises = [
  ["rental-compound", "cn-sh-rental-2014", "Rented housing, Shanghai", "上海市居住房屋租赁", 2, 5, true],
  ["dormitory", "cn-dormitory-placeholder", "Dormitory, placeholder", "职工集体宿舍（占位）", 8, 4, false],
  [
    "construction-site",
    "cn-sh-site-2023",
    "Construction site quarters, Shanghai",
    "上海市建筑工地现场居住",
    4,
    2.5,
    true,
  ],
] as const;

function report() {
  const placeOf = (device: Item) => String(device["portal"] ?? device["space"] ?? "");
  return {
    body: {
      site: site.site,
      madeAt: ago(0),
      rooms: site.spaces
        .filter(({ kind }) => kind === "flat")
        .map(({ id, name }) => ({
          id,
          name: String(name ?? id),
          limit: 2,
          basis: text("at most 2 in a room", "每间 2 人"),
          plate: null,
          devices: 1,
        })),
      devices: site.devices.map((device) => ({
        id: device.id,
        kind: String(device["kind"]),
        where: placeOf(device),
        test: tests.get(device.id) ?? "untested",
        testedAt: tests.has(device.id) ? ago(1) : null,
        says: tests.get(device.id) === "failed" ? text("no card seen", "没有读到卡") : null,
        needsKey: false,
        hasKeyNow: false,
      })),
      uplinks: site.uplinks.map(({ id }) => ({ id, test: "untested", testedAt: null })),
      open: site.devices.length === 0 ? [text("no devices yet", "还没有设备")] : [],
    },
  };
}

const lane = { waiting: 3, oldestAt: ago(4), sent: 20, rejected: 0, dropped: 0 };

const siteAnswers: Partial<Record<ApiKey, Answer>> = {
  "GET /api/1/site": () => ({
    body: {
      ...site.site,
      gateway: site.site.id,
      name: site.site.name,
      timezone: "Asia/Shanghai",
      setUp: finished,
      counts: {
        spaces: site.spaces.length,
        judged: site.spaces.filter(({ kind }) => kind === "flat").length,
        devices: site.devices.length,
        alerts: 0,
        prompts: 0,
      },
      policies: [],
      photos: false,
      now: ago(0),
    },
  }),
  "GET /api/1/config": () => ({ body: { text: JSON.stringify(site, null, 2), hash: hash(), site, warnings: [] } }),
  "PATCH /api/1/config": patch,
  "PUT /api/1/set-up": () => {
    finished = true;
    return { body: { done: true } };
  },
  "PUT /api/1/secrets/:id": () => ({ body: { done: true } }),
  "GET /api/1/premises": () => ({
    body: {
      kinds: premises.map(([kind, policy, en, zh, persons, area, verified]) => ({
        kind,
        policy,
        title: text(en, zh),
        says: [
          text(`At most ${persons} people in a room.`, `每间不超过 ${persons} 人。`),
          text(`At least ${area} m² for each of them.`, `人均使用面积不低于 ${area} 平方米。`),
        ],
        source: text(en, zh),
        verified,
      })),
    },
  }),
  "POST /api/1/rooms/read": read,
  "POST /api/1/rooms/scheme": scheme,
  "POST /api/1/rooms": ({ body }) => {
    const { spaces } = body as { spaces: Item[] };
    site.spaces.push(...spaces);
    site.portals.push(...spaces.map(({ id }) => ({ id: `door-${id}`, kind: "door", from: "outside", to: id })));
    version++;
    return { body: { hash: hash(), version, added: spaces.length, changed: 0 } };
  },
};

const deviceAnswers = (tell: (message: LiveMessage) => void): Partial<Record<ApiKey, Answer>> => ({
  "GET /api/1/ports": () => ({
    body: { ports: [{ path: "/dev/ttyUSB0", label: "USB-FTDI FT232R A50285BI", usedBy: null }] },
  }),
  "GET /api/1/drivers": () => ({
    body: {
      drivers: [
        { id: "mqtt", type: "mqtt", up: true, link: null, devices: 4, figures: {} },
        ...site.drivers.map(({ id, type, link }) => ({
          id,
          type: String(type),
          up: true,
          link: String(link),
          devices: 4,
          figures: { received: 812, rejected: 3, timeouts: 1 },
        })),
      ],
      types: [],
    },
  }),
  "GET /api/1/found-devices": () => ({ body: { found: [] } }),
  "GET /api/1/pairing": () => ({ body: pairing() }),
  "PUT /api/1/pairing": ({ body }) => {
    listening = (body as { minutes: number }).minutes > 0;
    return { body: pairing() };
  },
  "POST /api/1/pairing/adopt": ({ body }) => {
    const { devices, edits = [] } = body as { devices: { user: string }[]; edits?: { op: string; path: string }[] };
    for (const one of edits) edit(one);
    site.devices.push(...devices.map(({ user, ...rest }) => ({ id: user, driver: "mqtt", ...rest })));
    version++;
    return { body: { hash: hash(), version, adopted: devices.length } };
  },
  "POST /api/1/scans": () => start("scan", ""),
  "POST /api/1/devices/:id/test": ({ params }) => start("device-test", params["id"] ?? ""),
  "POST /api/1/uplinks/:id/test": ({ params }) => start("uplink-test", params["id"] ?? ""),
  "GET /api/1/jobs/:id": followed,
  "POST /api/1/commands": () => {
    const waiting = site.devices.find(({ space }) => space === "unplaced");
    if (waiting !== undefined)
      tell({
        about: "readings",
        readings: [
          {
            at: ago(0),
            device: waiting.id,
            kind: "card.read",
            meaning: text("a card was held to it", "有人刷卡"),
            card: true,
          },
        ],
      });
    return { body: { ok: true } };
  },
  "GET /api/1/reports/commissioning": report,
  "GET /api/1/uplinks": () => ({
    body: {
      uplinks: site.uplinks.map(({ id, type, url }) => ({
        id,
        type: String(type),
        address: String(url),
        up: true,
        lastReceiptAt: null,
        readings: false,
        credentials: "strip",
        lanes: { emergency: lane, alert: lane, presence: lane, telemetry: lane },
        late: false,
        codes: [],
      })),
      removed: [],
    },
  }),
});

export const setUpAnswers = (tell: (message: LiveMessage) => void): Partial<Record<ApiKey, Answer>> => ({
  ...siteAnswers,
  ...deviceAnswers(tell),
});
