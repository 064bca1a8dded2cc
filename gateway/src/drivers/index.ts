/** The table of drivers: one row a protocol. A later driver is one more row. */
import { mqttNative } from "./mqtt-native.ts";
import { uhppote } from "./uhppote/driver.ts";

export const driverTypes = [mqttNative, uhppote] as const;
