import { deviceTopic, stateTopic } from "@gatehouse/protocol";
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";
import { describe, expect, it } from "vitest";
import { eventually, openRig, type Rig, readingsTopic } from "../support/rig.ts";

const FLAT = "flat-count-0001";
const ACCOUNT = {
  sections: { accounts: [{ user: "dashboard", password: { env: "DASHBOARD_PW" }, role: "tool" }] },
  env: { DASHBOARD_PW: "look-only" },
};

/** A dashboard, and the last message on each topic it saw. */
interface Dashboard {
  readonly client: MqttClient;
  readonly seen: Map<string, IPublishPacket>;
  readonly closed: Promise<void>;
}

async function joinTool({ url }: Rig, options: IClientOptions = {}): Promise<Dashboard> {
  const account = { username: "dashboard", password: "look-only" };
  const client = await mqtt.connectAsync(url, { ...account, reconnectPeriod: 0, ...options });
  client.on("error", () => {});
  const seen = new Map<string, IPublishPacket>();
  client.on("message", (topic, _payload, packet) => seen.set(topic, packet));
  return { client, seen, closed: new Promise((resolve) => client.once("close", () => resolve())) };
}

/** Persons come in through the first door; `more` is what its counter says beside it. */
async function enter(rig: Rig, persons: number, seq: number, ...more: readonly object[]): Promise<void> {
  const device = await rig.device("count-0001");
  const readings = [{ epoch: 1, seq, kind: "count.in", value: persons }, ...more];
  await device.publishAsync(readingsTopic("count-0001"), JSON.stringify(readings), { qos: 1 });
  await device.endAsync();
}

const TAMPERED = { epoch: 1, seq: 100, kind: "tamper.on" };

const bodyOf = (packet: IPublishPacket | undefined): Record<string, unknown> => {
  const text = packet?.payload.toString() ?? "";
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
};

const presentIn = ({ seen }: Dashboard) => bodyOf(seen.get(stateTopic.space(FLAT)))["present"];
const alertsIn = ({ seen }: Dashboard) =>
  [...seen].filter(([topic]) => topic.startsWith(stateTopic.alert(""))).map(([, packet]) => packet);
const codesIn = ({ seen }: Dashboard) =>
  ((bodyOf(seen.get(stateTopic.health))["codes"] ?? []) as { readonly code: string; readonly subject: string }[]).map(
    ({ code, subject }) => `${code} ${subject}`,
  );

