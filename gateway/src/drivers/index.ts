/** The table of drivers: one row a protocol. A later driver is one more row. */
import { modbus } from "./modbus/modbus.ts";
import { mqttNative } from "./mqtt-native.ts";

export const driverTypes = [mqttNative, modbus] as const;
