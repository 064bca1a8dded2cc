import { driverTypes } from "gatehouse";
import { describe, expect, it } from "vitest";
import { driverContract, type OpenDriver } from "../support/driver-contract.ts";
import { openModbusDriver } from "../support/modbus-harness.ts";
import { openMqttDriver } from "../support/mqtt-driver-harness.ts";
import { type OpenPolled, polledContract } from "../support/polled-contract.ts";

/** One entry a row of drivers/index.ts: how to open that driver with a real peer. Here those whose devices speak by themselves … */
const peers: Readonly<Record<string, OpenDriver>> = { mqtt: openMqttDriver };
/** … and here those that are asked. */
const polledPeers: Readonly<Record<string, OpenPolled>> = { modbus: openModbusDriver };

describe.each(driverTypes.map(({ type }): string => type))("driver %s", (type) => {
  const open = peers[type];
  const openPolled = polledPeers[type];
  it("has a peer to be tested with", () => {
    expect(open ?? openPolled, `add "${type}" to the peers of this file`).toBeDefined();
  });
  if (open !== undefined) driverContract(type, open);
  if (openPolled !== undefined) polledContract(type, openPolled);
});
