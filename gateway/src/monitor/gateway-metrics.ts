/** The gateway's own metrics: where every reading and every owed item is. */
import { LANES } from "@gatehouse/protocol";
import type { Commands } from "../core/commands/commands.ts";
import type { PlatformCommands } from "../core/commands/platform-commands.ts";
import type { Core } from "../core/core.ts";
import type { HealthBoard } from "../core/health.ts";
import type { Target } from "../core/ledger.ts";
import type { LaneTally } from "../core/outbox.ts";
import type { Store, StoreStats } from "../core/ports.ts";
import type { Metric } from "./metrics.ts";

export interface Sources {
  readonly core: Core;
  readonly store: Store;
  readonly targets: readonly Target[];
  readonly health: HealthBoard;
  readonly commands: Pick<Commands, "tally">;
  readonly platform: Pick<PlatformCommands, "refused">;
  readonly broker: {
    readonly counters: {
      readonly connections: number;
      readonly bytesIn: number;
      readonly refused: Readonly<Record<string, number>>;
    };
  };
}

export function gatewayMetrics(sources: Sources): Metric[] {
  return [
    ...intakeMetrics(sources),
    ...outboxMetrics(sources),
    ...storeMetrics(sources),
    ...brokerMetrics(sources),
    ...findings(sources),
  ];
}

function intakeMetrics({ core }: Sources): Metric[] {
  const intake = (name: keyof Core["tally"], help: string): Metric => ({
    name: `gatehouse_readings_${name}_total`,
    help,
    type: "counter",
    read: () => [{ value: core.tally[name] }],
  });
  return [
    intake("received", "Readings received from devices; each ends in exactly one of stored, duplicate, rejected"),
    intake("stored", "Readings on disk"),
    intake("duplicate", "Readings repeated by a device, acknowledged and not stored again"),
    intake("rejected", "Readings that were wrong, recorded and acknowledged"),
  ];
}

function outboxMetrics({ targets, store }: Sources): Metric[] {
  return [
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
      name: "gatehouse_outbox_dropped_total",
      help: "Items the disk budget evicted before a platform had them, told to it as a gap",
      type: "counter",
      labels: ["uplink", "lane"],
      read: () => perLane(targets, (tally) => tally.dropped),
    },
    {
      name: "gatehouse_outbox_waiting",
      help: "Items owed to a platform",
      type: "gauge",
      labels: ["uplink", "lane"],
      read: async () =>
        (await store.stats()).backlog.map(({ uplink, lane, count }) => ({ labels: { uplink, lane }, value: count })),
    },
    {
      name: "gatehouse_outbox_quarantined",
      help: "Items set aside because a platform refused them",
      type: "gauge",
      read: async () => [{ value: (await store.stats()).quarantined }],
    },
  ];
}

function storeMetrics({ store }: Sources): Metric[] {
  const stat = (name: string, help: string, read: (stats: StoreStats) => number): Metric => ({
    name: `gatehouse_${name}`,
    help,
    type: "gauge",
    read: async () => [{ value: read(await store.stats()) }],
  });
  return [
    stat("store_used_bytes", "Bytes of live data on disk", ({ usedBytes }) => usedBytes),
    stat("store_budget_bytes", "Bytes the data may take", ({ budgetBytes }) => budgetBytes),
    stat("journal_rows", "Inputs kept in the journal", ({ journalRows }) => journalRows),
    {
      name: "gatehouse_store_pending_bytes",
      help: "Bytes on their way to disk",
      type: "gauge",
      read: () => [{ value: store.pendingBytes }],
    },
  ];
}

function brokerMetrics({ broker }: Sources): Metric[] {
  return [
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
  ];
}

function findings({ core, health, commands, platform }: Sources): Metric[] {
  return [
    {
      name: "gatehouse_commands_refused_total",
      help: "Commands of platforms that did not pass a check, by the check",
      type: "counter",
      labels: ["code"],
      read: () => [...platform.refused].map(([code, value]) => ({ labels: { code }, value })),
    },
    {
      name: "gatehouse_commands_total",
      help: "Commands to devices, by what became of them",
      type: "counter",
      labels: ["outcome"],
      read: () => Object.entries(commands.tally).map(([outcome, value]) => ({ labels: { outcome }, value })),
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

function perLane(targets: readonly Target[], value: (tally: LaneTally) => number) {
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
