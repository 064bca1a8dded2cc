import { ConfigError } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { Pairing } from "./pairing.ts";

describe("the pairing window", () => {
  let clock: FakeClock;
  let pairing: Pairing;
  beforeEach(() => {
    clock = new FakeClock();
    pairing = new Pairing(clock);
  });

  const knock = (user: string, password = "secret", address = "10.0.0.5") =>
    pairing.knocked({ user, password: Buffer.from(password), address });
  const users = () => pairing.now.seen.map(({ user, tries }) => [user, tries]);

  it("remembers who knocks while it is open, and nobody before or after", async () => {
    knock("early");
    pairing.set(5);
    knock("new-1");
    knock("new-1");
    await clock.advance(5 * 60_000);
    knock("late");
    expect(pairing.now).toMatchObject({ open: false, until: null, leftSeconds: 0 });
    expect(users()).toEqual([["new-1", 2]]);
    expect(pairing.password("new-1")).toBe("secret");
  });

  it("says how long it is open still, however the clock is set", async () => {
    expect(pairing.now.leftSeconds).toBe(0);
    pairing.set(15);
    await clock.advance(60_500);
    clock.step(-3_600_000);
    expect(pairing.now).toMatchObject({ open: true, leftSeconds: 840 });
    pairing.set(0);
    expect(pairing.now).toMatchObject({ open: false, leftSeconds: 0 });
  });

  it("forgets passwords some time after it closed, and when it is opened anew", async () => {
    pairing.set(1);
    knock("new-1");
    await clock.advance(31 * 60_000);
    expect(users()).toEqual([]);
    pairing.set(1);
    knock("new-2");
    pairing.set(0);
    pairing.set(1);
    expect(users()).toEqual([]);
    expect(() => pairing.password("new-2")).toThrow(ConfigError);
  });

  it("trusts no device that came in two ways", () => {
    pairing.set(5);
    knock("new-1", "secret");
    knock("new-1", "other");
    knock("new-2", "secret", "10.0.0.5");
    knock("new-2", "secret", "10.0.0.66");
    for (const user of ["new-1", "new-2"]) expect(() => pairing.password(user)).toThrow(/pretend/);
  });

  it("takes no names that could be no device, no passwords that cannot be kept, and not more than it can hold", () => {
    pairing.set(5);
    for (const name of ["", "../x", "state", "a/b", "x".repeat(65)]) knock(name);
    expect(users()).toEqual([]);
    pairing.knocked({ user: "none", password: undefined, address: "x" });
    knock("long", "x".repeat(300));
    knock("lines", "a\nb");
    pairing.knocked({ user: "bytes", password: Buffer.from([0xff, 0xfe]), address: "x" });
    for (const user of ["none", "long", "lines", "bytes"]) expect(() => pairing.password(user)).toThrow(ConfigError);
    for (let n = 0; n < 1_000; n++) knock(`d-${n}`);
    expect(users()).toHaveLength(500);
  });

  it("hears other places though one knocks with more names than it can hold", () => {
    pairing.set(5);
    for (let n = 0; n < 1_000; n++) knock(`flood-${n}`, "x", "10.0.0.66");
    for (let n = 0; n < 40; n++) knock(`door-${n}`);
    knock("late-one", "x", "10.0.0.66");
    const from = (start: string) => users().filter(([user]) => String(user).startsWith(start)).length;
    expect([from("door-"), from("flood-"), from("late-")]).toEqual([40, 460, 0]);
    expect(pairing.password("door-39")).toBe("secret");
  });
});
