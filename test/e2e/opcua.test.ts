import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Plc, startPlc } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import { DataType, type DataValue } from "node-opcua";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { childrenOf } from "../support/children.ts";
import { freePort } from "../support/free-port.ts";
import { gatehouse } from "../support/gatehouse.ts";
import { deviceIds } from "../support/load-site.ts";
import { type AlarmEvent, callAlarm, openScada, type Scada, watchAlarms } from "../support/opcua-client.ts";
import { eventually, openRig, type Rig, readingsTopic } from "../support/rig.ts";

const OPERATOR = { name: "wang", password: "operates" };
const isAlive = (pid: number) => existsSync(`/proc/${pid}`);
const VIEWER = { name: "li", password: "only-looks" };

const PASSWORDS = { WANG_PW: OPERATOR.password, LI_PW: VIEWER.password };
let rig: Rig;
let endpoint = "";

const folderOf = (client: string) => join(rig.dir, client);
const come = (client: string, user = OPERATOR, mode: "encrypt" | "sign" | "none" = "encrypt") =>
  openScada({ endpoint, folder: folderOf(client), user, mode });
/** The node of a space's value, in the second namespace of our own. */
let namespace = 2;
const valueNode = (space: string, name: string) => `ns=${namespace};s=spaces/${space}/${name}`;

async function say(device: string, seq: number, ...readings: readonly object[]): Promise<void> {
  const client = await rig.device(device);
  const payload = readings.map((reading, i) => ({ epoch: 1, seq: seq + i, ...reading }));
  await client.publishAsync(readingsTopic(device), JSON.stringify(payload), { qos: 1 });
  await client.endAsync();
}

const codes = async () => (await rig.gateway.health()).codes.map(({ code }) => code);

const children = (what = "") => childrenOf(rig.gateway.child.pid, what);
const isUp = () => rig.gateway.log.filter(({ msg }) => msg === "opc ua server listens").length;
const number = (value: DataValue): number => Number(value.value.value);

const last = (events: readonly AlarmEvent[]): AlarmEvent => {
  const event = events.at(-1);
  if (event === undefined) throw new RangeError("no event yet");
  return event;
};

async function alertOf(
  id: string,
): Promise<{ readonly state: string; readonly history: readonly { readonly by: string; readonly note?: string }[] }> {
  const { out } = await gatehouse("alerts", "show", id, "--json", "--state", rig.stateDir);
  return JSON.parse(out);
}

/** A PLC beside the counters. */
let plc: Plc;
const plcPorts: number[] = [];

beforeAll(async () => {
  const port = await freePort();
  const plcPort = await freePort();
  plcPorts.push(plcPort);
  plc = await startPlc({ port: plcPort });
  endpoint = `opc.tcp://127.0.0.1:${port}`;
  rig = await openRig({
    uplinks: () => [],
    sections: {
      drivers: [{ id: "plc", type: "opcua", endpoint: plc.endpoint, security: "none", publishMs: 200 }],
      devices: [
        ...deviceIds(4).map((id) => ({ id, kind: "counter", portal: `door-${id}`, watch: false })),
        {
          id: "gate-1",
          kind: "turnstile",
          portal: "door-count-0003",
          driver: "plc",
          points: [
            { node: plc.node(1, "In"), is: "total.in" },
            { node: plc.node(1, "Out"), is: "total.out" },
          ],
        },
      ],
      opcua: {
        listen: `127.0.0.1:${port}`,
        names: ["127.0.0.1"],
        language: "en",
        history: 100,
        users: [
          { user: OPERATOR.name, password: { env: "WANG_PW" }, role: "operator" },
          { user: VIEWER.name, password: { env: "LI_PW" }, role: "viewer" },
        ],
      },
    },
    env: PASSWORDS,
  });
  await eventually(isUp, (times) => times === 1, 30_000);
});

afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
  await plc?.[Symbol.asyncDispose]();
});

