import { driverTypes } from "gatehouse";
import { describe, expect, it } from "vitest";
import { type DriverPeer, driverContract } from "../support/driver-contract.ts";
import { openHomeAssistantDriver } from "../support/homeassistant-driver-harness.ts";
import { lineCommandContract, type OpenCommandedDriver } from "../support/line-command-contract.ts";
import { lineDriverContract, type OpenLineDriver } from "../support/line-driver-contract.ts";
import { openCjt188Driver, openDlt645Driver } from "../support/meter-harness.ts";
import { openModbusCounter, openModbusLock } from "../support/modbus-harness.ts";
import { openMqttDriver } from "../support/mqtt-driver-harness.ts";
import { openOsdpDriver } from "../support/osdp-harness.ts";
import { openOpcuaDriver } from "../support/plc-harness.ts";
import { openLd2410Driver, openLd2450Driver } from "../support/radar-driver-harness.ts";
import { openSparkplugDriver } from "../support/sparkplug-driver-harness.ts";
import { openUhppoteDriver } from "../support/uhppote-driver-harness.ts";
import { openZigbeeDriver } from "../support/zigbee-driver-harness.ts";

/** How to open a driver of devices that speak for themselves with a real peer, and what its devices can. */
const peers: Readonly<Record<string, DriverPeer>> = {
  mqtt: { open: openMqttDriver, traits: { acknowledged: true, commands: true } },
  ld2410: { open: openLd2410Driver, traits: { acknowledged: false, commands: false } },
  ld2450: { open: openLd2450Driver, traits: { acknowledged: false, commands: false } },
  sparkplug: { open: openSparkplugDriver, traits: { acknowledged: false, commands: true } },
  uhppote: { open: openUhppoteDriver, traits: { acknowledged: true, commands: true } },
  opcua: { open: openOpcuaDriver, traits: { acknowledged: false, commands: false } },
  homeassistant: { open: openHomeAssistantDriver, traits: { acknowledged: false, commands: true } },
  zigbee2mqtt: { open: openZigbeeDriver, traits: { acknowledged: false, commands: true } },
};

/** How to open a driver of devices that are asked in turn, with simulated ones. */
const linePeers: Readonly<Record<string, OpenLineDriver>> = {
  osdp: openOsdpDriver,
  dlt645: openDlt645Driver,
  cjt188: openCjt188Driver,
  modbus: openModbusCounter,
};

/** Those of them whose devices are switched, with one that can be. */
const commandedPeers: Readonly<Record<string, OpenCommandedDriver>> = { modbus: openModbusLock };

/** One entry a row of drivers/index.ts, in one of the two. */
describe.each(driverTypes.map(({ type }) => type))("driver %s", (type) => {
  const peer = peers[type];
  const openLine = linePeers[type];
  it("has a peer to be tested with", () => {
    expect(peer ?? openLine, `add "${type}" to the peers of this file`).toBeDefined();
  });
  if (peer !== undefined) driverContract(type, peer);
  if (openLine !== undefined) lineDriverContract(type, openLine);
  const openCommanded = commandedPeers[type];
  if (openCommanded !== undefined) lineCommandContract(type, openCommanded);
});
