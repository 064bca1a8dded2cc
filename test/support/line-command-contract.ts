/** What a driver of asked devices promises about commands, as tests in real time against a simulated device that can be switched. */
import { type DeviceCommand, LinkError, RejectedError, systemClock } from "@gatehouse/protocol";
import type { Accept, Driver } from "gatehouse";
import { afterEach, expect, test } from "vitest";

/** A driver that does not run yet, and the device at the other end of its line. */
export interface CommandedRig {
  readonly driver: Driver;
  readonly device: string;
  /** Something happens at the device that makes a reading, different each time. */
  happen(): void;
  /** Whether the accepted item tells what happened last. */
  tells(item: unknown): boolean;
  /** A command the device can carry out. */
  readonly command: Pick<DeviceCommand, "action" | "args">;
  /** How often it has. */
  obeyed(): number;
  /** The device says no to everything. */
  refuse(): void;
  /** The device says nothing any more. */
  silence(): void;
  close(): Promise<void>;
}

export type OpenCommandedDriver = (accept: Accept) => Promise<CommandedRig>;

const PATIENCE_MS = 8_000;

async function until(what: string, condition: () => boolean): Promise<void> {
  const endMs = systemClock.monoMs() + PATIENCE_MS;
  while (!condition()) {
    if (systemClock.monoMs() > endMs) throw new RangeError(`not within ${PATIENCE_MS} ms: ${what}`);
    await systemClock.sleep(10);
  }
}

export function lineCommandContract(name: string, open: OpenCommandedDriver): void {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  /** `refuseFirst` turns away so many batches, as a gateway that stops does. */
  async function start({ refuseFirst = 0 } = {}) {
    const accepted: unknown[] = [];
    let offered = 0;
    const rig = await open(async (items) => {
      offered += 1;
      if (offered <= refuseFirst) throw new LinkError("closed", "the gateway stops");
      accepted.push(...items);
      return [];
    });
    const stop = new AbortController();
    const ended = rig.driver.run(stop.signal);
    ended.catch(() => {});
    ends.push(async () => {
      stop.abort();
      await ended.catch(() => {});
      await rig.close();
    });
    const told = () => accepted.some((item) => rig.tells(item));
    return { rig, stop, ended, accepted, told };
  }

  async function running(options = {}) {
    const started = await start(options);
    started.rig.happen();
    await until("the first reading", started.told);
    return started;
  }

  const wish = (rig: CommandedRig, aheadMs = 5_000): DeviceCommand => ({
    id: "cmd-1",
    ...rig.command,
    notAfter: new Date(systemClock.nowMs() + aheadMs).toISOString(),
  });
  const signal = new AbortController().signal;

  test(`${name}: what the gateway could not accept is told again`, async () => {
    const { accepted } = await running({ refuseFirst: 2 });
    expect(accepted.length).toBeGreaterThan(0);
  });

  test(`${name}: a command reaches the device once, and its answer comes back`, async () => {
    const { rig } = await running();
    expect(await rig.driver.command(rig.device, wish(rig), signal)).toEqual({ id: "cmd-1", ok: true });
    expect(rig.obeyed()).toBe(1);
  });

  test(`${name}: a device that says no is an answer, not a failure`, async () => {
    const { rig } = await running();
    rig.refuse();
    const answer = await rig.driver.command(rig.device, wish(rig), signal);
    expect(answer).toMatchObject({ id: "cmd-1", ok: false, error: expect.any(String) });
  });

  test(`${name}: a command without an answer fails at its deadline or before`, async () => {
    const { rig } = await running();
    rig.silence();
    const fromMs = systemClock.monoMs();
    await expect(rig.driver.command(rig.device, wish(rig, 600), signal)).rejects.toMatchObject({
      name: "LinkError",
      code: "timeout",
    });
    expect(systemClock.monoMs() - fromMs).toBeLessThan(1_000);
  });

  test(`${name}: an expired command is not sent, one for a stranger is refused, one given up ends at once`, async () => {
    const { rig } = await running();
    await expect(rig.driver.command(rig.device, wish(rig, -1), signal)).rejects.toMatchObject({ code: "timeout" });
    await expect(rig.driver.command("nobody", wish(rig), signal)).rejects.toBeInstanceOf(RejectedError);
    expect(rig.obeyed()).toBe(0);
    rig.silence();
    const givenUp = new AbortController();
    const asked = rig.driver.command(rig.device, wish(rig), givenUp.signal);
    givenUp.abort();
    await expect(asked).rejects.toMatchObject({ name: "LinkError", code: "closed" });
  });

  test(`${name}: commands under way fail when the driver ends, and behind it there are none`, async () => {
    const { rig, stop } = await running();
    rig.silence();
    const asked = rig.driver.command(rig.device, wish(rig), signal);
    stop.abort();
    // Refused: it was never sent. Closed: it may have been.
    const ends = expect.stringMatching(/^(closed|refused)$/);
    await expect(asked).rejects.toMatchObject({ name: "LinkError", code: ends });
    await expect(rig.driver.command(rig.device, wish(rig), signal)).rejects.toMatchObject({ code: "refused" });
  });
}
