/** The Sparkplug driver as a host application, on a broker that is not ours, with a simulated edge node that shares no codec with it. */
import { decodeSparkplug, sparkplugValue } from "@gatehouse/protocol";
import { settle, tck } from "@gatehouse/protocol/testing";
import { Pseudonymized, Unreadable } from "gatehouse";
import { afterEach, describe, expect, test } from "vitest";
import { openSparkplugRig, SIM_DOOR, type SparkplugRig } from "../support/sparkplug-rig.ts";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const DOOR = { id: "lock-302", kind: "lock" as const, address: "Plant/Gw/Door-3" };
const STATE = "spBv1.0/STATE/gatehouse";
const never = new AbortController().signal;

class Taken {
  readonly items: Record<string, unknown>[] = [];
  readonly #waiting = new Set<() => void>();

  readonly accept = async (items: readonly unknown[]) => {
    for (const item of items) {
      const plain = item instanceof Pseudonymized ? item.item : item;
      this.items.push(plain instanceof Unreadable ? { unreadable: plain.reason } : (plain as Record<string, unknown>));
    }
    for (const look of this.#waiting) look();
    return [];
  };

  until(kind: string, times = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.items.filter((item) => item["kind"] === kind).length < times) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  get kinds(): unknown[] {
    return this.items.map(({ kind }) => kind);
  }
}

async function open(options: Partial<Parameters<typeof openSparkplugRig>[0]> = {}) {
  const taken = new Taken();
  const rig = await openSparkplugRig({ accept: taken.accept, devices: [DOOR], ...options });
  ends.push(rig.close);
  return { rig, taken };
}

function run(rig: SparkplugRig, driver = rig.driver) {
  const stop = new AbortController();
  const ended = driver.run(stop.signal);
  ended.catch(() => {});
  ends.push(async () => {
    stop.abort();
    await ended.catch(() => {});
  });
  return { stop, ended };
}

async function start(options: Partial<Parameters<typeof openSparkplugRig>[0]> = {}) {
  const { rig, taken } = await open(options);
  const life = run(rig);
  await rig.online();
  return { rig, taken, ...life };
}

describe("STATE", () => {
  test(
    tck(
      "is published first, behind the subscriptions, retained with QoS 1, and offline before an intended end",
      "tck-id-intro-sparkplug-host-state",
      "tck-id-components-ph-state",
      "tck-id-host-topic-phid-birth-message",
      "tck-id-host-topic-phid-birth-sub-required",
      "tck-id-host-topic-phid-birth-required",
      "tck-id-host-topic-phid-death-payload-timestamp-disconnect-clean",
      "tck-id-message-flow-phid-sparkplug-subscription",
      "tck-id-message-flow-phid-sparkplug-state-publish",
      "tck-id-operational-behavior-host-application-connect-birth",
      "tck-id-operational-behavior-host-application-termination",
      "tck-id-operational-behavior-host-application-disconnect-intentional",
      "tck-id-operational-behavior-primary-application-state-with-multiple-servers-state",
      "tck-id-payloads-state-subscribe",
      "tck-id-payloads-state-birth",
      "tck-id-conformance-primary-host",
    ),
    async () => {
      const { rig, stop, ended } = await start();
      expect(rig.topics.messages[0]).toMatchObject({ topic: STATE, qos: 1 });
      rig.clock.step(5_000);
      stop.abort();
      await ended;
      const last = await rig.topics.until(({ text }) => text.includes("false"));
      expect(JSON.parse(last.text)).toEqual({ online: false, timestamp: rig.clock.nowMs() });
      // The will would come over it, with another time, had there been no DISCONNECT.
      await settle();
      expect(rig.topics.messages.filter(({ topic }) => topic === STATE).map(({ text }) => text)).toHaveLength(2);
    },
  );

  test(
    tck(
      "is the will of the connection, retained with QoS 1",
      "tck-id-host-topic-phid-death-required",
      "tck-id-operational-behavior-host-application-connect-will",
      "tck-id-payloads-state-will-message",
      "tck-id-payloads-state-will-message-qos",
      "tck-id-payloads-state-will-message-retain",
    ),
    async () => {
      const { rig } = await start({ config: { clientId: "taken-over" } });
      const { connectAsync } = await import("mqtt");
      // A client of the same id takes the connection: the broker publishes the will.
      const other = await connectAsync(rig.url, { clientId: "taken-over" });
      ends.push(() => other.endAsync(true));
      const will = await rig.topics.until(({ topic, text }) => topic === STATE && text.includes("false"));
      expect(will).toMatchObject({ qos: 1 });
      const retained: boolean[] = [];
      other.on("message", (_topic, _payload, { retain }) => retained.push(retain));
      await other.subscribeAsync(STATE, { qos: 1 });
      while (retained.length === 0) await settle();
      expect(retained).toEqual([true]);
    },
  );

  test("that somebody else says is offline is said again", async () => {
    const { rig } = await start();
    const from = rig.topics.messages.length;
    await rig.onlooker.publishAsync(STATE, '{"online":false,"timestamp":1}', { qos: 1, retain: true });
    await rig.topics.until(({ text }) => text.includes("true"), from);
    expect(rig.topics.messages.at(-1)).toMatchObject({ topic: STATE });
  });
});

describe("devices of the site file", () => {
  test("appear with their birth, report what changes, and are gone with their edge node", async () => {
    const { rig, taken } = await start({
      devices: [{ ...DOOR, metrics: { "Door/Open": "door", "Door/Locked": "lock", "Card/Last": "card" } }],
    });
    const node = rig.node();
    await node.join();
    await taken.until("lock.locked");
    expect(taken.kinds).toEqual(["device.online", "door.closed", "lock.locked"]);
    await node.report("Door-3", { "Door/Open": { value: true }, "Card/Last": { value: "0C9A7F" } });
    await taken.until("card.read");
    expect(taken.items.slice(3)).toMatchObject([
      { device: "lock-302", kind: "door.opened", at: new Date(rig.clock.nowMs()).toISOString() },
      { device: "lock-302", kind: "card.read", credential: "c_00000c9a7f" },
    ]);
    await node.report("Door-3", { "Door/Open": { value: true, quality: 500 } });
    await node.report("Door-3", { "Door/Open": { value: true } });
    node.drop();
    await taken.until("device.offline");
    expect(taken.kinds.slice(5)).toEqual(["device.offline"]);
  });

  test("need no `metrics` where the names of their birth say what they are", async () => {
    const { rig, taken } = await start();
    const node = rig.node();
    await node.join();
    await taken.until("lock.locked");
    await node.report("Door-3", { "Door/Open": { value: true } });
    await taken.until("door.opened");
    expect(rig.health.entries).toEqual([]);
  });

  test("whose birth lacks a metric are told to the operator", async () => {
    const { rig, taken } = await start({ devices: [{ ...DOOR, metrics: { "Door/Kontakt": "door" } }] });
    await rig.node().join();
    await taken.until("device.online");
    expect(rig.health.entries).toMatchObject([
      { code: "device-settings", subject: "lock-302", detail: expect.stringContaining('no metric "Door/Kontakt"') },
    ]);
  });

  test("amounts come in their unit, totals together, and values that are none are recorded", async () => {
    const { rig, taken } = await start({
      devices: [
        { id: "meter", kind: "energy-meter", address: "Plant/Gw/M" },
        { id: "count", kind: "counter", address: "Plant/Gw/C", metrics: { In: "total-in", Out: "total-out" } },
        {
          id: "motion",
          kind: "presence",
          address: "Plant/Gw/P",
          metrics: { Room: { as: "occupancy", on: ["somebody"] } },
        },
      ],
      sim: {
        M: [{ name: "Energy/Total", type: "Double", value: 1.5, unit: "kWh" }],
        C: [
          { name: "In", type: "Int64", value: 10 },
          { name: "Out", type: "Int64", value: 4 },
        ],
        P: [{ name: "Room", type: "String", value: "somebody" }],
      },
    });
    const node = rig.node();
    await node.join();
    await taken.until("presence.on");
    expect(taken.items.filter(({ kind }) => !String(kind).startsWith("device."))).toMatchObject([
      { device: "meter", kind: "meter.energyWh", value: 1_500 },
      { device: "count", kind: "count.totals", value: { in: 10, out: 4 } },
      { device: "motion", kind: "presence.on" },
    ]);
    await node.report("P", { Room: { value: "somewhere" } });
    await node.report("C", { In: { value: 12 } });
    await taken.until("count.totals", 2);
    expect(taken.items.at(-2)).toEqual({
      unreadable: "Room: a string is neither yes nor no: say so with `on` and `off`",
    });
  });

  test("what waited in the edge node comes as it was then, and is not how things are now", async () => {
    const { rig, taken } = await start();
    const node = rig.node();
    await node.join();
    await taken.until("lock.locked");
    const then = rig.clock.nowMs() - 3_600_000;
    await node.report("Door-3", { "Door/Open": { value: true, historical: true, timestamp: then } });
    await taken.until("door.opened");
    expect(taken.items.at(-1)).toMatchObject({ kind: "door.opened", at: new Date(then).toISOString() });
    await node.report("Door-3", { "Door/Open": { value: true } });
    await taken.until("door.opened", 2);
  });

  test("that call for help do so once, over a lost connection too, and again when they call again", async () => {
    const button = { id: "help-1", kind: "panic-button" as const, address: DOOR.address };
    const { rig, taken, stop, ended } = await start({
      devices: [{ ...button, metrics: { "Door/Open": "panic" } }],
    });
    const node = rig.node();
    await node.join();
    await node.report("Door-3", { "Door/Open": { value: true } });
    await taken.until("panic");
    stop.abort();
    await ended;
    taken.items.length = 0;
    const from = rig.topics.messages.length;
    run(rig, rig.make());
    await rig.topics.until(({ topic, text }) => topic === STATE && text.includes("true"), from);
    await node.births();
    await taken.until("device.online");
    await node.report("Door-3", { "Door/Open": { value: false } });
    await node.report("Door-3", { "Door/Open": { value: true } });
    await taken.until("panic");
    expect(taken.kinds).toEqual(["device.online", "panic"]);
  });

  test("that nobody bound are proposed by what their metrics say, or with the reason why not", async () => {
    const { rig } = await start({
      devices: [],
      sim: { "Door-3": SIM_DOOR, Odd: [{ name: "x", type: "Int32", value: 1 }] },
    });
    await rig.node().join();
    while (rig.found.list("plant").devices.length < 3) await settle();
    expect(rig.found.list("plant").devices).toMatchObject([
      { id: "Plant/Gw", points: [], unsupported: expect.stringContaining("no name of its metrics") },
      {
        id: "Plant/Gw/Door-3",
        points: [
          { kind: "contact", what: "Door/Open: door.opened and door.closed", keys: { address: "Plant/Gw/Door-3" } },
          { kind: "lock", what: "Door/Locked: lock.locked and lock.unlocked" },
        ],
      },
      { id: "Plant/Gw/Odd", points: [], unsupported: expect.stringContaining("x") },
    ]);
  });
});

describe("order and loss, in virtual time", () => {
  test("a gap waits for the reorder timeout, then the edge node is asked and the loss is told", async () => {
    const { rig, taken } = await start();
    const node = rig.node();
    await node.join();
    await taken.until("lock.locked");
    node.skip(1);
    await node.report("Door-3", { "Door/Open": { value: true } });
    await node.reached();
    await heardBy(rig);
    expect(taken.kinds).not.toContain("door.opened");
    await rig.clock.advance(1_999);
    expect(taken.kinds).not.toContain("door.opened");
    await rig.clock.advance(1);
    await taken.until("door.opened");
    expect(rig.health.entries).toMatchObject([{ code: "readings-lost", subject: "lock-302" }]);
    const asked = await rig.topics.until(({ topic }) => topic === "spBv1.0/Plant/NCMD/Gw");
    expect(decodeSparkplug(asked.payload).metrics).toMatchObject([{ name: "Node Control/Rebirth" }]);
    while (rig.health.entries.length > 0) await settle();
    expect(node.rebirths).toHaveLength(1);
  });

  test("an edge node that was there before the gateway is asked for its births", async () => {
    const { rig, taken } = await open();
    const node = rig.node({ bornAtOnce: false });
    await node.join();
    run(rig);
    await rig.online();
    await settle();
    await rig.clock.advance(2_000);
    await taken.until("lock.locked");
    expect(node.rebirths).toHaveLength(1);
  });

  test("a device that is never born counts as away after half a minute", async () => {
    const { rig, taken } = await start();
    await settle();
    await rig.clock.advance(29_999);
    expect(taken.kinds).toEqual([]);
    await rig.clock.advance(1);
    await taken.until("device.offline");
  });

  test("a lost broker takes every device along", async () => {
    const { rig, taken, ended } = await start();
    await rig.node().join();
    await taken.until("lock.locked");
    await rig.kill();
    await expect(ended).rejects.toMatchObject({ name: "LinkError" });
    expect(taken.kinds.at(-1)).toBe("device.offline");
  });

  async function heardBy(rig: SparkplugRig): Promise<void> {
    const from = rig.topics.messages.length;
    await rig.onlooker.publishAsync(STATE, '{"online":false,"timestamp":1}', { qos: 1, retain: true });
    await rig.topics.until(({ topic, text }) => topic === STATE && text.includes("true"), from);
  }
});

describe("locks", () => {
  const wish = (rig: SparkplugRig, action: "lock" | "unlock", args: object = {}) => ({
    id: `cmd-${action}`,
    action,
    args: args as Record<string, unknown>,
    notAfter: new Date(rig.clock.nowMs() + 30_000).toISOString(),
  });

  test("open by DCMD and lock again after the seconds of the command", async () => {
    const { rig, taken } = await start();
    const node = rig.node();
    await node.join();
    await taken.until("lock.locked");
    expect(await rig.driver.command("lock-302", wish(rig, "unlock", { seconds: 5 }), never)).toEqual({
      id: "cmd-unlock",
      ok: true,
    });
    await taken.until("lock.unlocked");
    const dcmd = await rig.topics.until(({ topic }) => topic === "spBv1.0/Plant/DCMD/Gw/Door-3");
    const [metric] = decodeSparkplug(dcmd.payload).metrics;
    expect(metric).toMatchObject({ alias: 11, name: undefined });
    expect(metric && sparkplugValue(metric)).toBe(false);
    await rig.clock.advance(5_000);
    await taken.until("lock.locked", 2);
    expect(node.writes.map(({ value }) => value)).toEqual([false, true]);
  });

  test("that were to lock again are locked before the gateway stops", async () => {
    const { rig, taken, stop, ended } = await start();
    const node = rig.node();
    await node.join();
    await taken.until("lock.locked");
    await rig.driver.command("lock-302", wish(rig, "unlock", { seconds: 600 }), never);
    stop.abort();
    await ended;
    while (node.writes.length < 2) await settle();
    expect(node.writes.at(-1)).toMatchObject({ value: true });
  });

  test("that were to lock again are locked in the next life, when the connection was lost meanwhile", async () => {
    const { rig, taken, ended } = await start({ config: { clientId: "taken-over" } });
    const node = rig.node();
    await node.join();
    await taken.until("lock.locked");
    await rig.driver.command("lock-302", wish(rig, "unlock", { seconds: 60 }), never);
    const { connectAsync } = await import("mqtt");
    const other = await connectAsync(rig.url, { clientId: "taken-over" });
    await expect(ended).rejects.toMatchObject({ name: "LinkError" });
    await other.endAsync(true);
    const from = rig.topics.messages.length;
    run(rig, rig.make());
    await rig.topics.until(({ topic, text }) => topic === STATE && text.includes("true"), from);
    await node.births();
    await taken.until("lock.unlocked", 2);
    await rig.clock.advance(59_000);
    expect(node.writes).toHaveLength(1);
    await rig.clock.advance(1_000);
    while (node.writes.length < 2) await settle();
    expect(node.writes.at(-1)).toMatchObject({ value: true });
  });

  test("that are away refuse, but for a release", async () => {
    const { rig, taken } = await start();
    const node = rig.node();
    await expect(rig.driver.command("lock-302", wish(rig, "unlock"), never)).rejects.toMatchObject({ code: "refused" });
    await node.join();
    await taken.until("lock.locked");
    await node.deviceDeath("Door-3");
    await taken.until("device.offline");
    await expect(rig.driver.command("lock-302", wish(rig, "unlock"), never)).rejects.toMatchObject({ code: "refused" });
    const giveUp = new AbortController();
    const release = rig.driver
      .command("lock-302", wish(rig, "unlock"), giveUp.signal, "release")
      .catch((error: unknown) => error);
    while (node.writes.length === 0) await settle();
    giveUp.abort();
    expect(await release).toMatchObject({ code: "closed" });
  });
});
