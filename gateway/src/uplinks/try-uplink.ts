/** Tries one uplink with a test event that is really sent: for the command line and the console. */
import { randomBytes } from "node:crypto";
import {
  type Alert,
  composeEvent,
  type EventDraft,
  formatTime,
  SEVERITY,
  type Site,
  severityOf,
  type UplinkConfig,
} from "@gatehouse/protocol";
import { mapped } from "../core/mapped-uplink.ts";
import type { OutboxItem, SendResult, UplinkDeps, UplinkType } from "../core/ports.ts";

/** An uplink of the site file. */
export interface TriedUplink {
  readonly id: string;
  readonly row: Pick<UplinkType<never>, "type" | "create">;
  readonly config: unknown;
  readonly options: Pick<UplinkConfig, "mapping">;
}

/** Of no event of the gateway, whose numbers begin with 1. */
export const TEST_SEQUENCE = 0;
const PATIENCE_MS = 45_000;

export type TestSite = Pick<Site, "site" | "spaces">;

/** Without an alert of the operator's own: a sample where a mapping wants one, else a health event. */
export function testEvent(
  { mapping }: Pick<UplinkConfig, "mapping">,
  { site, spaces }: TestSite,
  gateway: string,
  nowMs: number,
  alert?: Alert,
): EventDraft {
  if (alert !== undefined) return alertDraft(gateway, site, alert, nowMs);
  if (mapping === undefined) return healthDraft(gateway, site, nowMs);
  return alertDraft(gateway, site, sampleAlert(spaces[0]?.id ?? "test", site, nowMs), nowMs);
}

/** What the platform answered to the event. Throws LinkError when it cannot be reached or does not answer, RejectedError when it refuses all. */
export async function tryUplink(
  { row, id, config, options }: TriedUplink,
  event: EventDraft,
  deps: UplinkDeps,
  signal?: AbortSignal,
): Promise<SendResult> {
  const plain: OutboxItem = { seq: TEST_SEQUENCE, lane: event.lane, text: composeEvent(event, TEST_SEQUENCE) };
  const uplink = mapped(row.create(id, ownSession(row.type, config, deps.gateway) as never, deps), options.mapping);
  const stop = new AbortController();
  const ends = [stop.signal, AbortSignal.timeout(PATIENCE_MS), ...(signal === undefined ? [] : [signal])];
  const link = uplink.run(stop.signal);
  link.catch(() => {});
  try {
    const sent = uplink.send([plain], AbortSignal.any(ends));
    return await Promise.race([sent, link.then(() => sent)]);
  } finally {
    stop.abort();
    await link.catch(() => {});
  }
}

function sampleAlert(space: string, { timezone }: Place, nowMs: number): Alert {
  const at = formatTime(nowMs, timezone);
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

function headOf(gateway: string, { timezone }: Place, nowMs: number) {
  const time = formatTime(nowMs, timezone);
  const id = `test.${randomBytes(8).toString("hex")}`;
  return { id, source: `gatehouse/${gateway}`, time, recordedtime: time };
}

function healthDraft(gateway: string, place: Place, nowMs: number): EventDraft {
  const data = { codes: [], backlog: {}, auditHead: null, metrics: {}, test: true };
  const head = {
    type: "gatehouse.health",
    subject: place.id,
    lane: "presence",
    severitynumber: SEVERITY.info,
  } as const;
  return { ...headOf(gateway, place, nowMs), ...head, dataclassification: "internal", data: JSON.stringify(data) };
}

function alertDraft(gateway: string, place: Place, alert: Alert, nowMs: number): EventDraft {
  const { level, space } = alert;
  const lane = level === "emergency" ? "emergency" : "alert";
  const head = { type: "gatehouse.alert.raised", subject: space, lane, severitynumber: severityOf(level) } as const;
  return { ...headOf(gateway, place, nowMs), ...head, dataclassification: "restricted", data: JSON.stringify(alert) };
}
