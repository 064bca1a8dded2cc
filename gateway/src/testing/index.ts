/** What tests of this and of other workspaces may use: small real implementations of our ports. */
export {
  TEST_CA,
  TEST_CLIENT_CERT,
  TEST_CLIENT_KEY,
  TEST_SERVER_CERT,
  TEST_SERVER_KEY,
} from "./certificates.ts";
export { DirectStore } from "./direct-store.ts";
export { MemoryLog } from "./log.ts";
export { MemoryStore } from "./memory-store.ts";
export {
  type ConnectFields,
  connectPacket,
  DISCONNECT,
  header,
  PINGREQ,
  publishPacket,
  type Received,
  subscribePacket,
  WireClient,
  type WirePacket,
} from "./mqtt-wire.ts";
export { type OpenBroker, type OpenBrokerOptions, openBroker } from "./open-broker.ts";
export { testConfig, testPolicy } from "./site.ts";
export { alert, entry, owedEvent, owedReading, readings } from "./store-rows.ts";
export { owedItem, owedItems, TEST_GATEWAY, type TestUplinkDeps, uplinkDeps } from "./uplink-items.ts";
