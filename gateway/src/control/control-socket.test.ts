import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, LinkError, RejectedError, systemClock } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { MemoryLog } from "../testing/log.ts";
import { askGateway } from "./client.ts";
import { ControlSocket } from "./control-socket.ts";
import { linesOf } from "./lines.ts";
import { controlRequest } from "./request.ts";

let dir: string;
let stops: (() => Promise<void>)[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-control-"));
});
afterEach(async () => {
  for (const stop of stops) await stop();
  stops = [];
  rmSync(dir, { recursive: true, force: true });
});

const requests = [
  controlRequest({
    name: "add",
    params: z.strictObject({ a: z.number(), b: z.number() }),
    deadlineMs: 1_000,
    run: async ({ a, b }) => ({ sum: a + b }),
  }),
  controlRequest({ name: "hang", params: z.unknown(), deadlineMs: 5_000, run: () => new Promise(() => {}) }),
  controlRequest({
    name: "fail",
    params: z.strictObject({ how: z.string() }),
    deadlineMs: 1_000,
    run: async ({ how }) => {
      if (how === "no") throw new RejectedError("not allowed");
      if (how === "loud") throw new RejectedError("\u001b]0;mine\u0007 is not allowed");
      if (how === "later") throw new LinkError("refused", "the bus is down");
      throw new TypeError("x is undefined");
    },
  }),
  controlRequest({ name: "echo", params: z.unknown(), deadlineMs: 1_000, run: async (said) => said }),
];

async function open(at = dir, clock = new FakeClock()) {
  const log = new MemoryLog();
  const listening = Promise.withResolvers<void>();
  const socket = new ControlSocket({ dir: at, requests, clock, log, onListening: listening.resolve });
  const stop = new AbortController();
  const ended = socket.run(stop.signal);
  const close = async () => {
    stop.abort();
    await settle();
    await clock.advance(2_000);
    await ended;
  };
  stops.push(close);
  await Promise.race([listening.promise, ended]);
  return { clock, log, close };
}

const path = () => join(dir, "control.sock");
const ask = (request: string, params?: object, at = dir) =>
  askGateway({ dir: at, request, ...(params === undefined ? {} : { params }), timeoutMs: 5_000, clock: systemClock });

/** A connection that says what it is told to. */
async function dial(): Promise<{ socket: Socket; answer: () => Promise<unknown>; closed: Promise<void> }> {
  const socket = connect(path());
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise((resolve) => socket.once("connect", resolve));
  const lines = linesOf(socket, 1 << 20);
  return { socket, closed, answer: async () => JSON.parse((await lines.next()).value ?? "null") as unknown };
}

describe("the socket file", () => {
  it("is open to its owner alone, whatever the folder and the umask allow", async () => {
    const before = process.umask(0);
    try {
      await open();
    } finally {
      process.umask(before);
    }
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(existsSync(join(dir, ".control"))).toBe(false);
  });

  it("goes when the gateway ends, and one that a killed gateway left is replaced", async () => {
    const dead = createServer().listen(path());
    await new Promise((resolve) => dead.once("listening", resolve));
    mkdirSync(join(dir, ".control"));
    writeFileSync(join(dir, ".control", "sock"), "");
    const { close } = await open();
    expect(await ask("add", { a: 1, b: 2 })).toEqual({ sum: 3 });
    await close();
    dead.close();
    expect(existsSync(path())).toBe(false);
  });

  it("works in a folder whose name is longer than a socket's may be", async () => {
    const deep = join(dir, "x".repeat(120));
    mkdirSync(deep);
    await open(deep);
    expect(await ask("add", { a: 2, b: 2 }, deep)).toEqual({ sum: 4 });
    expect(statSync(join(deep, "control.sock")).mode & 0o777).toBe(0o600);
  });

  it("that cannot be made is a LinkError, so that the supervisor tries again", async () => {
    const socket = new ControlSocket({
      dir: join(dir, "nowhere"),
      requests,
      clock: new FakeClock(),
      log: new MemoryLog(),
      onListening: () => {},
    });
    const outcome = socket.run(new AbortController().signal);
    await expect(outcome).rejects.toMatchObject({
      name: "LinkError",
      message: expect.stringMatching(/cannot be opened/),
    });
  });
});

