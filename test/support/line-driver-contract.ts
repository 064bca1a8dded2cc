/** What every driver of devices that are asked in turn promises, as tests, against simulated devices on a line. */
import { type DeviceCommand, InvariantError, LinkError, parseReading, RejectedError } from "@gatehouse/protocol";
import type { FakeClock } from "@gatehouse/protocol/testing";
import { type Accept, type Driver, type Rejection, Unreadable } from "gatehouse";
import { afterEach, expect, test } from "vitest";

/** A driver that runs already, and what stands at the far end of its line. */
export interface LineDriverRig {
  readonly driver: Driver;
  readonly clock: FakeClock;
  /** A device of the driver's. */
  readonly device: string;
  /** Resolves, or throws, as the driver's run(). */
  readonly ended: Promise<void>;
  readonly stop: AbortController;
  /** In this time every device had its turn. */
  readonly turnMs: number;
  /** The device has something new to tell, different for every `n`. */
  happen(n: number): void;
  /** Whether a reading tells it. */
  tells(reading: object, n: number): boolean;
  /** The device answers in a good frame that holds nonsense; the reason that must be recorded. */
  readonly spoil: { begin(): void; end(): void; readonly recorded: RegExp };
  /** How often the device was asked. */
  asked(): number;
  breakLink(): void;
  close(): Promise<void>;
}

export type OpenLineDriver = (accept: Accept) => Promise<LineDriverRig>;

class Intake {
  readonly stored: object[] = [];
  readonly recorded: string[] = [];
  gate: PromiseWithResolvers<void> | undefined;

  readonly accept: Accept = async (items) => {
    await this.gate?.promise;
    return items.flatMap((item, index): Rejection[] => {
      const parsed = item instanceof Unreadable ? { ok: false as const, reason: item.reason } : parseReading(item);
      if (parsed.ok) this.stored.push(parsed.reading);
      else this.recorded.push(parsed.reason);
      return parsed.ok ? [] : [{ index, reason: parsed.reason }];
    });
  };
}

export function lineDriverContract(name: string, open: OpenLineDriver): void {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  async function start() {
    const intake = new Intake();
    const rig = await open(intake.accept);
    ends.push(async () => {
      intake.gate?.resolve();
      rig.stop.abort();
      await rig.ended.catch(() => {});
      await rig.close();
    });
    const told = (n: number) => intake.stored.filter((reading) => rig.tells(reading, n));
    return { intake, rig, told };
  }

  test(`${name}: a reading comes whole, under its device`, async () => {
    const { rig, told } = await start();
    rig.happen(1);
    await rig.clock.advance(rig.turnMs);
    expect(told(1)[0]).toMatchObject({ device: rig.device });
    rig.happen(2);
    await rig.clock.advance(rig.turnMs);
    expect(told(2)[0]).toMatchObject({ device: rig.device });
  });

  test(`${name}: nobody is asked further while readings are not on disk yet`, async () => {
    const { intake, rig, told } = await start();
    rig.happen(1);
    intake.gate = Promise.withResolvers();
    await rig.clock.advance(rig.turnMs);
    const asked = rig.asked();
    expect(asked).toBeGreaterThan(0);
    await rig.clock.advance(3 * rig.turnMs);
    expect(rig.asked()).toBe(asked);
    expect(told(1)).toEqual([]);
    intake.gate.resolve();
    intake.gate = undefined;
    await rig.clock.advance(rig.turnMs);
    expect(told(1).length).toBeGreaterThan(0);
    expect(rig.asked()).toBeGreaterThan(asked);
  });

  test(`${name}: nonsense in a good frame is recorded with its reason, and the next good reading comes`, async () => {
    const { intake, rig, told } = await start();
    rig.happen(1);
    await rig.clock.advance(rig.turnMs);
    rig.spoil.begin();
    rig.happen(2);
    await rig.clock.advance(rig.turnMs);
    expect(intake.recorded.join("\n")).toMatch(rig.spoil.recorded);
    expect(told(2)).toEqual([]);
    rig.spoil.end();
    rig.happen(3);
    await rig.clock.advance(rig.turnMs);
    expect(told(3)[0]).toMatchObject({ device: rig.device });
  });

  test(`${name}: run() ends when its signal aborts, and asks nobody any more`, async () => {
    const { intake, rig } = await start();
    await rig.clock.advance(rig.turnMs);
    rig.stop.abort();
    await expect(rig.ended).resolves.toBeUndefined();
    const [asked, stored] = [rig.asked(), intake.stored.length];
    rig.happen(1);
    await rig.clock.advance(3 * rig.turnMs);
    expect([rig.asked(), intake.stored.length]).toEqual([asked, stored]);
    await expect(rig.driver.run(new AbortController().signal)).rejects.toBeInstanceOf(InvariantError);
  });

  test(`${name}: a lost line ends run() with a LinkError`, async () => {
    const { rig } = await start();
    await rig.clock.advance(rig.turnMs / 2);
    rig.breakLink();
    await rig.clock.advance(rig.turnMs);
    await expect(rig.ended).rejects.toBeInstanceOf(LinkError);
  });

  test(`${name}: a command that the device cannot do, or for a stranger, is refused and reaches no line`, async () => {
    const { rig } = await start();
    await rig.clock.advance(rig.turnMs / 2);
    const asked = rig.asked();
    const notAfter = new Date(rig.clock.nowMs() + 30_000).toISOString();
    const wish: DeviceCommand = { id: "cmd-1", action: "configure", args: {}, notAfter };
    const { signal } = new AbortController();
    await expect(rig.driver.command("nobody", wish, signal)).rejects.toBeInstanceOf(RejectedError);
    await expect(rig.driver.command(rig.device, wish, signal)).rejects.toBeInstanceOf(RejectedError);
    expect(rig.asked()).toBe(asked);
  });
}
