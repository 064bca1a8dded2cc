import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandOrder, SignedCommand } from "@gatehouse/device-sim";
import { uplinkTopic } from "@gatehouse/protocol";
import mqtt from "mqtt";
import { afterAll, beforeAll, expect, it } from "vitest";
import { askControl } from "../support/control.ts";
import { GATEHOUSE } from "../support/gateway-process.ts";
import { GATEWAY_ID } from "../support/load-site.ts";
import { type ObeyingDevice, obeyingDevice } from "../support/obeying-device.ts";
import { eventually, openRig, type Rig, readingsTopic } from "../support/rig.ts";

let rig: Rig;
let device: ObeyingDevice;

beforeAll(async () => {
  rig = await openRig({
    devices: 3,
    uplinks: (city, ca) => {
      const file = join(ca, "..", "city-commands.pem");
      writeFileSync(file, city.commandKey, { mode: 0o600 });
      const actions = ["buzzer", "unlock", "set-limit", "policy-bundle", "send-readings", "confirm", "note"];
      const commands = { keys: [{ id: "city", alg: "ed25519", key: { file }, actions }], pollSeconds: 1 };
      return [
        {
          id: "web",
          type: "https",
          url: city.httpsUrl,
          tls: { ca: { file: ca } },
          filter: ["gatehouse.gap"],
          commands,
        },
        {
          id: "broker",
          type: "mqtt",
          url: city.mqttUrl,
          filter: ["gatehouse.gap"],
          commands: { ...commands, readings: true },
        },
      ];
    },
    sections: {
      portals: ["off", "on", "two-persons"].map((remoteOpen, i) => ({
        id: `door-count-000${i + 1}`,
        kind: "door",
        from: "outside",
        to: `flat-count-000${i + 1}`,
        remoteOpen,
      })),
    },
  });
  device = await obeyingDevice(rig.url, "count-0002", async () => ({ ok: true }));
});

afterAll(async () => {
  await device[Symbol.asyncDispose]();
  await rig[Symbol.asyncDispose]();
});

const results = (id: string) =>
  rig.city.events.flatMap(({ type, event }) =>
    type === "gatehouse.command.result" && event?.data["id"] === id ? [event.data] : [],
  );

const give = (order: Omit<CommandOrder, "gateway">): SignedCommand =>
  rig.city.command({ gateway: GATEWAY_ID, ...order });

/** Somebody who can publish on the platform's broker. */
async function forger() {
  const client = await mqtt.connectAsync(rig.city.mqttUrl ?? "");
  return {
    publish: (command: object) =>
      client.publishAsync(uplinkTopic.commands(GATEWAY_ID), JSON.stringify(command), { qos: 1 }),
    async [Symbol.asyncDispose]() {
      client.end(true);
    },
  };
}

async function resultOf({ id }: SignedCommand): Promise<Record<string, unknown>> {
  const [result] = await eventually(
    () => results(id),
    (found) => found.length > 0,
  );
  return result ?? {};
}

it.each(["http", "mqtt"] as const)(
  "a signed command over %s reaches the device, and its result arrives once",
  async (via) => {
    const before = device.commands.length;
    const given = give({ target: "count-0002", action: "buzzer", args: { times: 2 }, issuer: "wang", via });
    expect(await resultOf(given)).toEqual({
      id: given.id,
      target: "count-0002",
      action: "buzzer",
      issuer: "wang",
      keyId: "city",
      outcome: "done",
    });
    expect(device.commands.slice(before)).toMatchObject([{ id: given.id, action: "buzzer", args: { times: 2 } }]);
    rig.city.command({ gateway: GATEWAY_ID, target: "count-0002", action: "buzzer", id: given.id, via });
    await eventually(
      () => results(given.id).map(({ outcome }) => outcome),
      (outcomes) => outcomes.includes("duplicate"),
    );
    expect(results(given.id).map(({ outcome }) => outcome)).toEqual(["done", "duplicate"]);
    expect(device.commands).toHaveLength(before + 1);
  },
);

it("opens only the doors that may be opened from afar", async () => {
  expect(await resultOf(give({ target: "count-0001", action: "unlock", via: "mqtt" }))).toMatchObject({
    outcome: "refused",
    code: "not-allowed",
    error: expect.stringContaining("`remoteOpen`"),
  });
  expect(await resultOf(give({ target: "count-0002", action: "unlock", via: "mqtt" }))).toMatchObject({
    outcome: "done",
  });
});

it("opens a door for two persons once another one has confirmed, on the box or by a command of its own", async () => {
  await using guarded = await obeyingDevice(rig.url, "count-0003", async () => ({ ok: true }));
  const open = { target: "count-0003", action: "unlock", issuer: "wang", via: "mqtt" } as const;
  const waiting = async () => JSON.stringify((await askControl(rig.stateDir, "waiting-commands")).result);
  const waits = (id: string) => eventually(waiting, (ids) => ids.includes(id));

  const first = give(open);
  await waits(first.id);
  expect(guarded.commands).toEqual([]);
  const confirm = { target: GATEWAY_ID, action: "confirm", args: { command: first.id }, via: "mqtt" } as const;
  expect(await resultOf(give({ ...confirm, issuer: "wang" }))).toMatchObject({
    outcome: "refused",
    error: expect.stringContaining("another person"),
  });
  expect(await resultOf(give({ ...confirm, issuer: "li" }))).toMatchObject({ outcome: "done" });
  expect(await resultOf(first)).toMatchObject({ outcome: "done" });

  const second = give(open);
  await waits(second.id);
  await askControl(rig.stateDir, "confirm-command", { id: second.id, by: "zhao" });
  expect(await resultOf(second)).toMatchObject({ outcome: "done" });

  const alone = give({ ...open, seconds: 2 });
  expect(await resultOf(alone)).toMatchObject({ outcome: "refused", error: "nobody else confirmed it in time" });
  expect(guarded.commands).toHaveLength(2);
});

