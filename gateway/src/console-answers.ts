/** Puts the console's answers together out of the parts of the running gateway. Loaded only where the site file asks for a console. */
import { randomBytes } from "node:crypto";
import { lookup } from "node:dns/promises";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, CommandAction, Device, Site } from "@gatehouse/protocol";
import { listAudit } from "./audit/read.ts";
import { verifyAudit } from "./audit/verify.ts";
import { boardFirmware } from "./board-firmware.ts";
import type { Broker } from "./broker/broker.ts";
import { readyMaps } from "./config/register-maps.ts";
import type { LoadedSite } from "./config.ts";
import type { Configuration } from "./configuration/configuration.ts";
import { alertAnswers } from "./console/answers/alerts.ts";
import { boardAnswers } from "./console/answers/boards.ts";
import { boxAnswers } from "./console/answers/box.ts";
import { doerOf } from "./console/answers/deeds.ts";
import type { DriverFacts } from "./console/answers/device-rows.ts";
import { deviceAnswers, type FoundSource } from "./console/answers/devices.ts";
import { dutyAnswers } from "./console/answers/duties.ts";
import { jobAnswers } from "./console/answers/job-answers.ts";
import { Jobs } from "./console/answers/jobs.ts";
import { JobsBook } from "./console/answers/jobs-book.ts";
import { type LiveParts, liveSources } from "./console/answers/live-sources.ts";
import { longWorkAnswers } from "./console/answers/long-work.ts";
import { pairingAnswers } from "./console/answers/pairing.ts";
import { patrolAnswers } from "./console/answers/patrols.ts";
import { Photos } from "./console/answers/photos.ts";
import { reportAnswers } from "./console/answers/reports.ts";
import { type AuditReader, setUpAnswers } from "./console/answers/set-up.ts";
import { spaceAnswers } from "./console/answers/spaces.ts";
import { TestsBook } from "./console/answers/tests-book.ts";
import { type UplinkFacts, uplinkAnswers } from "./console/answers/uplinks.ts";
import type { OtherKey } from "./console/app.ts";
import type { Audit, LiveSources } from "./console/ports.ts";
import type { Answers } from "./console/table/index.ts";
import { backupWork, siteFileOf } from "./console-files.ts";
import type { Commands } from "./core/commands/commands.ts";
import type { LiveDrivers } from "./core/commands/live-drivers.ts";
import type { Core } from "./core/core.ts";
import type { EgressRelease } from "./core/fire/egress-release.ts";
import type { HealthBoard } from "./core/health.ts";
import type { Target } from "./core/ledger.ts";
import type { FiguresBook } from "./core/line-figures.ts";
import type { Pairing } from "./core/pairing.ts";
import type { Logger, Store } from "./core/ports.ts";
import { driverTypes } from "./drivers/index.ts";
import type { LineAddress } from "./drivers/line/address.ts";
import { serialPorts } from "./drivers/line/serial-ports.ts";
import type { DeviceBook } from "./monitor/device-book.ts";
import type { LineTaps } from "./monitor/line-taps.ts";
import type { LogRing } from "./monitor/log-ring.ts";
import type { Metric } from "./monitor/metrics.ts";
import type { RollCallBook } from "./monitor/roll-call.ts";
import type { SentBook } from "./monitor/sent-book.ts";
import { factsOfMonth, type MonthProgress } from "./monthly/request.ts";
import { whatIfInThread } from "./replay/what-if-thread.ts";
import { findDevices } from "./scan/find-devices.ts";
import { linkText } from "./scan/site-piece.ts";
import { brokenWayInWords, changingOf } from "./uplinks/broken-way.ts";
import type { uplinkTypes } from "./uplinks/index.ts";
import { testEvent, tryUplink } from "./uplinks/try-uplink.ts";

type GatewaySite = LoadedSite<(typeof driverTypes)[number], (typeof uplinkTypes)[number]>;

