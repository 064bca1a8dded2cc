/** Every parser that reads what strangers send: a row of this list is fuzzed, and its frames a second are measured. */
import { BRIDGE_ROWS } from "./bridge-rows.ts";
import { METER_ROWS } from "./meter-rows.ts";
import { MODBUS_ROWS } from "./modbus-rows.ts";
import { OPCUA_ROWS } from "./opcua-rows.ts";
import { OSDP_ACU_ROWS } from "./osdp-acu-rows.ts";
import { OSDP_ROWS } from "./osdp-rows.ts";
import { RADAR_ROWS } from "./radar-rows.ts";
import { READINGS_ROWS } from "./readings-rows.ts";
import type { FuzzRow } from "./row.ts";
import { SPARKPLUG_ROWS } from "./sparkplug-rows.ts";
import { UHPPOTE_ROWS } from "./uhppote-rows.ts";

export const PARSERS: readonly FuzzRow[] = [
  ...BRIDGE_ROWS,
  ...METER_ROWS,
  ...MODBUS_ROWS,
  ...OPCUA_ROWS,
  ...OSDP_ROWS,
  ...OSDP_ACU_ROWS,
  ...RADAR_ROWS,
  ...READINGS_ROWS,
  ...SPARKPLUG_ROWS,
  ...UHPPOTE_ROWS,
];
