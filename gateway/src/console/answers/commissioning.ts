/** The commissioning report's facts: what stands where, what was tested and how it ended, what is left to do. */
import { type Clock, formatTime, OUTSIDE, type Policy } from "@gatehouse/protocol";
import type { Core } from "../../core/core.ts";
import type { HealthEntry } from "../../core/health.ts";
import { HEALTH_WORDS } from "../../core/health-codes.ts";
import { titleOf } from "../../words/limit-basis.ts";
import type { AnswerOf } from "../table/index.ts";
import { isAboutKey } from "./device-test.ts";
import { basisInWords } from "./limit-words.ts";
import { markOf, type TestsBook } from "./tests-book.ts";

type Report = AnswerOf<"GET /api/1/reports/commissioning">;
type Point = Report["open"][number];

/** Where the set-up keeps devices whose door is not known yet: no room, and gone when the last has its door. */
export const UNPLACED = "unplaced";

export interface ReportParts {
  readonly core: Pick<Core, "model" | "state">;
  readonly health: { readonly entries: readonly HealthEntry[] };
  readonly tests: TestsBook;
  readonly uplinks: readonly { readonly id: string }[];
  readonly policies: ReadonlyMap<string, Policy>;
  readonly clock: Clock;
}

export function commissioningReport(parts: ReportParts): Report {
  const { core, tests, uplinks, clock, health } = parts;
  const { model } = core;
  const { site } = model.config.site;
  const rooms = roomsOf(model, parts.policies);
  const keyless = new Set(health.entries.filter(({ code }) => code === "device-key").map(({ subject }) => subject));
  const devices = [...model.devices.values()].map(({ id, kind, portal }) => {
    const where = model.spaceOf.get(id) ?? portal ?? "";
    const says = tests.of("devices", id)?.says;
    const needsKey = keyless.has(id);
    const online = core.state.devices.get(id)?.online === true;
    // What its test said is over.
    if (isAboutKey(says) && !needsKey && online)
      return { id, kind, where, test: "untested" as const, testedAt: null, says: KEY_TAKEN, needsKey, hasKeyNow: true };
    return { id, kind, where, ...testedOf(tests, "devices", id), says: says ?? null, needsKey, hasKeyNow: false };
  });
  const { uplinks: written } = model.config.site;
  const tried = uplinks.map(({ id }) => {
    const mark = markOf(written.find((item) => item.id === id));
    return { id, ...testedOf(tests, "uplinks", id, mark) };
  });
  return {
    site: { id: site.id, name: site.name, kind: site.kind, gateway: model.gateway, address: site.address ?? null },
    madeAt: formatTime(clock.nowMs(), model.zone),
    rooms,
    devices,
    uplinks: tried,
    open: whatIsLeft(parts, { rooms, devices, uplinks: tried }),
  };
}

const KEY_TAKEN = {
  en: "The key is installed, the reader is connected. Test it again.",
  zh: "密钥已安装，读卡器已连接。请再测试一次。",
};

function roomsOf({ spaces, spaceOf }: Core["model"], policies: ReportParts["policies"]): Report["rooms"] {
  const counts = new Map<string, number>();
  for (const space of spaceOf.values()) counts.set(space, (counts.get(space) ?? 0) + 1);
  return [...spaces].flatMap(([id, { space, limit, address }]) => {
    if (id === OUTSIDE || id === UNPLACED) return [];
    const persons = limit?.persons ?? null;
    const basis = limit === undefined ? null : basisInWords(space, limit, policies.get(limit.policy));
    const name = space.name ?? id;
    return [{ id, name, limit: persons, basis, plate: address.plate ?? null, devices: counts.get(id) ?? 0 }];
  });
}

function testedOf(tests: TestsBook, kind: "devices" | "uplinks", id: string, mark?: string) {
  const tested = tests.of(kind, id, mark);
  if (tested === undefined) return { test: "untested" as const, testedAt: null };
  return { test: tested.passed ? ("passed" as const) : ("failed" as const), testedAt: tested.at };
}

function whatIsLeft(
  { core, health, policies }: ReportParts,
  { rooms, devices, uplinks }: Pick<Report, "rooms" | "devices" | "uplinks">,
): Point[] {
  const { model } = core;
  const judged = rooms.filter(({ limit }) => limit !== null);
  const kinds = new Map([...model.spaces].map(([id, { space }]) => [id, space.kind]));
  const homes = rooms.filter(({ id }) => ["flat", "room", "shed"].includes(kinds.get(id) ?? ""));
  const left: (Point | undefined)[] = [
    some(
      "rooms",
      homes.filter(({ limit }) => limit === null),
      "has|have no limit of persons: enter areas, or choose a policy",
      "没有人数上限：请填写面积或选择政策",
    ),
    some(
      "devices",
      judged.filter((room) => room.devices === 0),
      "has|have no device: nothing is known there",
      "没有设备：无法了解情况",
    ),
    some(
      "devices",
      devices.filter(({ where }) => where === UNPLACED),
      "waits|wait for a door: hold a card to it there, or choose its place",
      "还没有定位：到门前刷卡，或直接选择位置",
    ),
    some(
      "tests",
      devices.filter(({ test }) => test === "untested"),
      "is|are not tested",
      "尚未测试",
    ),
    some(
      "tests",
      devices.filter(({ test }) => test === "failed"),
      "failed their test",
      "测试未通过",
    ),
    some(
      "uplink",
      uplinks.filter(({ test }) => test !== "passed"),
      "has|have not passed a test: make sure that the platform gets what is sent",
      "上报通道未测试通过",
    ),
    uplinks.length === 0
      ? {
          en: "No platform is told anything: there is no uplink.",
          zh: "没有上报通道，平台收不到任何信息。",
          at: "uplink",
        }
      : undefined,
    ...[...new Set(model.config.site.policies.map(({ use }) => use))].map((id) => unverified(policies.get(id))),
    ...conditions(health.entries),
  ];
  return left.filter((each) => each !== undefined);
}

const SHOWN = 10;

function some(
  at: NonNullable<Point["at"]>,
  list: readonly { readonly id: string }[],
  /** Its verb as `one|many`. */
  en: string,
  zh: string,
): Point | undefined {
  if (list.length === 0) return undefined;
  const names = list.slice(0, SHOWN).map(({ id }) => id);
  const more = list.length - names.length;
  return {
    en: `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""} ${forNumber(en, list.length)}.`,
    zh: `${names.join("、")}${more > 0 ? `等${list.length}项` : ""}${zh}。`,
    at,
  };
}

const forNumber = (text: string, n: number): string =>
  text.replace(/(\w+)\|(\w+)/, (_, one: string, many: string) => (n === 1 ? one : many));

/** What holds now, each in its words with what it is about. */
function conditions(entries: readonly HealthEntry[]): Point[] {
  return [...Map.groupBy(entries, ({ code }) => code)].map(([code, list]) => {
    const { meaning } = HEALTH_WORDS[code];
    const about = list.slice(0, SHOWN).map(({ subject }) => subject);
    const more = list.length - about.length;
    return {
      en: `${about.join(", ")}${more > 0 ? ` and ${more} more` : ""}: ${meaning.en}`,
      zh: `${about.join("、")}${more > 0 ? `等${list.length}项` : ""}：${meaning.zh}`,
      at: "health",
    };
  });
}

function unverified(policy: Policy | undefined): Point | undefined {
  if (policy === undefined || policy.source.verified) return undefined;
  const { en, zh } = titleOf(policy);
  return { en: `The figures of "${en}" are not confirmed.`, zh: `“${zh}”的数字尚未核实。` };
}