describe("who comes in", () => {
  it("a client whose certificate nobody trusts is turned away, and comes in once it is trusted", async () => {
    await expect(come("scada")).rejects.toThrow(/BadCertificateUntrusted|BadSecurityChecksFailed|rejected|untrusted/i);
    const listed = async () =>
      JSON.parse((await gatehouse("opcua", "trust", "list", "--json", "--state", rig.stateDir)).out);
    const [one] = await eventually(listed, (list) => list.length === 1);
    expect(one).toMatchObject({ trusted: false, applicationUri: "urn:test-scada" });
    const { code, out } = await gatehouse(
      "opcua",
      "trust",
      "add",
      one.thumbprint.slice(0, 10),
      "--state",
      rig.stateDir,
    );
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining("is trusted now") });
    const comesIn = async () => {
      await using scada = await come("scada");
      return scada.session.isReconnecting === false;
    };
    await eventually(
      () => comesIn().catch(() => false),
      (ok) => ok,
    );
    await using signed = await come("scada", VIEWER, "sign");
    expect(signed.session).toBeDefined();
  });

  it("nobody comes in without a name, with a wrong password, or without protection", async () => {
    await expect(openScada({ endpoint, folder: folderOf("scada") })).rejects.toThrow();
    await expect(come("scada", { ...OPERATOR, password: "guessed" })).rejects.toThrow(
      /BadUserAccessDenied|BadIdentityToken/,
    );
    await expect(come("scada", { name: "nobody", password: "x" })).rejects.toThrow(
      /BadUserAccessDenied|BadIdentityToken/,
    );
    await expect(come("scada", OPERATOR, "none")).rejects.toThrow();
  });
});

describe("what stands there", () => {
  let scada: Scada;
  beforeAll(async () => {
    scada = await come("scada");
    const names = await scada.read("i=2255");
    namespace = (names.value.value as string[]).indexOf("urn:gatehouse:site");
  });
  afterAll(() => scada[Symbol.asyncDispose]());

  it("estimates change, with the gateway's time and a quality", async () => {
    const present = valueNode("flat-count-0001", "Present");
    const before = await systemClock.nowMs();
    await say("count-0001", 1, { kind: "count.in", value: 3 });
    const value = await eventually(
      () => scada.read(present),
      (read) => number(read) >= 3,
    );
    expect(value.statusCode.name).toMatch(/^Good/);
    expect(Math.abs((value.sourceTimestamp?.getTime() ?? 0) - before)).toBeLessThan(15_000);
    expect((await scada.read(valueNode("flat-count-0001", "Limit"))).value.value).toBe(2);
    // No night was judged yet: nothing is claimed about who lives there.
    expect((await scada.read(valueNode("flat-count-0001", "Residing"))).statusCode.name).toMatch(/^Uncertain/);
    expect((await scada.read(valueNode("flat-count-0003", "Present"))).statusCode.name).toBe(
      "BadWaitingForInitialData",
    );
  });

  it("a space is known less well while one of its devices is away", async () => {
    const present = valueNode("flat-count-0001", "Present");
    const online = `ns=${namespace};s=devices/count-0001/Online`;
    expect((await scada.read(online)).value.value).toBe(true);
    await say("count-0001", 10, { kind: "device.offline" });
    await eventually(
      () => scada.read(online),
      (read) => read.value.value === false,
    );
    expect((await scada.read(present)).statusCode.name).toBe("UncertainSubNormal");
    await say("count-0001", 11, { kind: "device.online" });
    await eventually(
      () => scada.read(present),
      (read) => read.statusCode.isGood(),
    );
  });

  it("past estimates can be read, and nothing can be written", async () => {
    const present = valueNode("flat-count-0001", "Present");
    const history = await scada.session.readHistoryValue(
      present,
      new Date(systemClock.nowMs() - 600_000),
      new Date(systemClock.nowMs() + 60_000),
    );
    const values = (history.historyData as { dataValues?: DataValue[] } | undefined)?.dataValues ?? [];
    expect(values.map(number)).toContain(number(await scada.read(present)));
    const written = await scada.session.write({
      nodeId: present,
      attributeId: 13,
      value: { value: { dataType: DataType.Double, value: 0 } },
    });
    expect(written.isGood()).toBe(false);
  });
});

