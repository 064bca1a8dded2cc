import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../../testing/memory-store.ts";
import { openPlatformRig, type PlatformRigOptions, signedCommand } from "../../testing/platform-rig.ts";
import type { Store, Write } from "../ports.ts";

const never: NonNullable<PlatformRigOptions["obey"]> = () => new Promise(() => {});

describe("a platform's command", () => {
  it("is done once and told once, to its own uplink, whatever that uplink's filter says", async () => {
    const rig = await openPlatformRig();
    expect(await rig.give()).toEqual({ id: "c1", outcome: "done" });
    expect(rig.sent).toMatchObject([{ id: "c1", action: "unlock" }]);
    expect(rig.told()).toEqual(["done c1"]);
  });

  it("of a stranger is counted and shown, and nobody is answered", async () => {
    const rig = await openPlatformRig();
    const entries = rig.store.entries.length;
    const body = rig.unsigned();
    expect(await rig.platform.take("city", { ...signedCommand(body), target: "lock-2" })).toMatchObject({
      code: "signature",
    });
    expect(await rig.platform.take("city", body)).toMatchObject({ code: "schema" });
    expect(await rig.give({ keyId: "other" })).toMatchObject({ code: "key" });
    expect(await rig.give({ gateway: "another" })).toMatchObject({ code: "audience" });
    expect(await rig.platform.take("nobody", signedCommand(body))).toMatchObject({ code: "key" });
    expect(rig.store.entries).toHaveLength(entries);
    expect([...rig.platform.refused]).toEqual([
      ["signature", 1],
      ["schema", 1],
      ["key", 2],
      ["audience", 1],
    ]);
    expect(rig.health.entries).toMatchObject([{ code: "command-refused", subject: "city" }, { subject: "nobody" }]);
    expect(await rig.give()).toMatchObject({ outcome: "done" });
    expect(rig.health.entries).toMatchObject([{ subject: "nobody" }]);
    await rig.clock.advance(3_600_001);
    expect(rig.health.entries).toEqual([]);
  });

  it("that is authentic and refused is answered, at most sixty times a minute", async () => {
    const rig = await openPlatformRig({ remoteOpen: "off" });
    await rig.give({ id: "late", notAfter: new Date(rig.clock.nowMs() - 1).toISOString() });
    await rig.give({ id: "set", action: "configure", args: { a: 1 } });
    await rig.give({ id: "shut" });
    await rig.give({ id: "shut" });
    await rig.give({ id: "odd", action: "explode" });
    await rig.give({ id: "args", action: "buzzer", args: { times: 0 } });
    await rig.give({ id: "where", action: "buzzer", target: "lock-9" });
    await rig.give({ id: "alert", action: "close", target: "F1" });
    await rig.give({ id: "gone", action: "close", target: "alr_zzz" });
    expect(rig.told()).toEqual([
      "expired expired late",
      "refused not-allowed set",
      "refused not-allowed shut",
      "duplicate duplicate shut",
      "refused invalid odd",
      "refused invalid args",
      "refused invalid where",
      "refused invalid alert",
      "refused gone",
    ]);
    expect(rig.sent).toEqual([]);
    for (let i = 0; i < 100; i++) await rig.give({ id: "shut" });
    expect(rig.told()).toHaveLength(9 + 58);
  });

  it("is refused as long as the clock was never set", async () => {
    const clock = new FakeClock(Date.UTC(2001, 0, 1));
    const rig = await openPlatformRig({ clock });
    const stop = new AbortController();
    const runs = rig.core.run(stop.signal);
    await settle();
    expect(await rig.give()).toMatchObject({ code: "clock" });
    stop.abort();
    await runs;
  });

  it("is not taken again after a restart, nor with the clock set back or forward", async () => {
    const first = await openPlatformRig();
    const { store, clock } = first;
    const old = signedCommand(first.unsigned());
    await first.platform.take("city", old);
    for (const shiftMs of [0, -5_000, 8_000, -3_600_000, 3_600_000 + 600_000, -600_000]) {
      clock.step(shiftMs);
      const rig = await openPlatformRig({ store, clock });
      const report = await rig.platform.take("city", old);
      expect(["duplicate", "expired"]).toContain(report.outcome);
      await rig.give({ id: `other${shiftMs}` });
      expect((await rig.platform.take("city", old)).outcome).not.toBe("done");
      expect(rig.sent.map(({ id }) => id)).not.toContain("c1");
    }
    expect(first.told().filter((line) => line === "done c1")).toHaveLength(1);
  });

  it("waits for a second person where the site file says so, and nobody confirms twice over", async () => {
    const rig = await openPlatformRig({ remoteOpen: "two-persons" });
    const first = rig.give();
    await settle();
    expect(rig.sent).toEqual([]);
    expect(await rig.give({ id: "c2", action: "confirm", target: "test-site", args: { command: "c1" } })).toMatchObject(
      {
        outcome: "refused",
      },
    );
    expect(rig.confirmations.confirm("c1", "local:Wang")).toContain("another person");
    expect(rig.confirmations.confirm("c1", "local:li")).toBeUndefined();
    expect(rig.confirmations.confirm("c1", "local:li")).toContain("no command");
    expect(await first).toMatchObject({ outcome: "done" });
    const second = rig.give({ id: "c3" });
    await settle();
    await rig.clock.advance(20_001);
    expect(await second).toMatchObject({ outcome: "refused" });
    expect(rig.sent).toHaveLength(1);
    expect(rig.told()).toEqual(["refused c2", "done c1", "refused c3"]);
  });

  it("sets the site's affairs in the turn that uses up its id, or says what is wrong with them", async () => {
    const rig = await openPlatformRig();
    const set = { action: "set-limit", target: "F1", args: { persons: 7, basis: "order 3" } };
    await rig.give({ id: "a", ...set });
    await rig.give({ id: "b", ...set, target: "F9" });
    const bundle = { revision: 3, policies: [], use: [{ use: "nowhere" }] };
    await rig.give({ id: "c", action: "policy-bundle", target: "test-site", args: bundle });
    expect(rig.told()).toEqual(["done a", "refused invalid b", "refused c"]);
    expect(rig.core.model.spaces.get("F1")?.limit).toEqual({ persons: 7, policy: "set", basis: "order 3" });
    expect(rig.store.outbox.at(-1)?.text).toContain("bundle.use[0].use: ");
    const { store, clock } = rig;
    const again = await openPlatformRig({ store, clock });
    expect(again.core.model.spaces.get("F1")?.limit).toMatchObject({ persons: 7 });
  });
});

