/** The table of drivers: one row a protocol. A later driver is one more row. */
import { cjt188 } from "./meter/cjt188.ts";
import { dlt645 } from "./meter/dlt645.ts";
import { mqttNative } from "./mqtt-native.ts";
import { osdp } from "./osdp/osdp.ts";

export const driverTypes = [mqttNative, osdp, dlt645, cjt188] as const;
