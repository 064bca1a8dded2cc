/** The live feed over real sockets: who gets in, what they see, and what ends it. */
import { once } from "node:events";
import { connect } from "node:tls";
import { systemClock } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { type LiveKind, RIG_HOST, type Role, TEST_CA } from "gatehouse/testing";
import { describe, expect, test } from "vitest";
import WebSocket from "ws";
import { type ConsoleServer, openConsoleServer } from "../support/console-server.ts";

type Message = { readonly about: string } & Readonly<Record<string, unknown>>;

interface Opened {
  readonly socket: WebSocket;
  /** The next message about that. */
  next(about: string): Promise<Message>;
  readonly heard: readonly Message[];
  readonly closed: Promise<number>;
}

function dial(
  { port, origin }: ConsoleServer,
  headers: Readonly<Record<string, string>>,
  from: string | null = origin,
) {
  const more = from === null ? {} : { origin: from };
  return new WebSocket(`wss://${RIG_HOST}:${port}/api/1/live`, { ca: TEST_CA, headers, ...more });
}

async function open(server: ConsoleServer, role: Role, watch: readonly LiveKind[] = []): Promise<Opened> {
  const socket = dial(server, { cookie: server.rig.signed(role).cookie });
  const heard: Message[] = [];
  const waiting = new Set<() => void>();
  socket.on("message", (data) => {
    heard.push(JSON.parse(String(data)) as Message);
    for (const wake of waiting) wake();
  });
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  await once(socket, "open");
  const next = async (about: string): Promise<Message> => {
    for (;;) {
      const index = heard.findIndex((message) => message.about === about);
      if (index >= 0) return heard.splice(index, 1)[0] as Message;
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
      });
    }
  };
  await next("hello");
  if (watch.length > 0) {
    socket.send(JSON.stringify({ watch }));
    await watched(server, watch[0] as LiveKind);
  }
  return { socket, next, heard, closed };
}

async function watched({ rig }: ConsoleServer, kind: LiveKind): Promise<void> {
  while (rig.live.watching(kind) === 0) await systemClock.sleep(2);
}

/** The status an upgrade was refused with; 101 when it was let in. */
function refused(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => {
    socket.once("unexpected-response", (_, response) => resolve(response.statusCode ?? 0));
    socket.once("open", () => resolve(101));
    socket.on("error", () => {});
  });
}

test("a greeting tells the time of the site and how fast it runs, whatever the time of the sessions", async () => {
  const at = "2026-11-03T05:00:00.000Z";
  await using server = await openConsoleServer({ siteClock: { nowMs: () => Date.parse(at), scale: 14_400 } });
  const socket = dial(server, { cookie: server.rig.signed("auditor").cookie });
  const [data] = (await once(socket, "message")) as [Buffer];
  expect(JSON.parse(String(data))).toMatchObject({ about: "hello", at, scale: 14_400 });
  socket.terminate();
});

test("what goes on being watched is not begun anew when a page asks for something else beside it", async () => {
  await using server = await openConsoleServer();
  const { socket } = await open(server, "technician", ["alerts"]);
  const { live } = server.rig;
  const begun = live.begun("alerts");
  socket.send(JSON.stringify({ watch: ["alerts", "spaces"] }));
  await watched(server, "spaces");
  socket.send(JSON.stringify({ watch: ["alerts", "readings"], device: "lock-1" }));
  await watched(server, "readings");
  expect([live.watching("alerts"), live.watching("spaces"), live.begun("alerts")]).toEqual([1, 0, begun]);
  const readings = live.begun("readings");
  socket.send(JSON.stringify({ watch: ["readings"], device: "lock-2" }));
  while (live.watching("alerts") > 0) await systemClock.sleep(2);
  expect([live.watching("readings"), live.begun("readings")]).toEqual([1, readings + 1]);
});

test("only a browser at this box's own page, with a session, gets in", async () => {
  await using server = await openConsoleServer();
  const { cookie } = server.rig.signed("auditor");
  const tries = [
    dial(server, { cookie }),
    dial(server, {}),
    dial(server, { cookie: "__Host-gatehouse=nonsense" }),
    dial(server, { cookie }, "https://evil.example"),
    dial(server, { cookie }, `http://${RIG_HOST}:${server.port}`),
    dial(server, { cookie }, null),
    dial(server, { cookie, host: "evil.example" }, "https://evil.example"),
  ];
  expect(await Promise.all(tries.map(refused))).toEqual([101, 401, 401, 403, 403, 403, 421]);
  for (const socket of tries) socket.terminate();
});