/** Lets so many writes land; from then on the disk is gone. */
function dyingAfter(writes: number): (store: MemoryStore) => Store {
  let left = writes;
  return (store) =>
    new Proxy(store, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target) as unknown;
        if (typeof value !== "function") return value;
        if (name !== "write") return value.bind(target) as unknown;
        return (given: Write): Promise<void> => {
          left -= 1;
          return left < 0 ? new Promise(() => {}) : store.write(given);
        };
      },
    });
}

describe("a gateway that dies", () => {
  const actions = [
    { action: "unlock", target: "lock-1" },
    { action: "set-registered", target: "F1", args: { persons: 3 } },
    { action: "confirm", target: "test-site", args: { command: "x" } },
    { action: "explode", target: "lock-1" },
  ];

  it.each(actions)("at any write of $action tells one result in the end, and never does it twice", async (wish) => {
    const outcomes: string[] = [];
    for (let writes = 0; writes <= 6; writes++) {
      const store = new MemoryStore();
      const clock = new FakeClock();
      await openPlatformRig({ store, clock });
      const dying = await openPlatformRig({ store, clock, through: dyingAfter(writes) });
      const candidate = signedCommand(dying.unsigned(wish));
      void dying.platform.take("city", candidate);
      await settle();
      const next = await openPlatformRig({ store, clock });
      await settle();
      await next.platform.take("city", candidate);
      await settle();
      const results = next.told().filter((line) => !line.startsWith("duplicate"));
      expect(results).toHaveLength(1);
      expect(dying.sent.length + next.sent.length).toBeLessThanOrEqual(1);
      outcomes.push(results[0] ?? "");
    }
    if (wish.action === "unlock") expect(outcomes).toContain("unknown c1");
    else expect(outcomes.join()).not.toContain("unknown c1,unknown c1,unknown c1");
  });

  it("while the device works at it reports unknown, and does not ask the device again", async () => {
    const rig = await openPlatformRig({ obey: never });
    const candidate = signedCommand(rig.unsigned());
    void rig.platform.take("city", candidate);
    await settle();
    expect(rig.sent).toHaveLength(1);
    const next = await openPlatformRig({ store: rig.store, clock: rig.clock });
    await settle();
    expect(await next.platform.take("city", candidate)).toMatchObject({ outcome: "duplicate" });
    expect(next.sent).toEqual([]);
    expect(next.told()).toEqual(["unknown c1", "duplicate duplicate c1"]);
  });
});
