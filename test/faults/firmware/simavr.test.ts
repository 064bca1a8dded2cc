/** The images of both chips in simavr: what the modules do on this machine they do on the chip, and restarts between any two instructions. */
import { Random } from "@gatehouse/protocol/testing";
import { afterAll, describe, expect, test } from "vitest";
import { DoorNodeHost, PINS } from "../../support/door-node-host.ts";
import { makeFirmware } from "../../support/firmware-build.ts";

const built = makeFirmware("simavr");
afterAll(() => built.remove());

const passIn = [
  `pin ${PINS.beamA} 1`,
  "run 40",
  `pin ${PINS.beamB} 1`,
  "run 120",
  `pin ${PINS.beamA} 0`,
  "run 40",
  `pin ${PINS.beamB} 0`,
  "run 450",
];
const passOut = passIn.map((line) => line.replace(/pin [23]/, (pin) => (pin === "pin 2" ? "pin 3" : "pin 2")));

describe.each(["atmega328p", "atmega2560"] as const)("%s", (chip) => {
  const withNode = async (work: (node: DoorNodeHost) => Promise<void>) => {
    const node = new DoorNodeHost(built.folder, chip);
    await node.settle();
    await work(node);
    await node.stop();
  };

  test("counts, moves a lock, and is well", async () => {
    await withNode(async (node) => {
      await node.frames(...passIn, ...passIn, ...passOut);
      const greeted = await node.answer({ kind: "hello", protocol: 1 }, "hello");
      expect(greeted).toMatchObject({ chip: chip === "atmega328p" ? 1 : 2, boot: 1, journal: 1, lost: 0, cause: 1 });
      expect(await node.answer({ kind: "counts-query" }, "counts")).toMatchObject({ in: 2, out: 1 });
      const notAfterMs = greeted.timeMs + 30_000;
      const lock = { kind: "lock", boot: 1, command: 1, lock: 0, action: 1, pulseMs: 500, notAfterMs } as const;
      expect(await node.answer(lock, "lock-result")).toMatchObject({ status: 0, released: 1 });
      expect(await node.lockReleased()).toBe(true);
      await node.frames("run 500");
      expect(await node.lockReleased()).toBe(false);
      // Everything at once: what the stack and the loop cost at worst.
      await node.frames("rx f06bf7f069f7", "run 300", ...passIn);
      expect((await node.drain()).filter(({ event }) => event === 2 || event === 3)).toHaveLength(4);
      const health = await node.answer({ kind: "self-test" }, "self-test-result");
      console.info(chip, `stack ${health.stackBytes} bytes free at least, loop ${health.loopUs} us at most`);
      expect(health).toMatchObject({ problems: 0, overruns: 0 });
      expect(health.stackBytes).toBeGreaterThanOrEqual(128);
      expect(health.loopUs).toBeLessThanOrEqual(3000);
    });
  });

  test("a loop that hangs with a lock released is bitten by the watchdog, and nothing is lost", async () => {
    await withNode(async (node) => {
      await node.frames(...passIn);
      const { timeMs } = await node.answer({ kind: "hello", protocol: 1 }, "hello");
      const pulseMs = 20_000;
      const lock = {
        kind: "lock",
        boot: 1,
        command: 1,
        lock: 0,
        action: 1,
        pulseMs,
        notAfterMs: timeMs + 9000,
      } as const;
      await node.answer(lock, "lock-result");
      expect(await node.lockReleased()).toBe(true);
      await node.ask("hang");
      expect(await node.lockReleased()).toBe(false);
      const after = await node.answer({ kind: "hello", protocol: 1 }, "hello");
      expect(after).toMatchObject({ journal: 1, cause: 8, oldest: 1, lost: 0 });
      expect(await node.answer({ kind: "counts-query" }, "counts")).toMatchObject({ in: 1 });
      expect((await node.answer({ kind: "self-test" }, "self-test-result")).problems).toBe(16);
    });
  });

  test("a reset between any two instructions leaves journal, numbers and totals whole", async () => {
    await withNode(async (node) => {
      const random = new Random(`firmware/simavr/${chip}`);
      let next = (await node.drain()).length + 1;
      let counted = 0;
      for (let round = 0; round < 20; round++) {
        // The door bounces between open and closed just when the reset comes.
        await node.ask(
          `pin ${PINS.contact} ${round % 2}`,
          "run 29",
          `cycles ${random.int(0, 60_000)}`,
          "reset 2",
          "run 150",
        );
        const greeted = await node.answer({ kind: "hello", protocol: 1 }, "hello");
        expect(greeted).toMatchObject({ boot: round + 2, journal: 1, lost: 0 });
        expect(greeted.next).toBeGreaterThan(next);
        const events = await node.drain();
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => greeted.oldest + at));
        expect(events.filter(({ event }) => event === 1)).toHaveLength(1);
        next = greeted.next;
        await node.frames(...passIn);
        counted++;
        expect((await node.answer({ kind: "counts-query" }, "counts")).in).toBe(counted);
      }
    });
  });

  test("a power cut between any two instructions leaves no lock released and no boot number twice", async () => {
    await withNode(async (node) => {
      const random = new Random(`firmware/simavr/power/${chip}`);
      const boots = new Set<number>();
      for (let round = 0; round < 10; round++) {
        const { boot, timeMs } = await node.answer({ kind: "hello", protocol: 1 }, "hello");
        expect(boots.has(boot)).toBe(false);
        boots.add(boot);
        const notAfterMs = timeMs + 9000;
        const lock = { kind: "lock", boot, command: 1, lock: 0, action: 1, pulseMs: 9000, notAfterMs } as const;
        expect((await node.answer(lock, "lock-result")).released).toBe(1);
        await node.frames(
          `cycles ${random.int(0, 60_000)}`,
          "power 4",
          `cycles ${random.int(0, 2_000_000)}`,
          "power 1",
          "run 1",
        );
        expect(await node.lockReleased()).toBe(false);
        await node.frames("run 300");
      }
    });
  });
});
