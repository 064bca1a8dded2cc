/** Two devices of a line with one address: both would be told the same meter's readings. */
import { ConfigError, type Device } from "@gatehouse/protocol";

/** Throws ConfigError that names both. */
export function refuseTwins(devices: readonly Device[]): void {
  const seen = new Map<unknown, string>();
  for (const device of devices) {
    const { address } = device;
    const twin = seen.get(address);
    if (twin !== undefined)
      throw new ConfigError({
        path: "devices",
        reason: `${twin} and ${device.id} have the same address ${String(address)}`,
        fix: "every meter of a line has its own",
      });
    seen.set(address, device.id);
  }
}
