/** A whole gateway with a Modbus counter: killed, reset, cut off, and still every person once. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createModbusCounter, createModbusIo, serveTcp, shareLine } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { GATEHOUSE } from "../support/gateway-process.ts";
import { eventually, openRig, type Rig } from "../support/rig.ts";

interface Line {
  readonly device: string;
  readonly kind: string;
  readonly value?: { readonly in: number; readonly out: number };
}

/** What the journal holds, in order. */
function journal(rig: Rig): Line[] {
  const out = join(rig.dir, "readings.ndjson");
  const run = spawnSync(process.execPath, [GATEHOUSE, "export", "readings", "--state", rig.stateDir, "--out", out]);
  if (run.status !== 0) return [];
  const lines = readFileSync(out, "utf8").trim().split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Line);
}

it("counts everybody once, over a kill, a reset while it was down, a lost line and the end of a register", async () => {
  const random = new Random(5);
  const counter = createModbusCounter({ id: "counter", unit: 5, bits: 16, in: 65_530, out: 100 }, random);
  const module8 = createModbusIo({ id: "module", unit: 3 }, random);
  const far = await serveTcp();
  const line = shareLine(far, [counter, module8], { clock: systemClock });
  const flat = { id: "flat-1", kind: "flat", limit: { persons: 2, basis: "test" }, risk: "red" };
  await using rig = await openRig({
    devices: 0,
    sections: {
      spaces: [flat],
      portals: [{ id: "door-1", kind: "door", from: "outside", to: "flat-1" }],
      drivers: [{ id: "bus", type: "modbus", link: `tcp:127.0.0.1:${far.port}`, mode: "rtu" }],
      devices: [
        { id: "count-1", kind: "counter", portal: "door-1", driver: "bus", unit: 5, map: "gauger", periodSeconds: 0.2 },
        {
          id: "lock-1",
          kind: "lock",
          portal: "door-1",
          driver: "bus",
          unit: 3,
          map: "io-8ch",
          periodSeconds: 0.2,
          inputs: [{ input: 1, as: "door" }],
        },
      ],
    },
  });
  const pass = (times: number) => {
    for (let i = 0; i < times; i++) counter.act({ kind: "pass", direction: "in" }, 0);
  };
  const totals = () => journal(rig).filter(({ kind }) => kind === "count.totals");
  const seen = (people: number) => eventually(totals, (all) => all.at(-1)?.value?.in === people, 20_000);
  try {
    await seen(65_530);
    pass(4);
    await seen(65_534);

    await rig.gateway.end("SIGKILL");
    pass(5);
    await rig.restart();
    await seen(65_539);
    expect(counter.totals.in).toBe(3);

    module8.inputs[0] = true;
    await eventually(
      () => journal(rig),
      (all) => all.some(({ kind }) => kind === "door.opened"),
    );

    await rig.gateway.end("SIGTERM");
    counter.fault("reset");
    pass(2);
    await rig.restart();
    await eventually(
      () => rig.gateway.health(),
      ({ codes }) => codes.some(({ code }) => code === "counter-odd"),
    );
    await seen(65_541);

    far.drop();
    pass(3);
    await seen(65_544);
    const all = totals();
    const into = all.map(({ value }) => value?.in ?? 0);
    expect(into).toEqual(into.toSorted((a, b) => a - b));
    expect(all.map(({ value }) => value?.out)).toEqual(all.map(() => 100));
    expect(journal(rig).filter(({ kind }) => kind === "door.opened")).toHaveLength(1);
  } finally {
    line.stop();
    await far.close();
  }
});
