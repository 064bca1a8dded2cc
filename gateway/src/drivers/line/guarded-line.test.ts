import { LinkError } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { describe, expect, it } from "vitest";
import type { LineEvent } from "../../core/ports.ts";
import { linePair } from "../../testing/line-pair.ts";

describe("a line", () => {
  it("hands early bytes over, shows everything to the tap, and is closed once", async () => {
    const clock = new FakeClock();
    const seen: LineEvent[] = [];
    const { line, far } = await linePair(clock, { tap: (event) => seen.push(event) });
    far.say(Uint8Array.of(1));
    const heard: number[] = [];
    line.onBytes((bytes) => heard.push(...bytes));
    far.say(Uint8Array.of(2, 3));
    await line.write(Uint8Array.of(9));
    expect(heard).toEqual([1, 2, 3]);
    expect(seen.map(({ direction, bytes }) => [direction, ...bytes])).toEqual([
      ["rx", 1],
      ["rx", 2, 3],
      ["tx", 9],
    ]);
    await Promise.all([line.close(), line.close()]);
    await line.close();
    expect(far.closed).toBe(1);
    expect(await line.lost).toMatchObject({ code: "closed" });
    far.say(Uint8Array.of(4));
    expect(heard).toEqual([1, 2, 3]);
    await expect(line.write(Uint8Array.of(1))).rejects.toThrow(LinkError);
    expect(clock.waiting).toBe(0);
  });

  it("is lost when its writes do not go through in time", async () => {
    const clock = new FakeClock();
    const { line, far } = await linePair(clock);
    far.deaf = true;
    const outcome = line.write(Uint8Array.of(1)).catch((error: unknown) => error);
    const behind = line.write(Uint8Array.of(2)).catch((error: unknown) => error);
    await clock.advance(999);
    expect(far.closed).toBe(0);
    await clock.advance(10);
    expect(await outcome).toMatchObject({ code: "timeout" });
    expect(await behind).toMatchObject({ code: "timeout" });
    expect(await line.lost).toMatchObject({ code: "timeout", retryWithinMs: 1_000 });
    expect(far.closed).toBe(1);
  });

  it("tells a loss to whoever writes, once, with how soon to look again", async () => {
    const { line, far } = await linePair(new FakeClock());
    far.deaf = true;
    const outcome = line.write(Uint8Array.of(1)).catch((error: unknown) => error);
    await settle();
    far.unplug();
    far.unplug();
    expect(await outcome).toMatchObject({ code: "closed", retryWithinMs: 1_000 });
    expect(await line.lost).toMatchObject({ message: "the pair was cut" });
    expect(far.closed).toBe(1);
  });

  it("does not read a flood faster than four times its rate", async () => {
    const clock = new FakeClock();
    const { line, far } = await linePair(clock, { link: "tcp:10.0.0.9:4001?baud=115200" });
    let heard = 0;
    line.onBytes((bytes) => {
      heard += bytes.length;
    });
    const chunk = new Uint8Array(1_000);
    for (let ms = 0; ms < 10_000; ms += 5) {
      if (!far.paused) far.say(chunk);
      await clock.advance(5);
    }
    expect(heard / 10).toBeLessThan(4 * 11_520 * 1.2);
    expect(heard / 10).toBeGreaterThan(2 * 11_520);
  });
});
