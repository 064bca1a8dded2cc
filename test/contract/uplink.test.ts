import { uplinkTypes } from "gatehouse";
import { describe, expect, it } from "vitest";
import { type OpenUplink, uplinkContract } from "../support/uplink-contract.ts";
import { openHttpsUplink, openMqttUplink } from "../support/uplink-harness.ts";

/** One entry a row of uplinks/index.ts: how to open that uplink with a platform to talk to. */
const platforms: Readonly<Record<string, OpenUplink>> = { https: openHttpsUplink, mqtt: openMqttUplink };

describe.each(uplinkTypes.map(({ type }) => type))("uplink %s", (type) => {
  const open = platforms[type];
  it("has a platform to be tested with", () => {
    expect(open, `add "${type}" to the platforms of this file`).toBeDefined();
  });
  if (open !== undefined) uplinkContract(open);
});
