/** Every kind of line over a real far end: bytes as they are, one loss told once, deadlines, descriptors given back. */
import { readdirSync, symlinkSync, unlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { openPty, serveTcp, type Wire } from "@gatehouse/device-sim";
import { LinkError, systemClock } from "@gatehouse/protocol";
import { type Line, LinkUrl, openLine } from "gatehouse";
import { MemoryLog } from "gatehouse/testing";
import { describe, expect, it } from "vitest";
import { startRfc2217Server } from "../support/rfc2217-server.ts";
import { tempDir } from "../support/temp-dir.ts";

const never = new AbortController().signal;
const deps = () => ({ clock: systemClock, log: new MemoryLog() });
const open = (link: string, signal = never): Promise<Line> => openLine(LinkUrl.parse(link), deps(), signal);
const failure = (link: string) =>
  open(link).then(
    () => undefined,
    (error: unknown) => error as LinkError,
  );
const descriptors = () => readdirSync("/proc/self/fd").length;
const ALL = Uint8Array.from({ length: 256 }, (_, byte) => byte);

interface FarEnd extends Wire, AsyncDisposable {
  readonly link: string;
  cut(): PromiseLike<void>;
}

async function pty(): Promise<FarEnd> {
  const far = await openPty();
  const end = () => far.unplug();
  return { ...bound(far), link: `serial:${far.path}?baud=115200`, cut: end, [Symbol.asyncDispose]: end };
}

async function tcp(): Promise<FarEnd> {
  const far = await serveTcp();
  const end = () => far.close();
  return { ...bound(far), link: `tcp:127.0.0.1:${far.port}`, cut: end, [Symbol.asyncDispose]: end };
}

async function rfc2217(): Promise<FarEnd> {
  const far = await openPty();
  const server = await startRfc2217Server(far.path);
  const cut = () => server[Symbol.asyncDispose]();
  return {
    ...bound(far),
    link: `rfc2217:127.0.0.1:${server.port}?baud=19200`,
    cut,
    [Symbol.asyncDispose]: async () => {
      await cut();
      await far.unplug();
    },
  };
}

const bound = (far: Wire): Wire => ({
  onBytes: (listener) => far.onBytes(listener),
  say: (bytes) => far.say(bytes),
});

/** Resolves with the first `count` bytes that come. */
function collect(listen: (listener: (bytes: Uint8Array) => void) => void, count: number): Promise<readonly number[]> {
  const heard: number[] = [];
  return new Promise((resolve) =>
    listen((bytes) => {
      heard.push(...bytes);
      if (heard.length >= count) resolve(heard);
    }),
  );
}

describe.each([
  ["serial", pty],
  ["tcp", tcp],
  ["rfc2217", rfc2217],
] as const)("a %s line", (_kind, makeFar) => {
  it("carries every byte both ways as it is", async () => {
    await using far = await makeFar();
    const out = collect((listener) => far.onBytes(listener), 512);
    const line = await open(far.link);
    const back = collect((listener) => line.onBytes(listener), 512);
    await line.write(ALL);
    await line.write(ALL);
    expect(await out).toEqual([...ALL, ...ALL]);
    far.say(ALL);
    far.say(ALL);
    expect(await back).toEqual([...ALL, ...ALL]);
    await line.close();
  });

  it("is lost at once when the far end goes, with nothing left open", async () => {
    await (await makeFar())[Symbol.asyncDispose]();
    const before = descriptors();
    const far = await makeFar();
    const line = await open(far.link);
    const fromMs = systemClock.monoMs();
    await far.cut();
    expect(await line.lost).toMatchObject({ name: "LinkError", code: "closed" });
    expect(systemClock.monoMs() - fromMs).toBeLessThan(1_000);
    await expect(line.write(Uint8Array.of(1))).rejects.toThrow(LinkError);
    await line.close();
    await far[Symbol.asyncDispose]();
    expect(descriptors()).toBe(before);
  });

  it("gives the descriptor back however often it is opened and closed", async () => {
    await using far = await makeFar();
    await (await open(far.link)).close();
    await systemClock.sleep(50);
    const before = descriptors();
    for (let i = 0; i < 10; i++) {
      const line = await open(far.link);
      await line.close();
      await line.close();
      expect(await line.lost).toMatchObject({ code: "closed" });
    }
    await systemClock.sleep(50);
    expect(descriptors()).toBe(before);
  });

  it("opens nothing for a signal that has aborted", async () => {
    await using far = await makeFar();
    await expect(open(far.link, AbortSignal.abort())).rejects.toThrow();
  });
});

describe("a serial line", () => {
  it("says which ports there are when there is none of that name, and when to look again", async () => {
    const error = await failure("serial:/dev/serial/by-id/usb-nothing");
    expect(error).toMatchObject({ name: "LinkError", code: "refused", retryWithinMs: 500 });
    expect(error?.message).toMatch(
      /^\/dev\/serial\/by-id\/usb-nothing: there is no such port; (no serial port|there are)/,
    );
    expect((await failure("serial:/dev/null"))?.message).toContain("it is not a serial port");
  });

  it("says that another program holds it", async () => {
    await using far = await pty();
    const line = await open(far.link);
    const error = await failure(far.link);
    expect(error?.message).toContain("another program holds it");
    await line.close();
    const again = await open(far.link);
    await again.close();
  });

  it("is lost when its name leads to another port, though the old one still works", async () => {
    using dir = tempDir();
    await using first = await pty();
    await using second = await pty();
    const name = join(dir.path, "port");
    const pathOf = ({ link }: FarEnd) => link.slice("serial:".length).split("?")[0] as string;
    symlinkSync(pathOf(first), name);
    const line = await open(`serial:${name}`);
    unlinkSync(name);
    symlinkSync(pathOf(second), name);
    const fromMs = systemClock.monoMs();
    expect((await line.lost).message).toContain("leads to another device now");
    expect(systemClock.monoMs() - fromMs).toBeLessThan(2_000);
  });

  it("is lost when the far end takes nothing any more, and closes all the same", async () => {
    const far = await pty();
    const line = await open(far.link);
    const big = new Uint8Array(8_192);
    const outcome = (async () => {
      for (let i = 0; i < 64; i++) await line.write(big);
    })().catch((error: unknown) => error);
    expect(await outcome).toMatchObject({ code: "timeout" });
    await line.close();
    await far[Symbol.asyncDispose]();
  });

  it("costs no processor time when nothing is said, nor behind a hang-up", async () => {
    const far = await pty();
    const line = await open(far.link);
    const idle = await busyMs(1_000);
    expect(idle).toBeLessThan(100);
    await far.cut();
    expect(await busyMs(1_000)).toBeLessThan(100);
    await line.close();
  });
});

/** Of processor time, in the quietest of three spans: what a line burns it burns in each, what the test runner does it does now and then. */
async function busyMs(ms: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let span = 0; span < 3; span++) {
    const before = process.cpuUsage();
    await systemClock.sleep(ms);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

describe("a network line", () => {
  it("says what is wrong with the way there", async () => {
    const server = await serveTcp();
    await server.close();
    expect(await failure(`tcp:127.0.0.1:${server.port}`)).toMatchObject({ code: "refused", retryWithinMs: undefined });
    expect((await failure(`tcp:127.0.0.1:${server.port}`))?.message).toContain("nothing listens there");
  });

  it("tells a raw server from one that speaks RFC 2217", async () => {
    await using far = await tcp();
    expect(await failure(far.link.replace("tcp:", "rfc2217:"))).toMatchObject({ code: "timeout" });
    const line = await open(far.link);
    await expect(line.setBaud(19_200)).rejects.toThrow(/use rfc2217:/);
    await line.close();
  });

  it("sets rate and parity through RFC 2217", async () => {
    const far = await openPty();
    await using server = await startRfc2217Server(far.path);
    const line = await open(`rfc2217:127.0.0.1:${server.port}?baud=2400&parity=even`);
    await line.write(Uint8Array.of(1));
    await until(() => server.setting === "2400 E 8 1");
    await line.setBaud(115_200);
    await line.write(Uint8Array.of(1));
    await until(() => server.setting === "115200 E 8 1");
    expect(line.characterMs).toBeCloseTo(11_000 / 115_200);
    await line.close();
    await far.unplug();
  });

  it("is lost when the server stops reading", async () => {
    const server = createServer((socket) => socket.pause());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const line = await open(`tcp:127.0.0.1:${port}?baud=1000000`);
    const big = new Uint8Array(65_536);
    const outcome = (async () => {
      for (let i = 0; i < 1_000; i++) await line.write(big);
    })().catch((error: unknown) => error);
    expect(await outcome).toMatchObject({ name: "LinkError", code: "timeout" });
    await line.close();
    server.close();
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await systemClock.sleep(10);
}
