/** What every Driver promises, as tests, run against a real peer that the driver's harness brings along. */
import { type DeviceCommand, InvariantError, LinkError, parseReading, RejectedError } from "@gatehouse/protocol";
import { type FakeClock, settle } from "@gatehouse/protocol/testing";
import { type Accept, type Driver, Pseudonymized, type Rejection, Unreadable } from "gatehouse";
import { afterEach, expect, test } from "vitest";

/** Bytes a device should never send. */
export interface BadInput {
  readonly name: string;
  /** Resolves when the driver has dealt with them: the device was answered, or lost its connection. */
  send(): Promise<void>;
  /** The reason that must be recorded; undefined where the bytes never reach the point of being read. */
  readonly recorded?: RegExp;
  /** Resolves with the reason the device was told. */
  told?(): Promise<string>;
  /** Health codes the operator must see. */
  readonly codes?: readonly string[];
}

/** A driver that does not run yet, and the other end of its link. */
export interface DriverRig {
  readonly driver: Driver;
  readonly clock: FakeClock;
  /** A device of the driver's. */
  readonly device: string;
  /** Called once the driver runs: resolves when the device is at the other end. */
  join(): Promise<void>;
  /** Sends one good reading under that `seq`. */
  send(seq: number): void;
  /** Resolves with the `seq` of the next reading the device was acknowledged; rejects with LinkError when its link ends first. */
  acknowledged(): Promise<number>;
  /** Makes a round trip over the link without a reading, behind all that was sent: true when no acknowledgement was on its way. */
  isQuiet(): Promise<boolean>;
  readonly badInputs: readonly BadInput[];
  /** Resolves with the next command that reached the device, which answers it with `ok`. */
  obey(ok: boolean): Promise<Partial<DeviceCommand>>;
  /** Ends the link from outside; undefined for a driver that has none of its own. */
  readonly breakLink: (() => void) | undefined;
  codes(): readonly string[];
  close(): Promise<void>;
}

export type OpenDriver = (accept: Accept) => Promise<DriverRig>;

/** What devices of a protocol can. */
export interface DriverTraits {
  /** They number their readings, and are told when those are accepted. Else they speak once, and what is lost before is lost. */
  readonly acknowledged: boolean;
  /** They take commands and answer them. */
  readonly commands: boolean;
}

export interface DriverPeer {
  readonly open: OpenDriver;
  readonly traits: DriverTraits;
}

/** Stands where the core stands: parses, and holds its answers while it is told to. */
class Intake {
  readonly stored: unknown[] = [];
  readonly recorded: string[] = [];
  #gate: PromiseWithResolvers<void> | undefined;
  #offered = 0;
  #changed: () => void = () => {};

  readonly accept: Accept = async (items) => {
    // That a device is there at all is no reading of the test's.
    if (items.every(isPresenceOfDevice)) return [];
    this.#offered += 1;
    this.#changed();
    await this.#gate?.promise;
    const rejections: Rejection[] = [];
    for (const [index, item] of items.entries()) {
      const plain = item instanceof Pseudonymized ? item.item : item;
      const parsed = plain instanceof Unreadable ? { ok: false as const, reason: plain.reason } : parseReading(plain);
      if (parsed.ok) this.stored.push(parsed.reading);
      else rejections.push({ index, reason: parsed.reason });
    }
    this.recorded.push(...rejections.map(({ reason }) => reason));
    return rejections;
  };

  hold(): PromiseWithResolvers<void> {
    this.#gate = Promise.withResolvers();
    return this.#gate;
  }

  get calls(): number {
    return this.#offered;
  }

