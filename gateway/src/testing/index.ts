/** What tests of this and of other workspaces may use: small real implementations of our ports. */

export { mayUse } from "../console/access.ts";
export { deviceCookieName } from "../console/accounts/entrance.ts";
export { codeAt } from "../console/accounts/totp.ts";
export { openApiDocument } from "../console/openapi.ts";
export { API, type ApiKey } from "../console/table/index.ts";
export { LIVE_ACCESS, type LiveKind } from "../console/table/live.ts";
export { type Access, ROLES, type Role, type Route } from "../console/table/route.ts";
export { close as closeServer, listen, makeServer } from "../console/web/listener.ts";
export { estimateOf } from "../core/occupancy/estimate-of.ts";
export { against, FEATURES } from "../core/occupancy/features.ts";
export { createForest, type ForestFile } from "../core/occupancy/forest.ts";
export { residencyBy } from "../core/occupancy/residency.ts";
export { type CoreState, emptyState, takeSnapshot, touchAll } from "../core/state.ts";
export { type Effects, step } from "../core/step.ts";
export { supervise } from "../core/supervise.ts";
export { OpcuaDevice } from "../drivers/opcua/config.ts";
export { pointNews } from "../drivers/opcua/point-news.ts";
export { readState } from "../opcua/process/state-shapes.ts";
export { Answer, Ask, Told } from "../opcua/seam.ts";
export { OPCUA_ACCOUNT } from "../opcua/server.ts";
export { SideProcess } from "../opcua/side-process.ts";
export { ofComposed } from "../words/chinese/composed.ts";
export { CHINESE } from "../words/chinese/index.ts";
export { PARTS } from "../words/chinese/parts.ts";
export { findChinese } from "../words/said.ts";
export {
  TEST_CA,
  TEST_CLIENT_CERT,
  TEST_CLIENT_KEY,
  TEST_SERVER_CERT,
  TEST_SERVER_KEY,
} from "./certificates.ts";
export {
  type ConsoleRig,
  type ConsoleRigOptions,
  MemoryLiveSources,
  openConsoleRig,
  RIG_HOST,
  RIG_PASSWORD,
  type Signed,
} from "./console-rig.ts";
export { DirectStore } from "./direct-store.ts";
export { bareDeps, memoryVault } from "./driver-deps.ts";
export { type LightGateway, type LightGatewayOptions, openLightGateway } from "./light-gateway.ts";
export { type FarEnd, type LinePair, linePair } from "./line-pair.ts";
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
