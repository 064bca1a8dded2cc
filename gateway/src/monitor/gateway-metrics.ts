/** The gateway's own metrics: where every reading and every owed item is. */
import { LANES } from "@gatehouse/protocol";
import type { Core } from "../core/core.ts";
import type { HealthBoard } from "../core/health.ts";
import type { Target } from "../core/ledger.ts";
import type { Store, StoreStats } from "../core/ports.ts";
import type { Metric } from "./metrics.ts";

export interface Sources {
  readonly core: Core;
  readonly store: Store;
  readonly targets: readonly Target[];
  readonly health: HealthBoard;
  readonly broker: {
    readonly counters: {
      readonly connections: number;
      readonly bytesIn: number;
      readonly refused: Readonly<Record<string, number>>;
    };
  };
}

export function gatewayMetrics({ core, store, targets, health, broker }: Sources): Metric[] {
  const intake = (name: keyof Core["tally"], help: string): Metric => ({
    name: `gatehouse_readings_${name}_total`,
    help,
    type: "counter",
    read: () => [{ value: core.tally[name] }],
  });
  const stats = (read: (stats: StoreStats) => { labels?: Record<string, string>; value: number }[]) => async () =>
    read(await store.stats());
  return [
    intake("received", "Readings received from devices; each ends in exactly one of stored, duplicate, rejected"),
    intake("stored", "Readings on disk"),
    intake("duplicate", "Readings repeated by a device, acknowledged and not stored again"),
    intake("rejected", "Readings that were wrong, recorded and acknowledged"),
    {
      name: "gatehouse_outbox_sent_total",
      help: "Items a platform has accepted",
      type: "counter",
      labels: ["uplink", "lane"],
      read: () => perLane(targets, (tally) => tally.sent),
    },
    {
      name: "gatehouse_outbox_rejected_total",
      help: "Items a platform has refused, set aside with its reason",
      type: "counter",
      labels: ["uplink", "lane"],
      read: () => perLane(targets, (tally) => tally.rejected),
    },
    {
      name: "gatehouse_outbox_waiting",
      help: "Items owed to a platform",
      type: "gauge",
      labels: ["uplink", "lane"],
      read: stats(({ backlog }) =>
        backlog.map(({ uplink, lane, count }) => ({ labels: { uplink, lane }, value: count })),
      ),
    },
    {
      name: "gatehouse_store_used_bytes",
      help: "Bytes of live data on disk",
      type: "gauge",
      read: stats(({ usedBytes }) => [{ value: usedBytes }]),
    },
    {
      name: "gatehouse_store_budget_bytes",
      help: "Bytes the data may take",
      type: "gauge",
      read: stats(({ budgetBytes }) => [{ value: budgetBytes }]),
    },
    {
      name: "gatehouse_journal_rows",
      help: "Inputs kept in the journal",
      type: "gauge",
      read: stats(({ journalRows }) => [{ value: journalRows }]),
    },
    {
      name: "gatehouse_outbox_quarantined",
      help: "Items set aside because a platform refused them",
      type: "gauge",
      read: stats(({ quarantined }) => [{ value: quarantined }]),
    },
    {
      name: "gatehouse_store_pending_bytes",
      help: "Bytes on their way to disk",
      type: "gauge",
      read: () => [{ value: store.pendingBytes }],
    },
    {
      name: "gatehouse_broker_connections",
      help: "MQTT clients connected",
      type: "gauge",
      read: () => [{ value: broker.counters.connections }],
    },
    {
      name: "gatehouse_broker_received_bytes_total",
      help: "Bytes received from MQTT clients",
      type: "counter",
      read: () => [{ value: broker.counters.bytesIn }],
    },
    {
      name: "gatehouse_broker_refused_total",
      help: "MQTT connections and packets refused",
      type: "counter",
      labels: ["reason"],
      read: () => Object.entries(broker.counters.refused).map(([reason, value]) => ({ labels: { reason }, value })),
    },
    {
      name: "gatehouse_alerts_open",
      help: "Alerts that still stand or wait for people",
      type: "gauge",
      labels: ["kind"],
      read: () => openAlerts(core),
    },
    {
      name: "gatehouse_health",
      help: "1 for every condition that holds, see docs/health-codes.md",
      type: "gauge",
      labels: ["code", "subject"],
      read: () => health.entries.map(({ code, subject }) => ({ labels: { code, subject }, value: 1 })),
    },
  ];
}

function perLane(
  targets: readonly Target[],
  value: (tally: { readonly sent: number; readonly rejected: number }) => number,
) {
  return targets.flatMap(({ id, outbox }) =>
    LANES.map((lane) => ({ labels: { uplink: id, lane }, value: value(outbox.tally[lane]) })),
  );
}

function openAlerts(core: Core) {
  const counts = new Map<string, number>();
  for (const { alert } of core.state.alerts.values()) {
    if (alert.clearedAt === null || alert.state !== "closed") counts.set(alert.kind, (counts.get(alert.kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, value]) => ({ labels: { kind }, value }));
}
