/** The package door. */
export { HealthBoard } from "./core/health.ts";
export type {
  AlertRow,
  GapRow,
  Health,
  HealthCode,
  JournalEntry,
  Logger,
  OutboxEntry,
  OutboxRow,
  Recovered,
  RejectionRow,
  Settlement,
  Snapshot,
  Store,
  StoreStats,
  Write,
} from "./core/ports.ts";
export { writeFileDurably } from "./store/durable-file.ts";
export { lockStateDir } from "./store/lock.ts";
export { openStore, type StoreOptions } from "./store/store.ts";