describe("a read-only tool account", () => {
  it("finds the estimates, open alerts and health retained, however late it comes, and then sees them change", async () => {
    await using rig = await openRig(ACCOUNT);
    const early = await joinTool(rig);
    await early.client.subscribeAsync(stateTopic.all);
    await enter(rig, 3, 1, TAMPERED);
    const isTold = (dashboard: Dashboard) =>
      typeof presentIn(dashboard) === "number" &&
      alertsIn(dashboard).length === 1 &&
      dashboard.seen.has(stateTopic.health);
    await eventually(() => isTold(early), Boolean);
    const tool = await joinTool(rig);
    await tool.client.subscribeAsync(stateTopic.all);
    await eventually(() => isTold(tool), Boolean);
    for (const packet of tool.seen.values()) expect(packet.retain).toBe(true);
    expect([...tool.seen.keys()].filter((topic) => topic.startsWith(stateTopic.space("")))).toEqual([
      stateTopic.space(FLAT),
    ]);
    expect(bodyOf(tool.seen.get(stateTopic.space(FLAT)))).toMatchObject({
      space: FLAT,
      present: expect.any(Number),
      limit: 2,
    });
    const before = Number(presentIn(tool));
    const [alert] = alertsIn(tool);
    expect(bodyOf(alert)).toMatchObject({
      kind: "tamper",
      space: FLAT,
      state: "raised",
    });
    expect(alert?.topic).toBe(stateTopic.alert(String(bodyOf(alert)["id"])));
    expect(bodyOf(tool.seen.get(stateTopic.health))).toMatchObject({ status: "ok", codes: [] });
    await enter(rig, 2, 2);
    await eventually(
      () => presentIn(tool),
      (present) => Number(present) > before,
    );
    expect(tool.seen.get(stateTopic.space(FLAT))?.retain).toBe(false);
  });

  it("sees nothing else: no readings, no commands, nothing of the broker", async () => {
    await using rig = await openRig(ACCOUNT);
    const filters = [
      "#",
      "gatehouse/#",
      "gatehouse/1/+/readings",
      readingsTopic("count-0001"),
      "+/+/state/#",
      "$SYS/#",
    ];
    for (const filter of [...filters, deviceTopic.command("count-0001"), deviceTopic.status("dashboard")]) {
      const curious = await joinTool(rig);
      await expect(curious.client.subscribeAsync(filter), filter).rejects.toThrow();
      await curious.closed;
    }
    const tool = await joinTool(rig);
    await tool.client.subscribeAsync([stateTopic.all, stateTopic.space("+")]);
    await enter(rig, 1, 1);
    await eventually(
      () => presentIn(tool),
      (present) => typeof present === "number",
    );
    expect([...tool.seen.keys()].filter((topic) => !topic.startsWith("gatehouse/1/state/"))).toEqual([]);
    await eventually(
      () => codesIn(tool),
      (codes) => codes.includes("broker-refused dashboard"),
    );
  });

  it("can publish nothing, neither at once nor by a will, and so changes nothing for others", async () => {
    await using rig = await openRig(ACCOUNT);
    await enter(rig, 1, 1);
    const other = await joinTool(rig);
    await other.client.subscribeAsync(stateTopic.all);
    await eventually(
      () => presentIn(other),
      (present) => typeof present === "number",
    );
    const before = Number(presentIn(other));
    const forged = JSON.stringify({ space: FLAT, present: 0, kind: "count.in", value: 9, state: "offline" });
    const topics = [
      stateTopic.space(FLAT),
      stateTopic.health,
      readingsTopic("count-0001"),
      deviceTopic.status("count-0001"),
      deviceTopic.command("count-0001"),
      deviceTopic.readings("dashboard"),
    ];
    for (const topic of topics) {
      const forger = await joinTool(rig);
      const answered: unknown[] = [];
      forger.client.publish(topic, forged, { qos: 1, retain: true }, (...answer) => answered.push(answer));
      await forger.closed;
      expect(answered, topic).toEqual([]);
      const will = { topic, payload: Buffer.from(forged), qos: 1, retain: true } as const;
      await expect(joinTool(rig, { will }), topic).rejects.toThrow(/Not authorized/i);
    }
    await enter(rig, 1, 2);
    await eventually(
      () => presentIn(other),
      (present) => Number(present) > before,
    );
    await rig.city.until(
      () => rig.city.events.filter(({ reading }) => reading !== undefined).length >= 2,
      AbortSignal.timeout(10_000),
    );
    expect(rig.city.events.flatMap(({ reading }) => reading ?? [])).toEqual(["count-0001:1:1", "count-0001:1:2"]);
    expect(other.client.connected).toBe(true);
  });

  it("needs its password, on loopback as well, and its password opens no device's account", async () => {
    await using rig = await openRig(ACCOUNT);
    const refused = /Bad User Name or Password|Bad username or password/i;
    await expect(joinTool(rig, { password: "guess" })).rejects.toThrow(refused);
    await expect(joinTool(rig, { password: "" })).rejects.toThrow(refused);
    await expect(mqtt.connectAsync(rig.url, { username: "dashboard", reconnectPeriod: 0 })).rejects.toThrow(refused);
    await expect(joinTool(rig, { username: "nobody" })).rejects.toThrow(refused);
    const { codes } = await eventually(rig.gateway.health, (health) => health.codes.length >= 2);
    expect(codes.map(({ code, subject }) => `${code} ${subject}`).toSorted()).toEqual([
      "broker-refused dashboard",
      "device-unknown nobody",
    ]);
  });
});
