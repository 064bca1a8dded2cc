/** `gatehouse sim --bridge`: a simulated Zigbee2MQTT, or a device that announces itself, at a broker; driven by lines on stdin. */
import { createInterface } from "node:readline";
import { ConfigError } from "@gatehouse/protocol";
import { untilSignal } from "./arguments.ts";

export interface BridgeFlags {
  readonly bridge: string;
  readonly url: string;
  readonly user?: string;
  readonly passwordEnv?: string;
}

export async function simBridge({ bridge, url, user, passwordEnv }: BridgeFlags): Promise<void> {
  const password = passwordEnv === undefined ? undefined : process.env[passwordEnv];
  if (passwordEnv !== undefined && password === undefined)
    throw new ConfigError({
      path: "--password-env",
      reason: `the variable ${passwordEnv} is not set`,
      fix: "set it to the password of the account",
    });
  const { bridgeName, runBridge } = await import("@gatehouse/device-sim");
  await runBridge({
    bridge: bridgeName(bridge),
    url,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    signal: untilSignal(),
    lines: createInterface({ input: process.stdin }),
    tell: (told) => process.stdout.write(`${JSON.stringify(told)}\n`),
  });
  // Otherwise an open stdin would keep the process.
  process.stdin.destroy();
}