it("sets a limit beside the site file, which a restart keeps and `space` shows", async () => {
  const given = give({
    target: "flat-count-0001",
    action: "set-limit",
    args: { persons: 5, basis: "order 12" },
    issuer: "wang",
    via: "http",
  });
  expect(await resultOf(given)).toMatchObject({ outcome: "done" });
  await rig.gateway.end("SIGKILL");
  await rig.restart();
  const { result } = await askControl(rig.stateDir, "spaces");
  expect(result).toMatchObject({
    spaces: [
      {
        id: "flat-count-0001",
        limit: { persons: 5, policy: "set", basis: "order 12" },
        limitSet: { by: "platform:wang" },
      },
      {},
      {},
    ],
  });
  device = await obeyingDevice(rig.url, "count-0002", async () => ({ ok: true }));
});

it("reports a command as unknown when the gateway was killed under way, and never asks the device again", async () => {
  await using silent = await obeyingDevice(rig.url, "count-0001", async () => undefined);
  const given = give({ target: "count-0001", action: "buzzer", via: "mqtt" });
  await eventually(
    () => silent.commands.length,
    (count) => count === 1,
  );
  await rig.gateway.end("SIGKILL");
  await rig.restart();
  await using awake = await obeyingDevice(rig.url, "count-0001", async () => ({ ok: true }));
  expect(await resultOf(given)).toMatchObject({ outcome: "unknown" });
  await using publisher = await forger();
  await publisher.publish(given);
  await eventually(
    () => results(given.id).map(({ outcome }) => outcome),
    (outcomes) => outcomes.includes("duplicate"),
  );
  expect(results(given.id).map(({ outcome }) => outcome)).toEqual(["unknown", "duplicate"]);
  expect(awake.commands).toEqual([]);
  device = await obeyingDevice(rig.url, "count-0002", async () => ({ ok: true }));
});

it("hands out the readings of a period to an entitled platform alone", async () => {
  const counter = await rig.device("count-0001");
  const from = new Date(Date.UTC(2026, 0, 1)).toISOString();
  for (let seq = 1; seq <= 5; seq++)
    await counter.publishAsync(readingsTopic("count-0001"), JSON.stringify({ epoch: 1, seq, kind: "count.in" }), {
      qos: 1,
    });
  const to = new Date(Date.UTC(2100, 0, 1)).toISOString();
  const ask = { target: GATEWAY_ID, action: "send-readings", args: { from, to, devices: ["count-0001"] } };
  expect(await resultOf(give({ ...ask, via: "http" }))).toMatchObject({ outcome: "refused", code: "not-allowed" });
  expect(await resultOf(give({ ...ask, via: "mqtt" }))).toMatchObject({ outcome: "done", readings: 5 });
  const sent = await eventually(
    () => rig.city.events.filter(({ type }) => type === "gatehouse.reading"),
    (found) => found.length === 5,
  );
  expect(sent.map(({ reading }) => reading)).toEqual([1, 2, 3, 4, 5].map((seq) => `count-0001:1:${seq}`));
});

it("takes what a person on the box sets, and shows it", async () => {
  const set = spawnSync(process.execPath, [
    ...[GATEHOUSE, "space", "set-registered", "flat-count-0002", "4"],
    ...["--by", "wang", "--state", rig.stateDir],
  ]);
  expect([set.status, set.stdout.toString(), set.stderr.toString()]).toEqual([0, "flat-count-0002: set\n", ""]);
  const shown = spawnSync(process.execPath, [GATEHOUSE, "space", "--state", rig.stateDir]).stdout.toString();
  expect(shown).toMatch(/^flat-count-0002 {2}registered 4 \[local:wang, .*\] {2}limit 2 {2}test$/m);
  const wrong = spawnSync(process.execPath, [
    GATEHOUSE,
    "space",
    "set-registered",
    "flat-9",
    "x",
    "--state",
    rig.stateDir,
  ]);
  expect([wrong.status, wrong.stderr.toString()]).toEqual([78, expect.stringContaining("no number of people")]);
});

it("answers nobody whose signature is wrong, and shows it as a condition of the box", async () => {
  const late = give({ target: "count-0002", action: "buzzer", seconds: -1, via: "mqtt" });
  expect(await resultOf(late)).toMatchObject({ outcome: "expired", code: "expired" });
  const before = device.commands.length;
  const good = rig.city.command({ gateway: GATEWAY_ID, target: "count-0002", action: "buzzer", via: "http" });
  await using publisher = await forger();
  await publisher.publish({ ...good, id: "forged", issuer: "mallory" });
  const health = async () => JSON.stringify((await askControl(rig.stateDir, "health")).result);
  await eventually(health, (text) => text.includes("signature: it is not signed by key city"));
  expect(await resultOf(good)).toMatchObject({ outcome: "done" });
  expect(results("forged")).toEqual([]);
  expect(device.commands.slice(before)).toMatchObject([{ id: good.id }]);
  expect(await rig.gateway.metrics()).toContain('gatehouse_commands_refused_total{code="signature"} 1');
});