  async offered(times: number): Promise<void> {
    while (this.#offered < times) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }
}

function isPresenceOfDevice(item: unknown): boolean {
  const kind: unknown = item !== null && typeof item === "object" && "kind" in item ? item.kind : undefined;
  return kind === "device.online" || kind === "device.offline";
}

export function driverContract(name: string, { open, traits }: DriverPeer): void {
  const none = () => {};
  const acknowledgedTest = traits.acknowledged ? test : none;
  const commandTest = traits.commands ? test : none;
  const deafTest = traits.commands ? none : test;
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  async function start() {
    const intake = new Intake();
    const rig = await open(intake.accept);
    const stop = new AbortController();
    const ended = rig.driver.run(stop.signal);
    ended.catch(() => {});
    ends.push(async () => {
      stop.abort();
      await ended.catch(() => {});
      await rig.close();
    });
    await rig.join();
    return { intake, rig, stop, ended };
  }

  /** Sends a reading and waits until it went through. */
  async function take(intake: Intake, rig: DriverRig, seq: number, what: string): Promise<void> {
    const calls = intake.calls;
    rig.send(seq);
    if (traits.acknowledged) expect(await rig.acknowledged(), what).toBe(seq);
    else {
      await intake.offered(calls + 1);
      await rig.isQuiet();
    }
  }

  const command = ({ clock }: DriverRig, aheadMs = 30_000): DeviceCommand => ({
    id: "cmd-1",
    action: "unlock",
    args: { seconds: 5 },
    notAfter: new Date(clock.nowMs() + aheadMs).toISOString(),
  });
  const signal = new AbortController().signal;

  test(`${name}: run() ends when its signal aborts, and takes nothing more`, async () => {
    const { intake, rig, stop, ended } = await start();
    stop.abort();
    await expect(ended).resolves.toBeUndefined();
    rig.send(1);
    await settle();
    expect(intake.stored).toEqual([]);
  });

  test(`${name}: an instance runs once`, async () => {
    const { rig, stop, ended } = await start();
    stop.abort();
    await ended;
    await expect(rig.driver.run(signal)).rejects.toBeInstanceOf(InvariantError);
  });

  test(`${name}: a lost link ends run() with a LinkError`, async () => {
    const { rig, stop, ended } = await start();
    if (rig.breakLink === undefined) {
      stop.abort();
      await expect(ended).resolves.toBeUndefined();
    } else {
      rig.breakLink();
      await expect(ended).rejects.toBeInstanceOf(LinkError);
    }
  });

  test(`${name}: a reading comes whole, under its device`, async () => {
    const { intake, rig } = await start();
    await take(intake, rig, 7, "a good reading");
    expect(intake.stored[0]).toMatchObject({ device: rig.device, ...(traits.acknowledged ? { seq: 7 } : {}) });
  });

  acknowledgedTest(`${name}: a device is acknowledged when its reading is accepted, and not before`, async () => {
    const { intake, rig } = await start();
    const gate = intake.hold();
    rig.send(1);
    await intake.offered(1);
    expect(await rig.isQuiet()).toBe(true);
    expect(intake.stored).toEqual([]);
    gate.resolve();
    expect(await rig.acknowledged()).toBe(1);
    expect(intake.stored).toHaveLength(1);
  });

  acknowledgedTest(`${name}: acknowledgements come in the order of the readings`, async () => {
    const { intake, rig } = await start();
    const gate = intake.hold();
    for (const seq of [1, 2, 3, 4, 5]) rig.send(seq);
    await intake.offered(1);
    gate.resolve();
    const order: number[] = [];
    while (order.length < 5) order.push(await rig.acknowledged());
    expect(order).toEqual([1, 2, 3, 4, 5]);
    expect(intake.stored.map((reading) => (reading as { seq: number }).seq)).toEqual([1, 2, 3, 4, 5]);
  });

  acknowledgedTest(`${name}: what the gateway could not accept is never acknowledged`, async () => {
    const { intake, rig } = await start();
    const gate = intake.hold();
    rig.send(1);
    await intake.offered(1);
    gate.reject(new LinkError("closed", "the gateway stops"));
    await expect(rig.acknowledged()).rejects.toBeInstanceOf(LinkError);
  });

  test(`${name}: bad input is recorded and told, and stops nothing else`, async () => {
    const { intake, rig } = await start();
    expect(rig.badInputs.length).toBeGreaterThan(0);
    for (const [index, bad] of rig.badInputs.entries()) {
      const before = intake.recorded.length;
      const stored = intake.stored.length;
      await bad.send();
      const fresh = intake.recorded.slice(before);
      if (bad.recorded === undefined) expect(fresh, bad.name).toEqual([]);
      else expect(fresh.join("\n"), bad.name).toMatch(bad.recorded);
      if (bad.told !== undefined) expect(await bad.told(), bad.name).toMatch(bad.recorded ?? /./);
      if (bad.codes !== undefined) expect(rig.codes(), bad.name).toEqual(expect.arrayContaining([...bad.codes]));
      expect(intake.stored.length, bad.name).toBe(stored);
      await take(intake, rig, 1_000 + index, `a good reading after: ${bad.name}`);
    }
  });

  commandTest(`${name}: a command reaches the device, and its answer comes back`, async () => {
    const { rig } = await start();
    const wish = command(rig);
    const [answer, got] = await Promise.all([rig.driver.command(rig.device, wish, signal), rig.obey(true)]);
    expect(answer).toEqual({ id: "cmd-1", ok: true });
    // A device that speaks bytes knows the wish, not its id.
    expect(wish).toMatchObject(got);
  });

  commandTest(`${name}: a device that says no is an answer, not a failure`, async () => {
    const { rig } = await start();
    const [answer] = await Promise.all([rig.driver.command(rig.device, command(rig), signal), rig.obey(false)]);
    expect(answer).toMatchObject({ id: "cmd-1", ok: false, error: expect.any(String) });
  });

  commandTest(`${name}: a command without an answer fails at its deadline, by real time`, async () => {
    const { rig } = await start();
    const asked = rig.driver.command(rig.device, command(rig, 10_000), signal);
    const outcome = asked.catch((error: unknown) => error);
    rig.clock.step(-3_600_000);
    await rig.clock.advance(9_999);
    expect(await Promise.race([outcome, settle().then(() => "waiting")])).toBe("waiting");
    await rig.clock.advance(1);
    expect(await outcome).toMatchObject({ name: "LinkError", code: "timeout" });
  });

  commandTest(
    `${name}: an expired command is not sent, one for a stranger is refused, one given up ends at once`,
    async () => {
      const { rig } = await start();
      const expired = rig.driver.command(rig.device, command(rig, -1), signal);
      await expect(expired).rejects.toMatchObject({ name: "LinkError", code: "timeout" });
      await expect(rig.driver.command("nobody", command(rig), signal)).rejects.toBeInstanceOf(RejectedError);
      const givenUp = new AbortController();
      const asked = rig.driver.command(rig.device, command(rig), givenUp.signal);
      givenUp.abort();
      await expect(asked).rejects.toMatchObject({ name: "LinkError", code: "closed" });
    },
  );

  commandTest(`${name}: commands under way fail when the driver ends`, async () => {
    const { rig, stop } = await start();
    const asked = rig.driver.command(rig.device, command(rig), signal);
    stop.abort();
    await expect(asked).rejects.toMatchObject({ name: "LinkError", code: "closed" });
  });

  deafTest(`${name}: a device that takes no commands refuses every one`, async () => {
    const { rig } = await start();
    await expect(rig.driver.command(rig.device, command(rig), signal)).rejects.toBeInstanceOf(RejectedError);
  });
}
