import { driverTypes } from "gatehouse";
import { describe, expect, it } from "vitest";
import { driverContract, type OpenDriver } from "../support/driver-contract.ts";
import { openMqttDriver } from "../support/mqtt-driver-harness.ts";

/** One entry a row of drivers/index.ts: how to open that driver with a real peer. */
const peers: Readonly<Record<string, OpenDriver>> = { mqtt: openMqttDriver };

describe.each(driverTypes.map(({ type }) => type))("driver %s", (type) => {
  const open = peers[type];
  it("has a peer to be tested with", () => {
    expect(open, `add "${type}" to the peers of this file`).toBeDefined();
  });
  if (open !== undefined) driverContract(type, open);
});