/** Parts of the running gateway. */
export interface AnswerSources {
  readonly core: Core;
  readonly store: Store;
  readonly targets: readonly Target[];
  readonly health: HealthBoard;
  readonly broker: Pick<Broker, "onLook" | "publish">;
  readonly drivers: LiveDrivers;
  readonly commands: Pick<Commands, "take">;
  readonly egress: Pick<EgressRelease, "status">;
  readonly rollCall: RollCallBook;
  readonly metrics: readonly Metric[];
  readonly gateway: string;
  readonly audit: Audit & { readonly head: string };
  readonly book: DeviceBook;
  readonly taps: LineTaps;
  readonly figures: FiguresBook;
  readonly sent: SentBook;
  readonly pairing: Pairing;
  readonly found?: FoundSource;
  actionsOf(device: Device): readonly CommandAction[];
}

export interface AnswerPlace {
  readonly site: GatewaySite;
  readonly stateDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Without it the site file is not changed from here. */
  readonly configuration: Configuration;
  readonly logs?: Pick<LogRing, "lines" | "onLine"> | undefined;
  readonly release: string;
  /** Accounts one can hand over to. */
  people(): readonly string[];
  /** The gateway is about to start anew. */
  startsAnew(): void;
}

export interface ConsoleAnswers {
  readonly answers: Answers<OtherKey>;
  readonly live: LiveSources;
  readonly audit: Audit;
  /** Until the signal aborts; resolves when no job runs any more. */
  run(signal: AbortSignal): Promise<void>;
}

const NO_LOG: Pick<LogRing, "lines" | "onLine"> = { lines: [], onLine: () => () => {} };
const NOTHING_FOUND: FoundSource = { list: () => ({ devices: [] }) };

export async function consoleAnswers(sources: AnswerSources, place: AnswerPlace): Promise<ConsoleAnswers> {
  const { site, stateDir, clock, log, configuration, logs = NO_LOG, people } = place;
  const { core, targets, store, found = NOTHING_FOUND } = sources;
  const jobsBook = await JobsBook.open(join(stateDir, "console", "jobs.json"));
  const jobs = new Jobs(clock, log, `${randomBytes(3).toString("hex")}-`, jobsBook);
  const tests = await TestsBook.open(join(stateDir, "console", "tests.json"));
  const photos = photosOf(sources, place);
  const driverFacts = factsOf(site);
  const uplinks = uplinkFacts(sources, place);
  const { policies } = site;
  const newId = () => `console.${randomBytes(8).toString("hex")}`;
  const monthFacts = (month: string, progress?: MonthProgress) =>
    factsOfMonth({ core, store, targets, clock }, month, progress);
  const common = { ...sources, clock, jobs, tests, driverFacts, uplinks, policies, photos, monthFacts, people, newId };
  const shared = {
    ...common,
    logs,
    isSetUp: () => !configuration.isNew,
    photosAllowed: photos !== undefined,
    found,
    driverTypes: driverTypes.map((row) => ({ type: row.type, line: "speaks" in row, actions: row.actions })),
    ports: serialPorts,
    registerMaps: readyMaps,
    scan: (...[asked, at, signal, onFound]: ScanArguments) => findDevices(asked, { clock, log }, at, signal, onFound),
    disk: () => diskOf(stateDir),
    resolve: async (host: string) => (await lookup(host, { all: true })).map(({ address }) => address),
    onPublish: sources.broker.onLook.bind(sources.broker) as LiveParts["onPublish"],
  };
  const answers: Answers<OtherKey> = {
    ...spaceAnswers(shared),
    ...alertAnswers(shared),
    ...patrolAnswers(shared),
    ...dutyAnswers(shared),
    ...reportAnswers(shared),
    ...deviceAnswers(shared),
    ...boardAnswers({ ...shared, ...boardsOf(sources, place, driverFacts, newId) }),
    ...uplinkAnswers(shared),
    ...boxAnswers(shared),
    ...jobAnswers(jobs),
    ...(await fileAnswers(sources, place, shared)),
  };
  return {
    answers,
    live: liveSources(shared),
    audit: {
      record: ({ by, ...entry }) =>
        sources.audit.record({ by: by === "console" ? by : doerOf({ name: by }), ...entry }),
    },
    run: async (signal) => {
      await Promise.all([jobs.run(signal), photos?.run(signal)]);
    },
  };
}

function boardsOf(
  { broker }: AnswerSources,
  { site, clock }: AnswerPlace,
  driverFacts: ReadonlyMap<string, DriverFacts>,
  newId: () => string,
) {
  const { boards } = site.site;
  const lines = [...driverFacts.values()];
  const usbPorts = async () => (await import("@gatehouse/firmware-bridge")).listedPorts();
  return { boards, ...boardFirmware({ broker, clock, boards, lines, ports: serialPorts, usbPorts, newId }) };
}

