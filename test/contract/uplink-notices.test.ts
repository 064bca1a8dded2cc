/** Uplinks for people, with a robot that counts messages and knows its key. */
import { type Robot, startRobot } from "@gatehouse/device-sim";
import { composeEvent, type Lane } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { type OutboxItem, uplinkTypes } from "gatehouse";
import { uplinkDeps } from "gatehouse/testing";
import { describe, expect, it } from "vitest";

const never = new AbortController().signal;
const KEY = "robot-key-0001";
const AT = "2026-01-05T08:00:00.000+08:00";

function alert(seq: number, { lane = "alert", type = "gatehouse.alert.raised", data = {} as object } = {}): OutboxItem {
  const level = lane === "emergency" ? "emergency" : "red";
  const whole = {
    id: `alr_${seq}`,
    kind: "group-rental",
    level,
    address: { text: "马桥镇1号", grid: "MQ-053" },
    ...data,
  };
  const head = { id: `e-${seq}`, source: "gatehouse/g-1", subject: "3-302", time: AT, recordedtime: AT } as const;
  const draft = { ...head, type, lane: lane as Lane, severitynumber: 17, dataclassification: "restricted" as const };
  return { seq, lane: lane as Lane, text: composeEvent({ ...draft, data: JSON.stringify(whole) }, seq) };
}

const alerts = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => alert(from + i));

