/** The table of drivers: one row a protocol. A later driver is one more row. */
import { mqttNative } from "./mqtt-native.ts";
import { osdp } from "./osdp/osdp.ts";

export const driverTypes = [mqttNative, osdp] as const;
