/** The package door: simulated devices and households, the city platform, load. */
export { Board, type BoardOptions, createBoard, type ResetCause, type SentByte } from "./boards/board.ts";
export type { BootloaderOptions } from "./boards/bootloader.ts";
export type { ChipName } from "./boards/chips.ts";
export { Door } from "./boards/door.ts";
export { createDoorNode, type DoorNode, type DoorNodeOptions, type DoorNodeShown } from "./boards/door-node.ts";
export { type DoorWiring, doorWiring } from "./boards/door-node-wiring.ts";
export type { PinName } from "./boards/pins.ts";
export { type BeamEdge, beamEdges, peopleThrough } from "./boards/walk.ts";
export { type BridgeClient, type BridgeClientOptions, connectBridge } from "./bridges/bridge-client.ts";
export { type DiscoveredDeviceOptions, SimDiscoveredDevice } from "./bridges/discovered-device.ts";
export { bridgeName, type RunBridgeOptions, runBridge, SIM_BRIDGES, type SimBridgeName } from "./bridges/run-bridge.ts";
export {
  type Publish,
  SimZigbeeBridge,
  type SimZigbeeDevice,
  type ZigbeeBridgeOptions,
} from "./bridges/zigbee-bridge.ts";
export { ZIGBEE_MODELS, type ZigbeeModel } from "./bridges/zigbee-models.ts";
export { type City, type CityOptions, type CityStatus, startCity } from "./city/city.ts";
export type { CommandOrder, SignedCommand } from "./city/commands.ts";
export { FAIL_MODES, FailMode } from "./city/failure.ts";
export type { CityEvent, LedgerCounters, MissingReport, Via } from "./city/ledger.ts";
export type { LedgerLine } from "./city/ledger-file.ts";
export type { ListenAt } from "./city/listener.ts";
export { type Robot, type RobotOptions, startRobot } from "./city/robot.ts";
export type { Range } from "./city/sequences.ts";
export type { CityKey } from "./city/signatures.ts";
export { type AnswerCommand, answerAsLock, answerAsSensor } from "./clients/commands.ts";
export type { DeviceReading, ReadingNumber } from "./clients/journal.ts";
export { type Acknowledged, type DeviceCounters, MqttDevice, type MqttDeviceOptions } from "./clients/mqtt-device.ts";
export { flatsOf } from "./compound.ts";
export { counterOf, lockOf } from "./device-ids.ts";
export { deviceByName, type NamedDevice, SIM_DEVICES } from "./devices/catalogue.ts";
export {
  type Cjt188Fault,
  type Cjt188Meter,
  type Cjt188MeterOptions,
  createCjt188Meter,
} from "./devices/cjt188-meter.ts";
export type { DoorPart, SimDevice, SimEvent, Walk } from "./devices/device.ts";
export {
  createDlt645Meter,
  type Dlt645Fault,
  type Dlt645Meter,
  type Dlt645MeterOptions,
} from "./devices/dlt645-meter.ts";
export {
  DEVICE_FAULTS,
  type DeviceFault,
  type Fault,
  type FaultyDevice,
  LINE_FAULTS,
  type LineFault,
  type OwnFaults,
  withFaults,
} from "./devices/faulty.ts";
export { createLd2410, type Ld2410Options } from "./devices/ld2410.ts";
export { createLd2450, type Ld2450Options } from "./devices/ld2450.ts";
export { createModbusCounter, type SimModbusCounter } from "./devices/modbus-counter.ts";
export type { ModbusFault, SimModbusDevice } from "./devices/modbus-device.ts";
export { createModbusIo, type SimModbusIo } from "./devices/modbus-io.ts";
export { createDds238, createDdsu666, type SimModbusMeter } from "./devices/modbus-meter.ts";
export type { ModbusSlaveOptions } from "./devices/modbus-slave.ts";
export { createModbusTurnstile, type SimModbusTurnstile } from "./devices/modbus-turnstile.ts";
export { createOsdpReader, type OsdpReader, type OsdpReaderOptions } from "./devices/osdp-reader.ts";
export { hasPtys, openPty, type Pty } from "./devices/pty.ts";
export { type RunDevicesOptions, runDevices } from "./devices/run-devices.ts";
export { serveTcp, type TcpFarEnd } from "./devices/serve-tcp.ts";
export { serveUdp, type UdpDevice, type UdpServer } from "./devices/serve-udp.ts";
export { type SharedLine, type SharedLineOptions, shareLine, type Wire } from "./devices/shared-line.ts";
export {
  type AtDoor,
  createUhppoteBoard,
  type Happening,
  type UhppoteBoard,
  type UhppoteBoardOptions,
} from "./devices/uhppote-board.ts";
export { endOf, movements, readings, type Span, worldOf } from "./households/generate.ts";
export { type Movement, presentAt } from "./households/movements.ts";
export type { SimReading } from "./households/passages.ts";
export { replayLines } from "./households/replay-file.ts";
export { type Resident, residentsOf, type World } from "./households/residents.ts";
export type { LabelledReading } from "./labelled/delivery.ts";
export { type LabelledSite, labelledSite, type OccupancyStep } from "./labelled/labelled-site.ts";
export {
  FAULT_WORLDS,
  type FaultWorld,
  LABELLED_KINDS,
  type LabelledKind,
  type LabelledOptions,
  PEOPLE_WORLDS,
  type PeopleWorld,
} from "./labelled/options.ts";
export type { OverLimit, SiteTruth, SpaceTruth } from "./labelled/truth.ts";
export { writeLabelledSite } from "./labelled/write-site.ts";
export { LINE_KINDS } from "./lines/kinds.ts";
export { type LineEvent, lineEvents } from "./lines/line-events.ts";
export { type LinePlaces, linkOf, placeOf, wayOf } from "./lines/listen.ts";
export type { Line } from "./lines/scenario-lines.ts";
export { type ServedLines, serveLines } from "./lines/serve-lines.ts";
export type { Quantiles } from "./load/histogram.ts";
export { type LoadOptions, type LoadProgress, type LoadReading, type LoadResult, runLoad } from "./load.ts";
export { type Logger, silentLog } from "./log.ts";
export { GATE_VARIABLES, type GateVariable, type Plc, type PlcOptions, startPlc } from "./plc/plc.ts";
export { runSim, type SimOptions, type SimProgress } from "./run-sim.ts";
export { Flat, Habit, People, parseScenario, readScenario, SCENARIOS, Scenario, startOf } from "./scenario.ts";
export { type SiteFile, type SiteOptions, secretsFor, siteFor } from "./site-for.ts";
export { type SlowLink, type SlowLinkOptions, startSlowLink } from "./slow-link.ts";
export { readWrites, type SimMetric, type SimWrite, writePayload } from "./sparkplug/bytes.ts";
export { SimEdgeNode, type SimEdgeNodeOptions } from "./sparkplug/edge-node.ts";
export { type LoadLine, type LoadProcess, type LoadProcessOptions, spawnLoad } from "./spawn-load.ts";
