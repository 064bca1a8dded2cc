import { driverTypes } from "gatehouse";
import { describe, expect, it } from "vitest";
import { type DriverPeer, driverContract } from "../support/driver-contract.ts";
import { openMqttDriver } from "../support/mqtt-driver-harness.ts";
import { openLd2410Driver, openLd2450Driver } from "../support/radar-driver-harness.ts";
import { openUhppoteDriver } from "../support/uhppote-driver-harness.ts";

/** One entry a row of drivers/index.ts: how to open that driver with a real peer, and what its devices can. */
const peers: Readonly<Record<string, DriverPeer>> = {
  mqtt: { open: openMqttDriver, traits: { acknowledged: true, commands: true } },
  ld2410: { open: openLd2410Driver, traits: { acknowledged: false, commands: false } },
  ld2450: { open: openLd2450Driver, traits: { acknowledged: false, commands: false } },
  uhppote: { open: openUhppoteDriver, traits: { acknowledged: true, commands: true } },
};

describe.each(driverTypes.map(({ type }) => type))("driver %s", (type) => {
  const peer = peers[type];
  it("has a peer to be tested with", () => {
    expect(peer, `add "${type}" to the peers of this file`).toBeDefined();
  });
  if (peer !== undefined) driverContract(type, peer);
});
