export { DirectStore } from "./direct-store.ts";
export { MemoryLog } from "./log.ts";
export { MemoryStore } from "./memory-store.ts";
export { testConfig, testPolicy } from "./site.ts";
export { alert, entry, owedEvent, owedReading, readings } from "./store-rows.ts";
