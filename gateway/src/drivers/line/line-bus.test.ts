import { type Framing, fromHex, LinkError, type Piece, RejectedError, sum8 } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { describe, expect, it } from "vitest";
import { HealthBoard } from "../../core/health.ts";
import { type FarEnd, linePair } from "../../testing/line-pair.ts";
import { MemoryLog } from "../../testing/log.ts";
import type { Ask, LineBusOptions, Member, Question } from "./bus.ts";
import { LineBus } from "./line-bus.ts";

/** `7E address count data… sum`; answers carry the address with its top bit set. */
const framing: Framing = {
  maxBytes: 36,
  look: (bytes) => {
    const [start, , count] = bytes;
    if (start !== 0x7e) return { skip: 1, reason: "garbage" };
    if (count === undefined) return { need: 4 };
    if (count > 32) return { skip: 1, reason: "length" };
    const length = count + 4;
    if (bytes.length < length) return { need: length };
    return sum8(bytes.subarray(0, length - 1)) === bytes[length - 1]
      ? { frame: length }
      : { skip: 1, reason: "checksum" };
  },
};

function frame(address: number, ...data: readonly number[]): Uint8Array {
  const body = Uint8Array.of(0x7e, address, data.length, ...data);
  return Uint8Array.of(...body, sum8(body));
}

const question = (address: number, data = 1, more: Partial<Question<number>> = {}): Question<number> => ({
  request: frame(address, data),
  replyMs: 100,
  hear: (piece: Piece) =>
    piece.kind === "frame" && piece.bytes[1] === (address | 0x80) ? (piece.bytes[3] as number) : undefined,
  ...more,
});

interface Device {
  readonly afterMs?: number;
  mute?: boolean;
  answer?(request: Uint8Array): Uint8Array;
}

const defaultAnswer = (request: Uint8Array) => frame((request[1] as number) | 0x80, 7);

async function setUp(devices: ReadonlyMap<number, Device>, options: Partial<LineBusOptions> = {}) {
  const clock = new FakeClock();
  const health = new HealthBoard(clock);
  const { line, far } = await linePair(clock, { link: "serial:/dev/pair?baud=9600" });
  const asked: { readonly address: number; readonly atMs: number; readonly data: number | undefined }[] = [];
  far.onBytes((request) => {
    const address = request[1] as number;
    asked.push({ address, atMs: clock.monoMs(), data: request[3] });
    const device = devices.get(address);
    if (device === undefined || device.mute) return;
    clock.after(device.afterMs ?? 20, () => far.say((device.answer ?? defaultAnswer)(request)));
  });
  const told: string[] = [];
  const bus = new LineBus({
    line,
    framing,
    clock,
    log: new MemoryLog(),
    health,
    driver: "bus-1",
    presence: async (device, online) => void told.push(`${device} ${online ? "online" : "offline"}`),
    ...options,
  });
  const stop = new AbortController();
  return { clock, health, line, far, bus, asked, told, stop };
}

const member = (address: number, more: Partial<Member> = {}): Member => ({
  device: `d${address}`,
  priority: 0,
  periodMs: 100,
  poll: async (ask: Ask) => void (await ask(question(address))),
  ...more,
});

const of = (asked: readonly { readonly address: number }[], address: number) =>
  asked.filter((each) => each.address === address).length;