describe("a request", () => {
  it("gets its result, or what is wrong with it by path", async () => {
    await open();
    expect(await ask("add", { a: 1, b: 2 })).toEqual({ sum: 3 });
    await expect(ask("add", { a: 1, b: "2" })).rejects.toMatchObject({
      name: "ConfigError",
      problems: [{ path: "b", reason: expect.stringMatching(/number/) }],
    });
    await expect(ask("subtract")).rejects.toThrow(/"subtract" is unknown; there are add, hang, fail/);
  });

  it("that is denied, not possible now or a bug says which", async () => {
    const { log } = await open();
    await expect(ask("fail", { how: "no" })).rejects.toBeInstanceOf(RejectedError);
    await expect(ask("fail", { how: "later" })).rejects.toMatchObject({ name: "LinkError", code: "closed" });
    await expect(ask("fail", { how: "bug" })).rejects.toMatchObject({ name: "InvariantError" });
    expect(log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  it("brings no text that steers a terminal, whoever wrote it", async () => {
    await open();
    const said = { name: "a\u001b[2Jb\u009bc\rd\u202ee", note: "two\r\nlines\tand 3号楼" };
    expect(await ask("echo", said)).toEqual({ name: "a\uFFFD[2Jb\uFFFDc\uFFFDd\uFFFDe", note: said.note });
    await expect(ask("fail", { how: "loud" })).rejects.toThrow(/^\uFFFD\]0;mine\uFFFD is not allowed$/);
  });

  it("is answered by its deadline", async () => {
    const { clock } = await open();
    const { socket, answer } = await dial();
    socket.write('{"v":1,"request":"hang"}\n');
    const answered = answer();
    while (clock.waiting < 1) await settle();
    await settle();
    await clock.advance(5_000);
    expect(await answered).toMatchObject({
      ok: false,
      error: { code: "unavailable", message: expect.stringMatching(/5 s/) },
    });
  });

  it("may follow another, in pieces, and the last needs no end of line", async () => {
    await open();
    const { socket, answer } = await dial();
    socket.write('{"v":1,"request":"add","params":{"a":1,"b":1}}\n\n{"v":1,"requ');
    expect(await answer()).toEqual({ v: 1, ok: true, result: { sum: 2 } });
    socket.end('est":"add","params":{"a":2,"b":2}}');
    expect(await answer()).toEqual({ v: 1, ok: true, result: { sum: 4 } });
  });

  it.each([
    ["no JSON", "hello", "", /no JSON/],
    ["another version", '{"v":2,"request":"add"}', "v", /must be 1/],
    ["no request", '{"v":1}', "request", /string/],
    ["a key nobody knows", '{"v":1,"request":"add","token":"x"}', "", /token/],
  ])("that is %s is told so, and the next one is taken", async (_what, line, at, message) => {
    await open();
    const { socket, answer } = await dial();
    socket.write(`${line}\n`);
    const error = { code: "invalid", path: at, message: expect.stringMatching(message) };
    expect(await answer()).toMatchObject({ v: 1, ok: false, error });
    socket.write('{"v":1,"request":"add","params":{"a":1,"b":1}}\n');
    expect(await answer()).toMatchObject({ ok: true });
  });
});

describe("a client that misbehaves", () => {
  it("with a line that never ends is told and closed", async () => {
    await open();
    const { socket, answer, closed } = await dial();
    socket.write("x".repeat(70_000));
    expect(await answer()).toMatchObject({ ok: false, error: { message: "a line has at most 65536 bytes" } });
    socket.end();
    await closed;
  });

  it("by saying nothing is closed after ten seconds", async () => {
    const { clock } = await open();
    const { socket, closed } = await dial();
    socket.resume();
    while (clock.waiting < 1) await settle();
    await clock.advance(9_999);
    expect(socket.destroyed).toBe(false);
    await clock.advance(1);
    await closed;
  });

  it("by drops of a line is closed as well: what counts is a whole one", async () => {
    const { clock } = await open();
    const { socket, closed } = await dial();
    socket.resume();
    while (clock.waiting < 1) await settle();
    for (let i = 0; i < 10; i++) {
      socket.write("x");
      await clock.advance(1_000);
    }
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  it("by not reading its answers is closed and holds up nobody", async () => {
    const { clock } = await open();
    const { socket } = await dial();
    const line = '{"v":1,"request":"add","params":{"a":1,"b":1}}\n';
    socket.pause();
    for (let i = 0; i < 200; i++) socket.write(line.repeat(1_000));
    await new Promise((resolve) => setImmediate(resolve));
    expect(await ask("add", { a: 1, b: 2 })).toEqual({ sum: 3 });
    const gone = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => {});
    for (let i = 0; i < 100 && !socket.destroyed; i++) {
      await clock.advance(1_000);
      await systemClock.sleep(5);
    }
    await gone;
    expect(await ask("add", { a: 1, b: 2 })).toEqual({ sum: 3 });
  });

  it("by opening too many connections is told; those that are open go on", async () => {
    await open();
    const many = await Promise.all(Array.from({ length: 16 }, dial));
    await expect(ask("add", { a: 1, b: 1 })).rejects.toMatchObject({
      name: "LinkError",
      message: expect.stringMatching(/16 control connections are open/),
    });
    many[0]?.socket.write('{"v":1,"request":"add","params":{"a":1,"b":1}}\n');
    expect(await many[0]?.answer()).toMatchObject({ ok: true });
    many[1]?.socket.destroy();
    await many[1]?.closed;
    await settle();
    expect(await ask("add", { a: 1, b: 1 })).toEqual({ sum: 2 });
  });
});

describe("asking", () => {
  it("where no gateway runs says so", async () => {
    await expect(ask("add")).rejects.toMatchObject({
      name: "LinkError",
      code: "refused",
      message: `no gateway is running on the state folder ${dir}`,
    });
    await expect(ask("add", {}, join(dir, "nowhere"))).rejects.toMatchObject({ code: "refused" });
    await expect(ask("add", {}, join(dir, "x".repeat(120)))).rejects.toMatchObject({ code: "refused" });
    const file = join(dir, "control.sock");
    const dead = createServer().listen(file);
    await new Promise((resolve) => dead.once("listening", resolve));
    dead.close();
    writeFileSync(file, "");
    await expect(ask("add")).rejects.toMatchObject({ code: "refused" });
  });

  it("gives up when there is no answer", async () => {
    await open();
    const clock = new FakeClock();
    const asked = askGateway({ dir, request: "hang", timeoutMs: 3_000, clock }).catch((error: unknown) => error);
    while (clock.waiting < 1) await settle();
    await clock.advance(3_000);
    expect(await asked).toMatchObject({ name: "LinkError", code: "timeout", message: expect.stringMatching(/3 s/) });
  });

  it("holds up no end: idle connections, those turned away and unanswered requests are let go, no timer is left", async () => {
    const clock = new FakeClock();
    const { close } = await open(dir, clock);
    const idle = await Promise.all(Array.from({ length: 18 }, dial));
    for (const { socket } of idle) socket.resume();
    idle[0]?.socket.write('{"v":1,"request":"hang"}\n');
    await systemClock.sleep(50);
    await close();
    await Promise.all(idle.map(({ closed }) => closed));
    await settle();
    expect(clock.waiting).toBe(0);
  });

  it("a gateway that ends meanwhile says that it ended", async () => {
    const { close } = await open();
    const asked = ask("hang").catch((error: unknown) => error);
    await systemClock.sleep(50);
    await close();
    expect(await asked).toMatchObject({ name: "LinkError", code: "closed" });
  });

  it("something that speaks another language is told from a gateway", async () => {
    const other = createServer((socket) => socket.end('{"hello":1}\n')).listen(path());
    await new Promise((resolve) => other.once("listening", resolve));
    await expect(ask("add")).rejects.toBeInstanceOf(ConfigError);
    other.close();
  });
});
