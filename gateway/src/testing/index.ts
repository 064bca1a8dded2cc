export { MemoryLog } from "./log.ts";
export { MemoryStore } from "./memory-store.ts";
export { testConfig, testPolicy } from "./site.ts";