describe("a bus", () => {
  it("asks one after the other, each in its period, and measures the round trip", async () => {
    const set = await setUp(new Map([1, 2].map((address) => [address, {}])));
    const end = set.bus.run([member(1), member(2, { periodMs: 500 })], set.stop.signal);
    await set.clock.advance(2_000);
    expect(of(set.asked, 1)).toBeGreaterThanOrEqual(18);
    expect(of(set.asked, 1)).toBeLessThanOrEqual(21);
    expect(of(set.asked, 2)).toBe(4);
    const times = set.asked.map(({ atMs }) => atMs);
    for (let i = 1; i < times.length; i++) expect((times[i] as number) - (times[i - 1] as number)).toBeGreaterThan(20);
    const [first] = set.bus.counters.members;
    expect(first?.roundTripMs).toBeCloseTo(20 - (5 * 10_000) / 9600, 1);
    expect(set.told).toEqual(["d1 online", "d2 online"]);
    set.stop.abort();
    await end;
    await set.clock.advance(20);
    expect(set.clock.waiting).toBe(0);
    expect(set.health.entries).toEqual([]);
  });

  it("gives locks the line first when there is no room for all, and still reads the meters", async () => {
    const set = await setUp(new Map([1, 2, 3, 9].map((address) => [address, { afterMs: 60 }])));
    const members = [1, 2, 3].map((address) => member(address, { periodMs: 50 }));
    const end = set.bus.run([...members, member(9, { priority: 2, periodMs: 1_000 })], set.stop.signal);
    await set.clock.advance(60_000);
    expect(of(set.asked, 1)).toBeGreaterThan(200);
    expect(of(set.asked, 9)).toBeGreaterThanOrEqual(10);
    expect(of(set.asked, 9)).toBeLessThan(60);
    set.stop.abort();
    await end;
  });

  it("asks a silent device more and more rarely while the others go on, and at once normally when it is back", async () => {
    const silent: Device = { mute: true };
    const set = await setUp(
      new Map([
        [1, {}],
        [2, silent],
      ]),
    );
    const end = set.bus.run([member(1), member(2)], set.stop.signal);
    await set.clock.advance(5_000);
    expect(set.told).toEqual(["d1 online", "d2 offline"]);
    await set.clock.advance(300_000);
    const before = of(set.asked, 2);
    await set.clock.advance(300_000);
    const perMinute = (of(set.asked, 2) - before) / 5;
    expect(perMinute).toBeGreaterThanOrEqual(2);
    expect(perMinute).toBeLessThan(3.5);
    expect(of(set.asked, 1)).toBeGreaterThan(5_500);
    silent.mute = false;
    await set.clock.advance(61_000);
    expect(set.told).toEqual(["d1 online", "d2 offline", "d2 online"]);
    const back = of(set.asked, 2);
    await set.clock.advance(1_000);
    expect(of(set.asked, 2) - back).toBeGreaterThanOrEqual(9);
    set.stop.abort();
    await end;
  });

  it("repeats a question after damage without waiting out the time, and counts it", async () => {
    let count = 0;
    const damaged: Device = {
      answer: (request) => {
        const answer = defaultAnswer(request);
        return count++ === 0 ? answer.with(3, 0x55) : answer;
      },
    };
    const set = await setUp(new Map([[1, damaged]]));
    const end = set.bus.run([member(1, { periodMs: 10_000 })], set.stop.signal);
    await set.clock.advance(90);
    expect(set.bus.counters.members).toMatchObject([{ asked: 2, answered: 1, damaged: 1, timeouts: 0 }]);
    set.stop.abort();
    await end;
  });

  it("finds the answer behind noise and in pieces", async () => {
    const set = await setUp(new Map());
    set.far.onBytes((request) => {
      const answer = Uint8Array.of(0xff, 0x00, 0x7e, ...defaultAnswer(request));
      set.clock.after(20, () => set.far.say(answer.subarray(0, 5)));
      set.clock.after(50, () => set.far.say(answer.subarray(5)));
    });
    const end = set.bus.run([member(1, { periodMs: 10_000 })], set.stop.signal);
    await set.clock.advance(200);
    expect(set.bus.counters.members).toMatchObject([{ asked: 1, answered: 1 }]);
    set.stop.abort();
    await end;
  });

  it("hears an answer to its end that began in time", async () => {
    const set = await setUp(new Map());
    set.far.onBytes((request) => {
      const answer = defaultAnswer(request);
      set.clock.after(95, () => set.far.say(answer.subarray(0, 2)));
      set.clock.after(125, () => set.far.say(answer.subarray(2)));
    });
    const end = set.bus.run([member(1, { periodMs: 10_000 })], set.stop.signal);
    await set.clock.advance(300);
    expect(set.bus.counters.members).toMatchObject([{ asked: 1, answered: 1, timeouts: 0 }]);
    set.stop.abort();
    await end;
  });

  it("lets a late answer pass before the next question, and takes it for nobody's", async () => {
    const set = await setUp(
      new Map([
        [1, { afterMs: 130 }],
        [2, {}],
      ]),
    );
    const single = member(1, {
      periodMs: 300,
      poll: async (ask) => void (await ask(question(1, 1, { retries: 0 }))),
    });
    const end = set.bus.run([single, member(2, { periodMs: 300 })], set.stop.signal);
    await set.clock.advance(5_000);
    const [late, other] = set.bus.counters.members;
    expect(late).toMatchObject({ answered: 0 });
    expect(other).toMatchObject({ timeouts: 0, damaged: 0 });
    expect(set.bus.counters.line.unexpected).toBe(late?.asked);
    set.stop.abort();
    await end;
  });

  it("does commands ahead of polls, in order, and lets polls through a flood of them", async () => {
    const set = await setUp(new Map([1, 2].map((address) => [address, {}])));
    const end = set.bus.run([member(1), member(2)], set.stop.signal);
    await set.clock.advance(500);
    const from = set.asked.length;
    const done = [11, 12, 13, 14, 15, 16, 17, 18].map((data) => set.bus.urgent("d1", (ask) => ask(question(1, data))));
    await set.clock.advance(500);
    expect(await Promise.all(done)).toEqual(new Array(8).fill(7));
    const order = set.asked.slice(from).map(({ data }) => data as number);
    expect(order.filter((data) => data > 10)).toEqual([11, 12, 13, 14, 15, 16, 17, 18]);
    expect(order.indexOf(11)).toBeLessThanOrEqual(1);
    expect(order.slice(0, order.indexOf(18)).filter((data) => data === 1).length).toBeGreaterThanOrEqual(1);
    set.stop.abort();
    await end;
  });

  it("lets others speak while a turn waits for the disk, gives it no second turn meanwhile, and waits for it at the end", async () => {
    const set = await setUp(new Map([1, 2].map((address) => [address, {}])));
    const disk = Promise.withResolvers<void>();
    let turns = 0;
    const patient = member(1, {
      poll: async (ask) => {
        turns += 1;
        await ask(question(1));
        await disk.promise;
        await ask(question(1, 2));
      },
    });
    const end = set.bus.run([patient, member(2)], set.stop.signal);
    await set.clock.advance(1_000);
    expect(turns).toBe(1);
    expect(set.asked.filter(({ address }) => address === 2).length).toBeGreaterThan(5);
    const usual = set.bus.urgent("d1", (ask) => ask(question(1, 8)));
    expect(await Promise.race([set.bus.urgent("d2", (ask) => ask(question(2, 9))), set.clock.advance(300)])).toBe(7);
    const beside = set.bus.urgent("d1", (ask) => ask(question(1, 10)), undefined, { first: true, beside: true });
    await set.clock.advance(300);
    expect(await beside).toBe(7);
    expect(set.asked.some(({ data }) => data === 8)).toBe(false);
    disk.resolve();
    await set.clock.advance(300);
    expect(await usual).toBe(7);
    expect(turns).toBeGreaterThan(1);
    set.stop.abort();
    await end;
  });

  it("takes those that go first in their order, ahead of the rest", async () => {
    const set = await setUp(new Map([[1, {}]]));
    const end = set.bus.run([member(1, { periodMs: 10_000 })], set.stop.signal);
    await set.clock.advance(200);
    const from = set.asked.length;
    const give = (data: number, first: boolean) =>
      set.bus.urgent("d1", (ask) => ask(question(1, data)), undefined, { first });
    const given = [give(11, false), give(12, false), give(13, true), give(14, true)];
    expect(set.bus.isPressed).toBe(true);
    await set.clock.advance(500);
    await Promise.all(given);
    expect(set.bus.isPressed).toBe(false);
    expect(set.asked.slice(from).map(({ data }) => data)).toEqual([13, 14, 11, 12]);
    set.stop.abort();
    await end;
  });

  it("is lost with what a turn throws that waited", async () => {
    const set = await setUp(new Map([[1, { mute: true }]]), {
      presence: () => set.clock.sleep(500).then(() => Promise.reject(new RangeError("presence"))),
    });
    const end = set.bus.run([member(1)], set.stop.signal);
    const failed = expect(end).rejects.toThrow("presence");
    await set.clock.advance(10_000);
    await failed;
  });

  it("sends nothing more of a command that expired", async () => {
    const set = await setUp(
      new Map([
        [1, { afterMs: 90 }],
        [2, { mute: true }],
      ]),
    );
    const end = set.bus.run([member(1)], set.stop.signal);
    await settle();
    const expiry = new AbortController();
    const waiting = set.bus.urgent("d2", (ask) => ask(question(2, 42)), expiry.signal).catch((error: unknown) => error);
    expiry.abort();
    expect(await waiting).toMatchObject({ name: "LinkError", code: "refused" });
    const second = new AbortController();
    const begun = set.bus.urgent("d2", (ask) => ask(question(2, 43)), second.signal).catch((error: unknown) => error);
    await set.clock.advance(120);
    second.abort();
    expect(await begun).toMatchObject({ name: "LinkError", code: "closed" });
    await set.clock.advance(2_000);
    expect(set.asked.filter(({ data }) => data === 42)).toHaveLength(0);
    expect(set.asked.filter(({ data }) => data === 43)).toHaveLength(1);
    set.stop.abort();
    await end;
  });

  it("passes a refusal on and keeps the device online", async () => {
    const set = await setUp(new Map([[1, {}]]));
    const refusing = question(1, 5, {
      hear: () => {
        throw new RejectedError("the device does not know this");
      },
    });
    const end = set.bus.run([], set.stop.signal);
    const outcome = set.bus.urgent("d1", (ask) => ask(refusing)).catch((error: unknown) => error);
    await set.clock.advance(100);
    expect(await outcome).toBeInstanceOf(RejectedError);
    set.stop.abort();
    await end;
  });
});

