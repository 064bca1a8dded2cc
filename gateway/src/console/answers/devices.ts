/** Answers about devices, drivers and lines. */
import type { CommandAction, Device } from "@gatehouse/protocol";
import type { FiguresBook } from "../../core/line-figures.ts";
import { inLanguage, type Language, said } from "../../words/said.ts";
import { Refusal } from "../refusal.ts";
import type { FoundDevice, ScanResult } from "../table/devices.ts";
import type { Answers, Asking } from "../table/index.ts";
import type { TestResult } from "../table/jobs.ts";
import { doerOf } from "./deeds.ts";
import { listDevices } from "./device-list.ts";
import { type DeviceRowParts, deviceRows } from "./device-rows.ts";
import { type DeviceTestParts, testDevice } from "./device-test.ts";
import { foundRow, scannedRow } from "./found.ts";
import type { Jobs } from "./jobs.ts";
import { seenReading } from "./reading-words.ts";
import { lineTaken, notThere } from "./refusals.ts";
import { testMany } from "./test-many.ts";
import type { TestsBook } from "./tests-book.ts";

/** As core/found-devices.ts lists them. */
export interface FoundSource {
  list(): {
    readonly devices: readonly {
      readonly driver: string;
      readonly id: string;
      readonly label: string;
      readonly model?: string | undefined;
      readonly points: readonly {
        readonly kind: NonNullable<FoundDevice["kind"]>;
        readonly what: string;
        readonly keys?: Readonly<Record<string, string | number | boolean>> | undefined;
      }[];
      readonly unsupported?: string | undefined;
    }[];
  };
}

export interface ScanAsked {
  readonly link?: string | undefined;
  readonly protocols?: readonly string[] | undefined;
  readonly thorough: boolean;
}

export interface DeviceParts extends DeviceRowParts, Omit<DeviceTestParts, "book"> {
  readonly book: DeviceRowParts["book"] & DeviceTestParts["book"];
  readonly figures: Pick<FiguresBook, "of">;
  readonly jobs: Jobs;
  readonly tests: TestsBook;
  readonly found: FoundSource;
  /** Every type of driver there is. */
  readonly driverTypes: readonly {
    readonly type: string;
    readonly line: boolean;
    readonly actions: readonly CommandAction[];
  }[];
  /** Serial ports of this box. */
  ports(): Promise<readonly { readonly path: string; readonly label: string; readonly real: string }[]>;
  /** As config/register-maps.ts lists them. */
  registerMaps(): readonly {
    readonly id: string;
    readonly name: string;
    readonly kind: Device["kind"] | undefined;
  }[];
  /** Throws ConfigError for what cannot be searched, LinkError for a line that cannot be opened. */
  scan(
    asked: ScanAsked,
    at: (share: number, note: string) => void,
    signal: AbortSignal,
    found: (parts: ScanOutcome["parts"]) => void,
  ): Promise<ScanOutcome>;
}

export interface ScanOutcome {
  readonly parts: readonly {
    readonly driver: { readonly id: string; readonly type: string; readonly [key: string]: unknown };
    readonly devices: readonly {
      readonly id: string;
      readonly about: string;
      readonly keys: Readonly<Record<string, string | number>>;
    }[];
  }[];
  readonly remarks: readonly string[];
  readonly tried: readonly string[];
}

type Keys =
  | "GET /api/1/devices"
  | "GET /api/1/devices/:id"
  | "POST /api/1/commands"
  | "POST /api/1/devices/:id/test"
  | "POST /api/1/device-tests"
  | "GET /api/1/drivers"
  | "GET /api/1/ports"
  | "GET /api/1/register-maps"
  | "GET /api/1/found-devices"
  | "POST /api/1/scans";

export function deviceAnswers(parts: DeviceParts): Answers<Keys> {
  const { core, book } = parts;
  return {
    "GET /api/1/devices": async ({ query }, { language }) => listDevices(parts, query, language),
    "GET /api/1/devices/:id": async ({ params: { id } }, { language }) => {
      const device = deviceOf(parts, id);
      const [row] = deviceRows(parts, language, new Set([id]));
      if (row === undefined) throw notThere(id);
      const recent = book.of(id).recent.map(seenReading).reverse();
      return { row, settings: settingsOf(device), recent, rates: ratesOf(parts, device) };
    },
    "POST /api/1/commands": async ({ body }, asking) => {
      const { target, action, args, secondsValid } = body;
      const { clock } = parts;
      deviceOf(parts, target);
      // Keys, trust and installation windows of readers are set-up.
      if (action === "configure" && !asking.roles.includes("technician"))
        throw new Refusal("forbidden", { values: { roles: "technician" } });
      const notAfter = new Date(clock.nowMs() + secondsValid * 1_000 * clock.scale).toISOString();
      const given = args === undefined ? {} : { args };
      const wish = { id: parts.newId(), target, action, ...given, notAfter, issuer: doerOf(asking) };
      const report = await parts.commands.take(wish, { local: true });
      return report.error === undefined ? report : { ...report, error: inLanguage(report.error, asking.language) };
    },
    "POST /api/1/devices/:id/test": async ({ params: { id } }, asking) => {
      const device = deviceOf(parts, id);
      const says = { en: `Testing ${id}`, zh: `正在测试${id}` };
      return parts.jobs.begin(
        "device-test",
        asking.name,
        says,
        async (desk) => {
          const end = await testDevice(parts, device, doerOf(asking), desk);
          if (!desk.signal.aborted) await noteTest(parts, asking, id, end);
          return end;
        },
        { atOnce: MANY, about: id },
      );
    },
    "POST /api/1/device-tests": async ({ body }, asking) => {
      const devices = [...new Set(body.devices)].map((id) => deviceOf(parts, id));
      const says = { en: `Testing ${devices.length} devices`, zh: `正在测试${devices.length}台设备` };
      return parts.jobs.begin(
        "device-test",
        asking.name,
        says,
        (desk) => testMany(parts, devices, doerOf(asking), desk, (id, end) => noteTest(parts, asking, id, end)),
        { atOnce: MANY },
      );
    },
    "GET /api/1/drivers": async () => driverList(parts),
    "GET /api/1/ports": async () => ({ ports: await portList(parts) }),
    "GET /api/1/register-maps": async () => ({
      maps: parts.registerMaps().map(({ id, name, kind = null }) => ({ id, name: said(name), kind })),
    }),
    "GET /api/1/found-devices": async (_, { language }) => {
      const devices = [...core.model.devices.values()];
      return { found: parts.found.list().devices.map((found) => foundRow(found, devices, language)) };
    },
    "POST /api/1/scans": async ({ body }, asking) => {
      await checkFree(parts, body.link);
      const says = { en: "Looking for devices", zh: "正在搜索设备" };
      return parts.jobs.begin(
        "scan",
        asking.name,
        says,
        async (desk) => {
          const at = (share: number, note: string) => desk.at(share, said(note));
          const found = (some: ScanOutcome["parts"]) =>
            desk.show(scanResult(parts, { parts: some, remarks: [], tried: [] }, asking.language));
          const result = scanResult(parts, await parts.scan(body, at, desk.signal, found), asking.language);
          const count = result.found.length;
          return { says: { en: `${count} found`, zh: `找到${count}个设备` }, result };
        },
        { atOnce: 2, ...(body.link === undefined ? {} : { about: body.link.slice(0, 128) }) },
      );
    },
  };
}

