/** The table of drivers: one row a protocol. A later driver is one more row. */
import { homeAssistant } from "./homeassistant/driver.ts";
import { cjt188 } from "./meter/cjt188.ts";
import { dlt645 } from "./meter/dlt645.ts";
import { modbus } from "./modbus/modbus.ts";
import { mqttNative } from "./mqtt-native.ts";
import { opcua } from "./opcua/driver.ts";
import { osdp } from "./osdp/osdp.ts";
import { ld2410 } from "./radar/ld2410.ts";
import { ld2450 } from "./radar/ld2450.ts";
import { sparkplug } from "./sparkplug/driver.ts";
import { uhppote } from "./uhppote/driver.ts";
import { zigbee2mqtt } from "./zigbee2mqtt/driver.ts";

export const driverTypes = [
  mqttNative,
  osdp,
  modbus,
  dlt645,
  cjt188,
  ld2410,
  ld2450,
  uhppote,
  zigbee2mqtt,
  sparkplug,
  homeAssistant,
  opcua,
] as const;