describe("a bus in trouble", () => {
  const babble = (far: FarEnd, clock: FakeClock, bytes: Uint8Array, everyMs: number, untilMs: number) => {
    const again = () => {
      far.say(bytes);
      if (clock.monoMs() < untilMs) clock.after(everyMs, again);
    };
    clock.after(everyMs, again);
  };

  it("goes on with the others beside a device that does not stop, says so, and takes it back", async () => {
    const set = await setUp(new Map([1, 2].map((address) => [address, {}])));
    const end = set.bus.run([member(1), member(2)], set.stop.signal);
    babble(set.far, set.clock, frame(0x90, 1, 2, 3), 4, 20_000);
    await set.clock.advance(4_000);
    expect(set.health.entries).toMatchObject([{ code: "bus-noisy", subject: "bus-1" }]);
    await set.clock.advance(16_000);
    for (const { answered } of set.bus.counters.members) expect(answered).toBeGreaterThan(100);
    await set.clock.advance(11_000);
    expect(set.health.entries).toEqual([]);
    set.stop.abort();
    await end;
  });

  it("goes on beside endless noise that looks like the beginning of frames", async () => {
    const set = await setUp(new Map([[1, {}]]));
    const end = set.bus.run([member(1)], set.stop.signal);
    babble(set.far, set.clock, fromHex("7E 11 20 00 00"), 5, 10_000);
    await set.clock.advance(10_000);
    expect(of(set.asked, 1)).toBeGreaterThan(10);
    await set.clock.advance(2_000);
    const [first] = set.bus.counters.members;
    const before = first?.answered ?? 0;
    await set.clock.advance(62_000);
    expect((first?.answered ?? 0) - before).toBeGreaterThan(20);
    set.stop.abort();
    await end;
  });

  it("does not take the padding before frames for noise", async () => {
    const padded: Device = { answer: (request) => Uint8Array.of(0xfe, 0xfe, 0xfe, 0xfe, ...defaultAnswer(request)) };
    const set = await setUp(new Map([[1, padded]]));
    const end = set.bus.run([member(1)], set.stop.signal);
    await set.clock.advance(20_000);
    expect(set.bus.counters.line.noiseBytes).toBe(0);
    expect(set.health.entries).toEqual([]);
    set.stop.abort();
    await end;
  });

  it("tells a second controller from its own echo", async () => {
    const set = await setUp(new Map([[1, {}]]), {
      judge: (bytes) => ((bytes[1] as number) < 0x80 ? "master" : "device"),
    });
    set.far.onBytes((request) => {
      set.clock.after(6, () => set.far.say(request));
      set.clock.after(20, () => set.far.say(defaultAnswer(request)));
    });
    const end = set.bus.run([member(1)], set.stop.signal);
    await set.clock.advance(1_000);
    expect(set.bus.counters.line).toMatchObject({ foreignMaster: 0, unexpected: 0 });
    expect(set.bus.counters.line.echoes).toBeGreaterThan(5);
    set.far.say(frame(0x05, 1));
    expect(set.health.entries).toMatchObject([{ code: "bus-second-master", subject: "bus-1" }]);
    set.stop.abort();
    await end;
    expect(set.health.entries).toEqual([]);
  });

  it("ends with the loss of the line and gives up what waits", async () => {
    const set = await setUp(new Map([[1, { mute: true }]]));
    const end = set.bus.run([member(1)], set.stop.signal).catch((error: unknown) => error);
    await set.clock.advance(10);
    const waiting = set.bus.urgent("d1", (ask) => ask(question(1))).catch((error: unknown) => error);
    set.far.unplug();
    expect(await end).toMatchObject({ name: "LinkError", message: "the pair was cut" });
    expect(await waiting).toMatchObject({ name: "LinkError", code: "refused" });
    await expect(set.bus.urgent("d1", (ask) => ask(question(1)))).rejects.toThrow(LinkError);
    expect(set.clock.waiting).toBe(0);
  });

  it("keeps a bug in one device's turn from the others", async () => {
    const set = await setUp(new Map([[1, {}]]));
    let sick = true;
    const ill = member(1, {
      device: "ill",
      poll: async (ask) => {
        await ask(question(1));
        if (sick) throw new TypeError("x is undefined");
      },
    });
    const end = set.bus.run([member(1), ill], set.stop.signal);
    await set.clock.advance(3_000);
    expect(set.health.entries).toMatchObject([{ code: "driver-bug", subject: "ill" }]);
    expect(of(set.asked, 1)).toBeGreaterThan(25);
    sick = false;
    await set.clock.advance(5_000);
    expect(set.health.entries).toEqual([]);
    set.stop.abort();
    await end;
  });
});
