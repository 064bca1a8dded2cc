/** Tries one uplink of a site file from the command line: a test event, really sent or only shown. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  Alert,
  ConfigError,
  composeEvent,
  didYouMean,
  type EventDraft,
  formatTime,
  SEVERITY,
  severityOf,
  systemClock,
  type UplinkConfig,
} from "@gatehouse/protocol";
import { loadSite } from "../config.ts";
import { mapItem, mapped } from "../core/mapped-uplink.ts";
import type { OutboxItem, UplinkDeps, UplinkType } from "../core/ports.ts";
import { driverTypes } from "../drivers/index.ts";
import { uplinkTypes } from "../uplinks/index.ts";
import { openLog } from "./log.ts";

interface TestFlags {
  readonly site: string;
  readonly alert?: string;
  readonly dryRun?: true;
}

/** Of no event of the gateway, whose numbers begin with 1. */
const TEST_SEQUENCE = 0;
const PATIENCE_MS = 45_000;

export async function testUplink(id: string, flags: TestFlags): Promise<void> {
  const { site, uplinks, secret } = loadSite(flags.site, { driverTypes, uplinkTypes });
  const found = uplinks.find((uplink) => uplink.id === id);
  if (found === undefined) {
    const known = uplinks.map((uplink) => uplink.id);
    const fix = didYouMean(id, known) ?? `the site file has: ${known.join(", ") || "none"}`;
    throw new ConfigError({ path: "<uplink>", reason: `there is no uplink "${id}"`, fix });
  }
  const gateway = site.gateway?.id ?? site.site.id;
  const event = draftFor(
    found.options,
    { gateway, place: site.site, space: site.spaces[0]?.id ?? "test" },
    flags.alert,
  );
  const plain: OutboxItem = { seq: TEST_SEQUENCE, lane: event.lane, text: composeEvent(event, TEST_SEQUENCE) };
  const deps: UplinkDeps = { clock: systemClock, log: await openLog("error"), gateway, secret };
  const row = found.row as UplinkType<unknown>;
  const { mapping } = found.options;
  if (flags.dryRun === true) {
    const item = mapping === undefined ? plain : mapItem(mapping, plain);
    process.stdout.write(`${(await row.preview?.(found.config, deps, item)) ?? item.text}\n`);
    return;
  }
  const uplink = mapped(row.create(id, ownSession(found.row.type, found.config, gateway), deps), mapping);
  const stop = new AbortController();
  const link = uplink.run(stop.signal);
  link.catch(() => {});
  try {
    const sent = uplink.send([plain], AbortSignal.any([stop.signal, AbortSignal.timeout(PATIENCE_MS)]));
    const result = await Promise.race([sent, link.then(() => sent)]);
    const [no] = result.rejected;
    if (result.accepted.length > 0)
      process.stdout.write(`${id}: the platform took it (${event.type}, id ${event.id})\n`);
    else {
      const why =
        no === undefined ? "the platform neither took nor refused it" : `the platform refused it: ${no.reason}`;
      process.stderr.write(`gatehouse: ${id}: ${why}\n`);
      process.exitCode = 1;
    }
  } finally {
    stop.abort();
    await link.catch(() => {});
  }
}

/** Without an alert of the operator's own: a sample where a mapping wants one, else a health event. */
function draftFor(
  { mapping }: Pick<UplinkConfig, "mapping">,
  { gateway, place, space }: { readonly gateway: string; readonly place: Place; readonly space: string },
  file: string | undefined,
): EventDraft {
  if (file !== undefined) return alertDraft(gateway, place, readAlert(file));
  return mapping === undefined ? healthDraft(gateway, place) : alertDraft(gateway, place, sampleAlert(space, place));
}

function sampleAlert(space: string, { timezone }: Place): Alert {
  const at = formatTime(systemClock.nowMs(), timezone);
  return {
    id: "alr_test",
    kind: "group-rental",
    level: "blue",
    space,
    state: "raised",
    offence: 1,
    episode: 1,
    raisedAt: at,
    since: at,
    clearedAt: null,
    trigger: null,
    persons: { residing: 5, low: 4, high: 6, present: 3 },
    limit: { persons: 4, policy: "test", basis: "test" },
    probability: 0,
    evidence: [{ source: "test", says: "a test, nothing to do", zh: "测试，无需处理", weight: 0 }],
    sla: { acknowledgeBy: at, resolveBy: at },
    address: { grid: "test" },
    history: [],
  };
}

/** So that a test does not throw the running gateway off its broker. */
function ownSession(type: string, config: unknown, gateway: string): unknown {
  if (type !== "mqtt") return config;
  const own = config as { readonly clientId?: string };
  return { ...own, clientId: `${own.clientId ?? `gatehouse-${gateway}`}-test` };
}

interface Place {
  readonly id: string;
  readonly timezone: string;
}

function headOf(gateway: string, { timezone }: Place) {
  const time = formatTime(systemClock.nowMs(), timezone);
  const id = `test.${randomBytes(8).toString("hex")}`;
  return { id, source: `gatehouse/${gateway}`, time, recordedtime: time };
}

function healthDraft(gateway: string, place: Place): EventDraft {
  const data = { codes: [], backlog: {}, auditHead: null, metrics: {}, test: true };
  const head = {
    type: "gatehouse.health",
    subject: place.id,
    lane: "presence",
    severitynumber: SEVERITY.info,
  } as const;
  return { ...headOf(gateway, place), ...head, dataclassification: "internal", data: JSON.stringify(data) };
}

function readAlert(file: string): Alert {
  const fix = "give it an alert as docs/reference/alerts.md has it";
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new ConfigError({ path: "--alert", reason: `${file} cannot be read as JSON`, fix }, { cause });
  }
  const alert = Alert.safeParse(json);
  if (!alert.success) {
    const issue = alert.error.issues[0];
    throw new ConfigError({ path: "--alert", reason: `${file}: ${issue?.path.join(".")}: ${issue?.message}`, fix });
  }
  return alert.data;
}

function alertDraft(gateway: string, place: Place, alert: Alert): EventDraft {
  const { level, space } = alert;
  const lane = level === "emergency" ? "emergency" : "alert";
  const head = { type: "gatehouse.alert.raised", subject: space, lane, severitynumber: severityOf(level) } as const;
  return { ...headOf(gateway, place), ...head, dataclassification: "restricted", data: JSON.stringify(alert) };
}