type ScanArguments = Parameters<Parameters<typeof deviceAnswers>[0]["scan"]>;

/** Answers that change the site file, or read and write everything. */
async function fileAnswers(
  sources: AnswerSources,
  { configuration, startsAnew, stateDir, clock, release }: AnswerPlace,
  shared: Omit<Parameters<typeof setUpAnswers>[0], "siteFile" | "audit" | "setUp"> & { readonly jobs: Jobs },
) {
  const siteFile = siteFileOf(configuration, stateDir, startsAnew);
  const startAnew = () => {
    startsAnew();
    configuration.restart();
  };
  const backups = await backupWork({ stateDir, siteFile: configuration.file, release, clock, startAnew });
  const whatIf: Parameters<typeof longWorkAnswers>[0]["whatIf"] = (asked, at, signal) =>
    whatIfInThread({ ...asked, stateDir, nowMs: clock.nowMs() }, at, signal);
  const setUp = async (done: boolean) => configuration.setNew(!done);
  return {
    ...setUpAnswers({ ...shared, siteFile, audit: auditOf(sources, stateDir), setUp }),
    ...pairingAnswers({ pairing: sources.pairing, siteFile }),
    ...longWorkAnswers({ ...shared, ...backups, whatIf }),
  };
}

function auditOf({ audit }: AnswerSources, stateDir: string): AuditReader {
  return {
    list: async (wanted) => {
      const rows = await listAudit(stateDir, wanted);
      // How many a filter leaves nobody counts.
      const total =
        wanted.by === undefined && wanted.what === undefined ? Number(audit.head.split(":")[0]) : rows.length;
      return { rows, total };
    },
    verify: (signal) => verifyAudit(stateDir, undefined, signal),
  };
}

function photosOf({ core }: AnswerSources, { site, stateDir, clock, log }: AnswerPlace): Photos | undefined {
  const settings = site.site.console;
  if (settings === "off" || !settings.photos) return undefined;
  const keptDays = (alert: string): number | undefined => {
    const space = core.state.alerts.get(alert)?.alert.space;
    if (space === undefined) return undefined;
    return core.model.config.site.retention[core.model.spaces.get(space)?.risk ?? "blue"];
  };
  return new Photos({ dir: join(stateDir, "photos"), clock, log, keptDays });
}

function factsOf(site: GatewaySite): ReadonlyMap<string, DriverFacts> {
  return new Map(
    site.drivers.map(({ id, row, config }) => {
      const { link } = config as { readonly link?: LineAddress };
      const protocol = "speaks" in row ? row.speaks(config as never) : undefined;
      return [id, { id, type: row.type, link: link === undefined ? null : linkText(link), protocol }];
    }),
  );
}

function uplinkFacts({ gateway }: AnswerSources, { site, clock, log }: AnswerPlace): UplinkFacts[] {
  const { secret } = site;
  return site.uplinks.map(({ id, row, config, options }) => ({
    id,
    type: row.type,
    address: addressIn(config),
    readings: options.readings,
    credentials: options.credentials,
    inWords: (error) =>
      brokenWayInWords(error, changingOf({ type: row.type, ...(config as { readonly servers?: unknown }) })),
    try: (signal) => {
      const deps = { clock, log: log.child({ uplink: id, test: true }), gateway, secret };
      const event = testEvent(options, site.site as Site, gateway, clock.nowMs());
      return tryUplink({ id, row, config, options }, event, deps, signal);
    },
  }));
}

function addressIn(config: unknown): string | null {
  const { url, host, servers } = config as {
    readonly url?: unknown;
    readonly host?: unknown;
    readonly servers?: unknown;
  };
  const text = String(url ?? (Array.isArray(servers) ? servers[0] : servers) ?? host ?? "");
  try {
    const address = new URL(text);
    [address.username, address.password, address.search, address.hash] = ["", "", "", ""];
    return address.href;
  } catch {
    return text === "" ? null : text.replace(/^.*@/, "");
  }
}

async function diskOf(dir: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }> {
  const { bavail, blocks, bsize } = await statfs(dir);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