async function open(type: "webhook" | "wecom", config: object = {}, key = KEY) {
  const stack = new AsyncDisposableStack();
  const clock = new FakeClock();
  const robot: Robot = await startRobot({ key: KEY, clock });
  stack.defer(() => robot.close());
  const row = uplinkTypes.find((candidate) => candidate.type === type);
  const own = type === "webhook" ? { url: `${robot.host}/in` } : { host: robot.host, key: { env: "ROBOT" } };
  const deps = uplinkDeps(clock, { ROBOT: key, TOKEN: "t" });
  const parsed = row?.config.parse({ allowPrivate: true, ...own, ...config });
  const uplink = row?.create("people", parsed as never, deps);
  if (uplink === undefined) throw new RangeError(`there is no uplink type ${type}`);
  const stop = new AbortController();
  const ended = uplink.run(stop.signal);
  stack.defer(async () => {
    stop.abort();
    await ended;
  });
  return { uplink, robot, clock, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe.each(["webhook", "wecom"] as const)("the uplink %s", (type) => {
  it("tells people of an alert, with a link to it", async () => {
    await using rig = await open(type, { consoleUrl: "https://10.0.0.2/#/alerts/{alert}" });
    expect(await rig.uplink.send([alert(1)], never)).toEqual({ accepted: [1], rejected: [] });
    expect(rig.robot.messages).toHaveLength(1);
    expect(rig.robot.messages[0]).toContain("【红色】疑似群租：新预警");
    expect(rig.robot.messages[0]).toContain("https://10.0.0.2/#/alerts/alr_1");
    expect(rig.robot.messages[0]).toContain("马桥镇1号");
  });

  it("speaks English where asked to, and of what it has no words for", async () => {
    await using rig = await open(type, { language: "en" });
    const events = [
      alert(1),
      alert(2, { type: "gatehouse.alert.escalated" }),
      alert(3, {
        type: "gatehouse.prompt.raised",
        data: { kind: undefined, text: { zh: "登记", en: "Register two people" } },
      }),
      alert(4, { type: "gatehouse.alert.sublimated", data: { kind: "brand-new" } }),
    ];
    expect((await rig.uplink.send(events, never)).accepted).toEqual([1, 2, 3, 4]);
    const said = rig.robot.messages.join("\n");
    for (const words of [
      "Group rental suspected: raised",
      ": escalated",
      "Register two people",
      "brand-new: sublimated",
    ])
      expect(said).toContain(words);
  });

  it("takes in silence what is nothing for people", async () => {
    await using rig = await open(type);
    const events = [alert(1, { type: "gatehouse.health" }), alert(2, { type: "gatehouse.residence.daily" })];
    expect((await rig.uplink.send(events, never)).accepted).toEqual([1, 2]);
    expect(rig.robot.messages).toEqual([]);
  });

  it("sends so many a minute, the rest as one digest, and keeps room for emergencies", async () => {
    await using rig = await open(type);
    expect((await rig.uplink.send(alerts(1, 100), never)).accepted).toHaveLength(100);
    expect(rig.robot.messages).toHaveLength(15);
    expect(rig.robot.messages[14]).toContain("汇总：86 条消息");
    expect(await rig.uplink.send(alerts(101, 103), never)).toEqual({ accepted: [], rejected: [], deferred: true });
    const emergencies = [1, 2, 3].map((i) => alert(200 + i, { lane: "emergency", data: { kind: "fire" } }));
    expect((await rig.uplink.send(emergencies, never)).accepted).toEqual([201, 202, 203]);
    expect(rig.robot.messages.at(-1)).toContain("【紧急】火警");
    await rig.clock.advance(60_001);
    expect((await rig.uplink.send(alerts(101, 103), never)).accepted).toEqual([101, 102, 103]);
    expect(rig.robot.refused).toBe(0);
  });

  it("keeps quiet at night on the site's clock, but for emergencies", async () => {
    await using rig = await open(type, { quiet: { from: "22:00", to: "07:00" } });
    rig.clock.step(15 * 3_600_000);
    expect(await rig.uplink.send([alert(1)], never)).toEqual({ accepted: [], rejected: [], deferred: true });
    expect((await rig.uplink.send([alert(2, { lane: "emergency" })], never)).accepted).toEqual([2]);
    rig.clock.step(8 * 3_600_000 + 1);
    expect((await rig.uplink.send([alert(1)], never)).accepted).toEqual([1]);
    expect(rig.robot.messages).toHaveLength(2);
  });

  it("does not reach this machine or its link unless that is allowed", async () => {
    for (const host of ["127.0.0.1:9", "localhost:9", "[::1]:9"]) {
      const own = type === "webhook" ? { url: `http://${host}/in` } : { host: `http://${host}` };
      await using rig = await open(type, { ...own, allowPrivate: false });
      await expect(rig.uplink.send([alert(1)], never)).rejects.toThrow("write `allowPrivate: true`");
    }
    const own =
      type === "webhook" ? { url: "https://169.254.169.254/latest" } : { host: "https://[::ffff:169.254.169.254]" };
    await using rig = await open(type, { ...own, allowPrivate: false });
    await expect(rig.uplink.send([alert(1)], never)).rejects.toThrow("write `allowPrivate: true`");
  });

  it("keeps everything while nobody is there", async () => {
    await using rig = await open(type);
    await rig.robot.close();
    await expect(rig.uplink.send([alert(1)], never)).rejects.toMatchObject({ name: "LinkError", code: "refused" });
  });
});

describe("the uplink wecom", () => {
  it("says that the key is wrong, without the key", async () => {
    await using rig = await open("wecom", {}, "another-key-9999");
    const failure = String(await rig.uplink.send([alert(1)], never).catch((error: unknown) => error));
    expect(failure).toContain("there is no robot with this key");
    expect(failure).not.toContain("another-key-9999");
  });

  it("waits a minute when the robot says it is too much", async () => {
    await using rig = await open("wecom", { perMinute: 100 });
    expect((await rig.uplink.send(alerts(1, 25), never)).accepted).toHaveLength(20);
    await expect(rig.uplink.send(alerts(21, 25), never)).rejects.toMatchObject({ notBeforeMs: 60_000 });
  });

  it("cuts what is too long for the robot, and takes marks out of names", async () => {
    await using rig = await open("wecom", { consoleUrl: "https://a.example/{alert}" });
    const address = { text: `[here](http://evil.example)<font>${"楼".repeat(3_000)}` };
    expect((await rig.uplink.send([alert(1, { data: { address } })], never)).accepted).toEqual([1]);
    const [said = ""] = rig.robot.messages;
    expect(said).not.toContain("[here]");
    expect(said.endsWith("[→](https://a.example/alr_1)")).toBe(true);
  });
});
