/** The package door. */
export { openApiDocument } from "./console/openapi.ts";
export { PROBLEMS } from "./console/problem-catalogue.ts";
export { HealthBoard } from "./core/health.ts";
export type {
  Accept,
  AlertRow,
  Driver,
  DriverDeps,
  GapRow,
  Health,
  HealthCode,
  JournalEntry,
  LocalBroker,
  LocalPublish,
  Logger,
  OutboxEntry,
  OutboxItem,
  OutboxRow,
  Recovered,
  Rejection,
  RejectionRow,
  SendResult,
  Settlement,
  Snapshot,
  Store,
  StoreStats,
  Uplink,
  UplinkDeps,
  Write,
} from "./core/ports.ts";
export { Pseudonymized, Unreadable } from "./core/ports.ts";
export { driverTypes } from "./drivers/index.ts";
export { formatAddress, type LineAddress, LinkUrl, linkUrl } from "./drivers/line/address.ts";
export type {
  Ask,
  BusCounters,
  LineBusOptions,
  Member,
  MemberCounters,
  Question,
} from "./drivers/line/bus.ts";
export type { Line } from "./drivers/line/line.ts";
export { LineBus } from "./drivers/line/line-bus.ts";
export { openLine } from "./drivers/line/open-line.ts";
export { scannersFor } from "./scan/protocols.ts";
export { runScan, type ScanResult } from "./scan/run-scan.ts";
export { writeFileDurably } from "./store/durable-file.ts";
export { lockStateDir } from "./store/lock.ts";
export { openStore, type StoreOptions } from "./store/store.ts";
export { uplinkTypes } from "./uplinks/index.ts";