describe("alarms", () => {
  it("an alert is an alarm: answered, commented on, confirmed, and over when the sensors say so", async () => {
    await using scada = await come("scada");
    const { events } = await watchAlarms(scada.session);
    await say("count-0002", 1, { kind: "tamper.on" });
    await eventually(
      () => events.length,
      (count) => count > 0,
    );
    const raised = last(events);
    expect(raised.fields).toMatchObject({
      ConditionName: "tamper",
      Retain: true,
      "ActiveState.Id": true,
      "AckedState.Id": false,
      "ConfirmedState.Id": false,
    });
    const alert = /alr_\w+/.exec(raised.conditionId)?.[0] ?? "";

    await using looks = await come("scada", VIEWER);
    expect(await callAlarm(looks.session, "acknowledge", raised, "me")).toBe("BadUserAccessDenied");
    expect(await callAlarm(scada.session, "confirm", raised, "")).toBe("BadInvalidState");
    const stranger = { ...raised, eventId: Buffer.alloc(16) };
    expect(await callAlarm(scada.session, "acknowledge", stranger, "")).toBe("BadEventIdUnknown");
    expect((await alertOf(alert)).state).toBe("raised");

    expect(await callAlarm(scada.session, "acknowledge", raised, "on my way")).toBe("Good");
    const answered = await alertOf(alert);
    expect(answered.state).toBe("acknowledged");
    expect(answered.history.at(-1)).toMatchObject({ by: "opcua:wang", note: "on my way" });
    await eventually(
      () => last(events).fields["AckedState.Id"],
      (acked) => acked === true,
    );
    expect(last(events).eventId.equals(raised.eventId)).toBe(false);
    expect(last(events).fields).toMatchObject({ Comment: "on my way", ClientUserId: "opcua:wang" });
    expect(await callAlarm(scada.session, "acknowledge", last(events), "")).toBe("BadConditionBranchAlreadyAcked");

    expect(await callAlarm(scada.session, "comment", last(events), "cover was open")).toBe("Good");
    await eventually(
      () => last(events).fields["Comment"],
      (comment) => comment === "cover was open",
    );
    expect(await callAlarm(scada.session, "confirm", last(events), "screwed shut")).toBe("Good");
    expect((await alertOf(alert)).state).toBe("verifying");
    await eventually(
      () => last(events).fields["ConfirmedState.Id"],
      (confirmed) => confirmed === true,
    );
    expect(last(events).fields).toMatchObject({ Retain: true, "ActiveState.Id": true });

    // A client that comes late asks for what stands.
    await using late = await come("scada", VIEWER);
    const heard = await watchAlarms(late.session);
    await heard.refresh();
    await eventually(
      () => heard.events.map(({ conditionId }) => conditionId),
      (ids) => ids.includes(raised.conditionId),
    );

    await say("count-0002", 2, { kind: "tamper.off" });
    await eventually(
      () => last(events).fields["Retain"],
      (retain) => retain === false,
    );
    expect(last(events).fields).toMatchObject({ "ActiveState.Id": false });
    expect((await alertOf(alert)).state).toBe("closed");
  });
});

describe("a PLC", () => {
  it("is read into estimates, is missed when its power goes, and read again by itself", async () => {
    await using scada = await come("scada");
    const present = () => scada.read(valueNode("flat-count-0003", "Present")).then(number);
    await eventually(
      () => rig.gateway.log,
      (log) => log.some(({ msg }) => msg === "plc is read"),
      20_000,
    );
    for (let i = 0; i < 4; i++) plc.pass(1, "in");
    const before = await eventually(present, (persons) => persons >= 4);
    await plc.kill();
    await eventually(codes, (all) => all.includes("driver-down") && all.includes("device-offline"));
    plc = await startPlc({ port: plcPorts[0] ?? 0 });
    // It kept its totals, and two people came in meanwhile.
    plc.set(1, "In", 6);
    await eventually(codes, (all) => !all.includes("device-offline"), 30_000);
    expect(await eventually(present, (persons) => persons >= before + 2)).toBe(before + 2);
  });
});

describe("a process apart", () => {
  it.each(["SIGKILL", "SIGSTOP"] as const)(
    "after a %s it comes back by itself, and the gateway never noticed",
    async (signal) => {
      const pid = await eventually(
        () => children("server")[0] ?? 0,
        (found) => found > 1,
      );
      const times = isUp();
      process.kill(pid, signal);
      const raised = eventually(codes, (all) => all.includes("opcua-down"), 6_000);
      const startedMs = systemClock.monoMs();
      await say("count-0004", signal === "SIGKILL" ? 1 : 2, { kind: "count.in", value: 1 });
      expect(systemClock.monoMs() - startedMs).toBeLessThan(2_000);
      await raised;
      await eventually(isUp, (now) => now > times, 20_000);
      await eventually(codes, (all) => !all.includes("opcua-down"));
      expect(children()).not.toContain(pid);
      await using scada = await come("scada");
      const present = await eventually(
        () => scada.read(valueNode("flat-count-0004", "Present")),
        (read) => read.statusCode.isGood(),
      );
      expect(number(present)).toBeGreaterThanOrEqual(signal === "SIGKILL" ? 1 : 2);
    },
  );

  it("ends in order with the gateway, and with one that is killed", async () => {
    const first = children();
    expect(first.length).toBeGreaterThan(0);
    const startedMs = systemClock.monoMs();
    expect(await rig.gateway.end("SIGTERM")).toBe(0);
    expect(systemClock.monoMs() - startedMs).toBeLessThan(5_000);
    expect(first.filter(isAlive)).toEqual([]);
    const times = isUp();
    await rig.restart(PASSWORDS);
    await eventually(isUp, (now) => now > 0 || now > times, 30_000);
    const second = children();
    await rig.gateway.end("SIGKILL");
    await eventually(
      () => second.filter(isAlive),
      (alive) => alive.length === 0,
    );
  });
});