describe("what is seen", () => {
  test.each([
    ["technician", ["spaces", "readings", "line", "logs"], []],
    ["manager", ["spaces"], ["readings", "line", "logs"]],
    ["auditor", ["spaces", "logs"], ["readings", "line"]],
  ] as const)("a %s may watch %j", async (role, may, mayNot) => {
    await using server = await openConsoleServer();
    const feed = await open(server, role);
    feed.socket.send(JSON.stringify({ watch: [...may, ...mayNot] }));
    if (mayNot.length > 0) expect(await feed.next("refused")).toEqual({ about: "refused", kinds: [...mayNot] });
    await watched(server, "spaces");
    expect(may.map((kind) => server.rig.live.watching(kind))).toEqual(may.map(() => 1));
    expect(mayNot.map((kind) => server.rig.live.watching(kind))).toEqual(mayNot.map(() => 0));
  });

  test("changes that come close together are one message", async () => {
    await using server = await openConsoleServer();
    const feed = await open(server, "manager", ["devices"]);
    for (let i = 0; i < 50; i++) {
      const devices = [{ id: `d${i % 5}`, online: i >= 45, lastSeenAt: null }];
      server.rig.live.say("devices", { about: "devices", devices });
    }
    const { devices } = await feed.next("devices");
    expect(devices).toHaveLength(5);
    expect((devices as { online: boolean }[]).every(({ online }) => online)).toBe(true);
  });

  test("a page that goes leaves nobody listening", async () => {
    await using server = await openConsoleServer();
    const feed = await open(server, "technician", ["readings"]);
    feed.socket.close();
    await feed.closed;
    while (server.rig.live.watching("readings") > 0) await systemClock.sleep(2);
    expect(server.rig.feed.size).toBe(0);
  });
});

describe("what ends it", () => {
  test("the end of the session, from afar or by time", async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    await using server = await openConsoleServer({ clock });
    const [far, idle] = [await open(server, "manager"), await open(server, "auditor")];
    for (const { id } of server.rig.sessions.of("manager")) server.rig.sessions.end(id);
    expect(await far.closed).toBe(4_401);
    await clock.advance(31 * 60_000);
    expect(await idle.closed).toBe(4_401);
  });

  test("time, however often a page that nobody attends opens it anew", async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    await using server = await openConsoleServer({ clock });
    const { cookie } = server.rig.signed("manager");
    const statuses = [];
    for (let tries = 0; tries < 4; tries++) {
      const socket = dial(server, { cookie });
      statuses.push(await refused(socket));
      socket.terminate();
      await clock.advance(12 * 60_000);
    }
    expect(statuses).toEqual([101, 101, 101, 401]);
  });

  test("an account that is disabled", async () => {
    await using server = await openConsoleServer();
    const feed = await open(server, "manager");
    await server.rig.app.inject({
      method: "PATCH",
      url: "/api/1/accounts/manager",
      headers: server.rig.signed("technician").headers,
      payload: { disabled: true },
    });
    expect(await feed.closed).toBe(4_401);
  });

  test.each(["nonsense", '{"watch":["everything"]}', `{"watch":[],"device":"${"x".repeat(100)}"}`])(
    "%s",
    async (text) => {
      await using server = await openConsoleServer();
      const feed = await open(server, "manager");
      feed.socket.send(text);
      expect(await feed.closed).toBe(1_008);
    },
  );

  test("a message larger than a page ever sends", async () => {
    await using server = await openConsoleServer();
    const feed = await open(server, "manager");
    feed.socket.send("x".repeat(100_000));
    expect(await feed.closed).toBe(1_009);
  });

  test("a page that does not read", async () => {
    await using server = await openConsoleServer();
    const { cookie } = server.rig.signed("technician");
    const socket = connect({ host: RIG_HOST, port: server.port, ca: TEST_CA });
    await once(socket, "secureConnect");
    const key = "dGhlIHNhbXBsZSBub25jZQ==";
    socket.write(
      `GET /api/1/live HTTP/1.1\r\nhost: ${RIG_HOST}:${server.port}\r\norigin: ${server.origin}\r\ncookie: ${cookie}\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`,
    );
    await once(socket, "readable");
    const payload = Buffer.from('{"watch":["logs"]}');
    socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]));
    await watched(server, "logs");
    expect(server.rig.feed.size).toBe(1);
    const lines = Array.from({ length: 400 }, (_, n) => ({ n, at: "", level: "info", message: "x".repeat(1_000) }));
    let said = 0;
    for (; server.rig.feed.size > 0 && said < 200; said++) {
      server.rig.live.say("logs", { about: "logs", lines });
      await systemClock.sleep(160);
    }
    expect(server.rig.feed.size).toBe(0);
    expect(said).toBeLessThan(60);
    socket.destroy();
  });

  test("a console that stops, and says so before", async () => {
    const server = await openConsoleServer();
    const feed = await open(server, "manager");
    server.rig.feed.tell({ about: "restart", in: 1_500 });
    await server[Symbol.asyncDispose]();
    expect(await feed.closed).toBe(1_001);
    expect(feed.heard).toContainEqual({ about: "restart", in: 1_500 });
  });

  test("a ninth page of one session takes the place of the first", async () => {
    await using server = await openConsoleServer();
    const { cookie } = server.rig.signed("manager");
    const sockets: WebSocket[] = [];
    const first = Promise.withResolvers<number>();
    for (let i = 0; i < 9; i++) {
      const socket = dial(server, { cookie });
      if (i === 0) socket.once("close", first.resolve);
      await once(socket, "open");
      sockets.push(socket);
    }
    expect(await first.promise).toBe(1_008);
    for (const socket of sockets) socket.terminate();
  });
});