/** A technician walks from door to door with tests running behind. */
const MANY = 40;

async function noteTest(
  { core, clock, tests }: DeviceParts,
  { name }: Asking,
  id: string,
  { result, says }: { readonly result: TestResult; readonly says: TestResult["steps"][number]["says"] },
): Promise<void> {
  const at = new Date(clock.nowMs()).toISOString();
  await tests.note("devices", id, { passed: result.passed, at, by: name, says }, (device) =>
    core.model.devices.has(device),
  );
}

function deviceOf({ core }: DeviceParts, id: string): Device {
  const device = core.model.devices.get(id);
  if (device === undefined) throw notThere(id);
  return device;
}

/** Where a secret stands says nothing about it, and is of no use to whoever looks at a device. */
function settingsOf({ id: _, kind: __, driver: ___, portal: ____, space: _____, password: ______, ...rest }: Device) {
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => !isSecretRef(value)));
}

const isSecretRef = (value: unknown): boolean =>
  value !== null && typeof value === "object" && Object.keys(value).length === 1 && ("file" in value || "env" in value);

function ratesOf({ figures }: DeviceParts, { id, driver }: Device): Record<string, number> {
  const { line, members } = figures.of(driver);
  const own = members.get(id) ?? {};
  const { asked = 0, answered = 0 } = own;
  const rate = asked > 0 ? { answeredShare: Math.round((answered / asked) * 1e4) / 1e4 } : {};
  return { ...own, ...rate, ...prefixed("line.", line) };
}

const prefixed = (prefix: string, figures: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix}${name}`, value]));

function driverList({ core, drivers, driverFacts, driverTypes, figures }: DeviceParts) {
  const counts = new Map<string, number>();
  for (const { driver } of core.model.devices.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1);
  const all = [...driverFacts.values()].map(({ id, type, link }) => ({
    id,
    type,
    up: drivers.get(id) !== undefined,
    link,
    devices: counts.get(id) ?? 0,
    figures: { ...figures.of(id).line },
  }));
  return { drivers: all, types: driverTypes.map(({ type, line, actions }) => ({ type, line, actions: [...actions] })) };
}

async function portList({ driverFacts, ports }: DeviceParts) {
  const found = await ports();
  const real = new Map(found.map((port) => [port.path, port.real]));
  const users = new Map(
    [...driverFacts.values()].flatMap(({ id, link }) => {
      const path = pathOf(link);
      return path === undefined ? [] : [[real.get(path) ?? path, id] as const];
    }),
  );
  return found.map(({ path, label, real: target }) => ({ path, label, usedBy: users.get(target) ?? null }));
}

const pathOf = (link: string | null): string | undefined => /^serial:([^?]+)/.exec(link ?? "")?.[1];

/** A line serves one program at a time. */
async function checkFree(parts: DeviceParts, link: string | undefined): Promise<void> {
  if (link === undefined) return;
  const [asked] = link.split("?");
  const path = pathOf(link);
  const port = (await portList(parts)).find((candidate) => candidate.path === path);
  const same = [...parts.driverFacts.values()].find((driver) => driver.link?.split("?")[0] === asked);
  const user = port?.usedBy ?? same?.id;
  if (user === undefined || user === null) return;
  throw lineTaken(link, user);
}

function scanResult({ core }: DeviceParts, { parts, remarks, tried }: ScanOutcome, language: Language): ScanResult {
  const devices = [...core.model.devices.values()];
  const found = parts.flatMap(({ driver, devices: there }) =>
    there.map((device) => scannedRow(driver.id, device, devices, language)),
  );
  return {
    drivers: parts.map(({ driver }) => driver),
    found,
    remarks: remarks.map((each) => inLanguage(each, language)),
    tried: tried.map((each) => inLanguage(each, language)),
  };
}
