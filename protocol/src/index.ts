/** The package door: everything both ends must agree on. */
export * from "./affair.ts";
export * from "./alert.ts";
export * from "./alert-words.ts";
export * from "./bcd.ts";
export { type BoardSensor, devicesOfBoard, SiteBoard, speakerOfBoard } from "./board-site.ts";
export * from "./board-update.ts";
export * from "./bytes.ts";
export { canonicalJson } from "./canonical-json.ts";
export * from "./cjt188/describe.ts";
export * from "./cjt188/exchange.ts";
export * from "./cjt188/frame.ts";
export * from "./cjt188/quantity.ts";
export * from "./cjt188/reading.ts";
export * from "./cjt188/request.ts";
export * from "./clock.ts";
export * from "./command.ts";
export * from "./command-args.ts";
export * from "./command-envelope.ts";
export * from "./console-site.ts";
export * from "./crc.ts";
export * from "./deed.ts";
export * from "./dlt645/address.ts";
export * from "./dlt645/answer.ts";
export * from "./dlt645/describe.ts";
export * from "./dlt645/exchange.ts";
export * from "./dlt645/frame.ts";
export { type Dlt645Item, type Dlt645Shape, dlt645Item } from "./dlt645/items.ts";
export * from "./dlt645/request.ts";
export * from "./dlt645/values.ts";
export * from "./envelope.ts";
export * from "./errors.ts";
export * from "./escalation.ts";
export * from "./fire-site.ts";
export * from "./firmata/describe.ts";
export * from "./firmata/door-node.ts";
export type {
  DoorNodeBoardMessage,
  DoorNodeHostMessage,
} from "./firmata/door-node-layout.ts";
export * from "./firmata/door-node-names.ts";
export * from "./firmata/firmata.ts";
export * from "./firmata/framing.ts";
export {
  type Announced,
  type Announcement,
  type DiscoveryTopic,
  MAX_DISCOVERY_BYTES,
  OWN_ORIGIN,
  parseDiscoveryTopic,
  readAnnouncement,
} from "./homeassistant/discovery.ts";
export { type Availability, type Entity, readEntity, type Source } from "./homeassistant/entity.ts";
export { compileTemplate, type Template } from "./homeassistant/template.ts";
export { TemplateError } from "./homeassistant/template-tokens.ts";
export { readIntelHex } from "./intel-hex.ts";
export * from "./mapping.ts";
export * from "./meter-address.ts";
export * from "./meter-search.ts";
export * from "./modbus/describe.ts";
export * from "./modbus/exception.ts";
export * from "./modbus/mbap.ts";
export * from "./modbus/pdu.ts";
export * from "./modbus/read-plan.ts";
export * from "./modbus/register-map.ts";
export * from "./modbus/register-value.ts";
export * from "./modbus/rtu.ts";
export * from "./names.ts";
export * from "./opcua-site.ts";
export * from "./osdp/acu.ts";
export * from "./osdp/acu-handshake.ts";
export * from "./osdp/acu-link.ts";
export * from "./osdp/acu-pins.ts";
export * from "./osdp/acu-standing.ts";
export * from "./osdp/acu-startup.ts";
export * from "./osdp/acu-work.ts";
export * from "./osdp/codes.ts";
export * from "./osdp/commands.ts";
export * from "./osdp/describe.ts";
export * from "./osdp/file-transfer.ts";
export * from "./osdp/frame.ts";
export type {
  BuzzerControl,
  LedControl,
  LedPattern,
  OutputControl,
  TextCommand,
} from "./osdp/indicators.ts";
export * from "./osdp/pd/pd.ts";
export * from "./osdp/pd/state.ts";
export * from "./osdp/replies.ts";
export * from "./osdp/secure-channel.ts";
export * from "./patrol.ts";
export * from "./people-counter/vs13x.ts";
export { describeMapping, describePoint, mappingJson } from "./points/describe.ts";
export { type DeviceMapping, kindsOfPoint, type Left, type Point, type PointKind, saidBy } from "./points/mapping.ts";
export type { Picked } from "./points/picked.ts";
export { PointState, type Said } from "./points/point-state.ts";
export * from "./policy.ts";
export * from "./prompt.ts";
export * from "./radar/config-frames.ts";
export * from "./radar/describe.ts";
export { ld2410Framing, ld2450Framing, radarCommandFraming } from "./radar/framing.ts";
export * from "./radar/ld2410.ts";
export * from "./radar/ld2450.ts";
export * from "./reading.ts";
export * from "./reading-batch.ts";
export { hasRepeatedKeys } from "./repeated-keys.ts";
export * from "./retention.ts";
export * from "./roles.ts";
export * from "./rule-file.ts";
export * from "./running-count.ts";
export * from "./signing/keys.ts";
export * from "./signing/request.ts";
export * from "./signing/signature.ts";
export { SM2_ID } from "./signing/sm2.ts";
export * from "./site.ts";
export * from "./site-change.ts";
export * from "./site-check.ts";
export * from "./sparkplug/commands.ts";
export * from "./sparkplug/edge.ts";
export type { EdgeValue, MetricUpdate } from "./sparkplug/edge-metrics.ts";
export * from "./sparkplug/host.ts";
export type { BornMetric, HostMetric } from "./sparkplug/host-node.ts";
export {
  decodeSparkplug,
  encodeSparkplug,
  MAX_SPARKPLUG_BYTES,
  type ReceivedMetric,
  type ReceivedPayload,
  sparkplugMetric,
  sparkplugProperties,
  sparkplugValue,
  type WrittenPayload,
} from "./sparkplug/payload.ts";
export { qualityOf, qualityProperty } from "./sparkplug/properties.ts";
export * from "./sparkplug/state.ts";
export * from "./sparkplug/topics.ts";
export * from "./sparkplug/types.ts";
export * from "./spelling.ts";
export * from "./splitter.ts";
export type { FlashFaults, TargetOptions, TargetStep } from "./stk500/boot-flash.ts";
export * from "./stk500/chips.ts";
export * from "./stk500/v1.ts";
export * from "./stk500/v1-target.ts";
export * from "./stk500/v2.ts";
export * from "./stk500/v2-frame.ts";
export * from "./stk500/v2-target.ts";
export * from "./time.ts";
export * from "./topics.ts";
export * from "./turnstile/ac-atri.ts";
export * from "./turnstile/tx1500.ts";
export * from "./uhppote/board-time.ts";
export * from "./uhppote/card.ts";
export * from "./uhppote/describe.ts";
export * from "./uhppote/packets.ts";
export * from "./uhppote/reasons.ts";
export * from "./uplink-commands.ts";
export * from "./wiegand.ts";
export * from "./working-day.ts";
export { type BridgeDevice, normalIeee, readDevices as readZigbeeDevices } from "./zigbee2mqtt/expose.ts";
export { mapDevice as mapZigbeeDevice } from "./zigbee2mqtt/map-device.ts";
export { MAX_PAYLOAD_BYTES as MAX_ZIGBEE_PAYLOAD_BYTES, pickState as pickZigbeeState } from "./zigbee2mqtt/payload.ts";
