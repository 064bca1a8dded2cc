/** A made-up site with everything in it that the page can show, for working on the page without a gateway. */
import { type Alert, type HandOver, type Prompt, systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import type { AnswerOf } from "../../src/console/table/index.ts";

type SpaceRow = AnswerOf<"GET /api/1/spaces">["items"][number];

const random = new Random(7);
const chance = () => random.uint32() / 2 ** 32;
const pick = <T>(items: readonly T[]): T => items[Math.floor(chance() * items.length)] as T;
const now = systemClock.nowMs();
export const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();

/** What a stranger may write into any name. */
export const HOSTILE = `<img src=x onerror=alert(1)>"'&</script>=1+1\u202e ${"长".repeat(300)}`;

export function roomRow(id: string, name: string): SpaceRow {
  const limit = pick([2, 2, 3, 4, 6]);
  const residing = Math.max(0, limit + pick([-3, -2, -2, -1, -1, -1, 0, 0, 0, 0, 1, 3]) + chance() - 0.5);
  const abstains = chance() < 0.05 ? { en: "Too few nights were seen.", zh: "观察的夜晚太少。" } : null;
  const pOver = abstains !== null ? 0 : residing > limit + 0.5 ? 0.6 + chance() * 0.4 : chance() * 0.3;
  const over = pOver > 0.9;
  return {
    id,
    kind: "flat",
    name,
    parent: null,
    building: id.split("-")[0] ?? null,
    floor: id.split("-")[1]?.slice(0, -2) ?? null,
    risk: pick(["red", "yellow", "blue", "blue", "blue"] as const),
    judged: true,
    registered: 2,
    limit: { persons: limit, policy: "beijing", basis: "每间不超过2人" },
    estimate: {
      present: Math.round(residing),
      presentLow: Math.max(0, Math.round(residing) - 1),
      presentHigh: Math.round(residing) + 1,
      residing,
      low: Math.max(0, residing - 0.8),
      high: residing + 0.9,
      pOver,
      sign: over ? "confirmed" : pOver > 0.7 ? "first" : "none",
      abstains,
    },
    alerts: over ? 1 : 0,
    worst: over ? "red" : null,
    devices: 3,
    devicesDown: chance() < 0.03 ? 1 : 0,
  };
}

export function site(rooms: number): SpaceRow[] {
  const perFloor = 10;
  const floors = 10;
  return Array.from({ length: rooms }, (_, n) => {
    const building = 1 + Math.floor(n / (perFloor * floors));
    const floor = 1 + (Math.floor(n / perFloor) % floors);
    const id = `${building}-${floor}${String(1 + (n % perFloor)).padStart(2, "0")}`;
    return n === 3 ? { ...roomRow(id, HOSTILE), name: HOSTILE } : roomRow(id, `${building}栋${id.split("-")[1]}室`);
  });
}

export const rooms: readonly SpaceRow[] = site(2_000);
const over = rooms.filter(({ alerts }) => alerts > 0).slice(0, 6);

const evidence = [
  {
    source: "credentials",
    says: "9 different keys were used in 14 nights",
    zh: "14个夜晚内有9个不同的钥匙开门",
    weight: 4.2,
  },
  { source: "counter", says: "6.2 people stay overnight on average", zh: "平均每晚有6.2人过夜", weight: 6.8 },
  { source: "water", says: "Water use fits 5 to 7 people", zh: "用水量相当于5至7人", weight: 1.4 },
  { source: "registered", says: "2 people are registered", zh: "登记2人", weight: 0 },
  { source: "electricity", says: "Electricity is as for 3 people", zh: "用电量相当于3人", weight: -1.1 },
];

export const alerts: readonly Alert[] = over.map((row, n) => ({
  id: `alr_${n}abc`,
  kind: n === 4 ? "fire" : n === 5 ? "door-held" : "group-rental",
  level: n === 4 ? "emergency" : ((["red", "yellow", "blue"] as const)[n % 3] ?? "red"),
  space: row.id,
  state: n < 2 || n === 4 ? "raised" : n === 2 ? "acknowledged" : "rectifying",
  offence: n === 1 ? 2 : 1,
  measure: n === 1 ? "referral" : "warning",
  ...(n === 1
    ? { earlier: [{ episode: 1, raisedAt: ago(90_000), since: ago(95_000), clearedAt: ago(80_000), nights: 7 }] }
    : {}),
  episode: n === 1 ? 2 : 1,
  raisedAt: ago(30 + n * 500),
  since: ago(9_000 + n * 500),
  clearedAt: n === 3 ? ago(60) : null,
  trigger: null,
  persons: { residing: 6.2, low: 5.4, high: 7.1, present: 4 },
  limit: {
    persons: row.limit?.persons ?? 2,
    policy: "beijing",
    basis: "京建发〔2013〕13号：每个房间居住不得超过2人，人均居住面积不得低于5平方米",
  },
  probability: 0.986,
  evidence,
  sla: { acknowledgeBy: ago(n * 500 - 90), resolveBy: ago(n * 500 - 3 * 1_440) },
  address: { code: "110105001", grid: "CY-07", plate: `P${row.id}`, text: "北京市朝阳区某某路1号" },
  history: [
    { at: ago(30 + n * 500), to: "raised", by: "sensors" },
    ...(n === 2 || n === 3
      ? [{ at: ago(20), to: "acknowledged" as const, by: "王管理员", note: HOSTILE.slice(0, 120) }]
      : []),
  ],
}));

export const prompts: Prompt[] = [
  {
    id: "prm_1",
    kind: "acknowledge-alert",
    subject: "alr_0abc",
    space: over[0]?.id ?? "1-101",
    openedAt: ago(30),
    text: { en: "Acknowledge the alert of room 1-105", zh: "请响应1-105室的预警" },
    state: "open",
    step: 1,
    escalatedAt: ago(5),
  },
  {
    id: "prm_2",
    kind: "device-repair",
    subject: "lock-3",
    openedAt: ago(2_000),
    text: { en: "Repair lock-3: not heard for 2 days", zh: "请维修lock-3：已2天没有信号" },
    state: "open",
    step: 0,
  },
];

export const handOvers: HandOver[] = [
  {
    id: "hnd_1",
    from: "李班长",
    to: "admin",
    startedAt: ago(40),
    state: "open",
    items: [
      {
        ref: "alert:alr_0abc",
        text: { en: "Alert: group rental in 1-105", zh: "预警：1-105 群租" },
        acceptedAt: ago(10),
      },
      { ref: "prompt:prm_2", text: { en: "Repair lock-3", zh: "维修 lock-3" } },
    ],
  },
  {
    id: "hnd_0",
    from: "admin",
    to: "李班长",
    startedAt: ago(2_000),
    endedAt: ago(1_990),
    state: "complete",
    items: [],
  },
];

export const nights = Array.from({ length: 30 }, (_, n) => {
  const residing = 3 + n / 9 + Math.sin(n / 2) * 0.5;
  return {
    date: new Date(now - (30 - n) * 86_400_000).toISOString().slice(0, 10),
    residing,
    low: residing - 0.9,
    high: residing + 1,
    limit: n < 8 ? 4 : 3,
    pOver: Math.min(1, Math.max(0, (residing - 3) / 3)),
  };
});

export const evidenceOfRoom = evidence;
