/** Every serial driver that must survive being pulled out: a new one is one more row. */
import { echoRow } from "./echo-row.ts";
import { METER_ROWS } from "./meter-rows.ts";
import { modbusRow } from "./modbus-row.ts";
import { osdpRow } from "./osdp-row.ts";
import { RADAR_ROWS } from "./radar-rows.ts";
import type { ReplugRow } from "./replug-run.ts";

export const REPLUG_ROWS: readonly ReplugRow[] = [echoRow, osdpRow, modbusRow, ...METER_ROWS, ...RADAR_ROWS];
