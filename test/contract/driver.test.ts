import { driverTypes } from "gatehouse";
import { describe, expect, it } from "vitest";
import { driverContract, type OpenDriver } from "../support/driver-contract.ts";
import { lineDriverContract, type OpenLineDriver } from "../support/line-driver-contract.ts";
import { openCjt188Driver, openDlt645Driver } from "../support/meter-harness.ts";
import { openMqttDriver } from "../support/mqtt-driver-harness.ts";
import { openOsdpDriver } from "../support/osdp-harness.ts";

/** How to open a driver of devices that speak for themselves, with a real peer. */
const peers: Readonly<Record<string, OpenDriver>> = { mqtt: openMqttDriver };

/** How to open a driver of devices that are asked in turn, with simulated ones. */
const linePeers: Readonly<Record<string, OpenLineDriver>> = {
  osdp: openOsdpDriver,
  dlt645: openDlt645Driver,
  cjt188: openCjt188Driver,
};

/** One entry a row of drivers/index.ts, in one of the two. */
describe.each(driverTypes.map(({ type }) => type))("driver %s", (type) => {
  const open = peers[type];
  const openLine = linePeers[type];
  it("has a peer to be tested with", () => {
    expect(open ?? openLine, `add "${type}" to the peers of this file`).toBeDefined();
  });
  if (open !== undefined) driverContract(type, open);
  if (openLine !== undefined) lineDriverContract(type, openLine);
});
