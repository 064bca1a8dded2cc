/** Slow and half-open connections, while somebody real is served. */
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { systemClock } from "@gatehouse/protocol";
import { RIG_HOST, TEST_CA } from "gatehouse/testing";
import { expect, test } from "vitest";
import { type ConsoleServer, get, openConsoleServer } from "../support/console-server.ts";

const PEERS = 300;

/** The slowest of some requests, in the best of three rounds: a busy machine is slow now and then, what peers hold up is slow in each. */
async function slowestMs(server: ConsoleServer): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) best = Math.min(best, await slowestOf(server, 15));
  return best;
}

/** Each on a connection of its own. */
async function slowestOf(server: ConsoleServer, times: number): Promise<number> {
  const { cookie } = server.rig.signed("manager");
  let slowest = 0;
  for (let i = 0; i < times; i++) {
    const { status, ms } = await get(server, "/api/1/session", { cookie });
    expect(status).toBe(200);
    slowest = Math.max(slowest, ms);
  }
  return slowest;
}

function quiet<S extends Socket>(socket: S): S {
  socket.on("error", () => {});
  return socket;
}

const ended = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once("close", () => resolve());
  });

const dialTcp = (port: number) => quiet(connectTcp({ host: RIG_HOST, port }));
async function dialTls(port: number): Promise<TLSSocket> {
  const socket = quiet(connectTls({ host: RIG_HOST, port, ca: TEST_CA }));
  await Promise.race([once(socket, "secureConnect"), once(socket, "close")]);
  return socket;
}

test("connections that never say hello push out themselves, not a real user", async () => {
  await using server = await openConsoleServer();
  const peers = Array.from({ length: PEERS }, () => dialTcp(server.port));
  await Promise.all(peers.map((peer) => Promise.race([once(peer, "connect"), once(peer, "close")])));
  expect(await slowestMs(server)).toBeLessThan(200);
  expect(server.rig.connections.size).toBeLessThanOrEqual(64);
  for (const peer of peers) peer.destroy();
});

test("headers that come letter by letter", async () => {
  await using server = await openConsoleServer();
  const peers: TLSSocket[] = [];
  for (let i = 0; i < 60; i++) peers.push(await dialTls(server.port));
  for (const peer of peers) peer.write(`GET / HTTP/1.1\r\nhost: ${RIG_HOST}\r\nx-slow: `);
  const drip = new AbortController();
  const dripping = (async () => {
    while (!drip.signal.aborted) {
      for (const peer of peers) if (peer.writable) peer.write("a", () => {});
      await systemClock.sleep(100);
    }
  })();
  expect(await slowestMs(server)).toBeLessThan(200);
  const startedMs = systemClock.monoMs();
  await Promise.all(peers.map(ended));
  expect(systemClock.monoMs() - startedMs).toBeLessThan(15_000);
  drip.abort();
  await dripping;
});

test("a body that never ends: a stranger has ten seconds, somebody without a session is refused before it is read", async () => {
  await using server = await openConsoleServer();
  const head = (path: string) =>
    `POST ${path} HTTP/1.1\r\nhost: ${RIG_HOST}:${server.port}\r\ncontent-type: application/json\r\ncontent-length: 2000\r\n\r\n{`;
  const strangers: TLSSocket[] = [];
  for (let i = 0; i < 40; i++) strangers.push(await dialTls(server.port));
  for (const stranger of strangers) stranger.write(head("/api/1/session"));
  const refused = await dialTls(server.port);
  refused.write(head("/api/1/accounts"));
  const [answer] = (await once(refused, "data")) as [Buffer];
  expect(String(answer)).toMatch(/^HTTP\/1\.1 401 /);
  expect(await slowestMs(server)).toBeLessThan(200);
  const startedMs = systemClock.monoMs();
  await Promise.all(strangers.map(ended));
  expect(systemClock.monoMs() - startedMs).toBeLessThan(12_000);
  refused.destroy();
});

test("somebody signed in keeps the connection while strangers come by the hundred", async () => {
  await using server = await openConsoleServer();
  const { cookie } = server.rig.signed("manager");
  const own = await dialTls(server.port);
  const ask = async () => {
    own.write(`GET /api/1/session HTTP/1.1\r\nhost: ${RIG_HOST}:${server.port}\r\ncookie: ${cookie}\r\n\r\n`);
    const [answer] = (await once(own, "data")) as [Buffer];
    return String(answer).slice(0, 15);
  };
  expect(await ask()).toBe("HTTP/1.1 200 OK");
  const peers = Array.from({ length: PEERS }, () => dialTcp(server.port));
  await Promise.all(peers.map((peer) => Promise.race([once(peer, "connect"), once(peer, "close")])));
  expect(await ask()).toBe("HTTP/1.1 200 OK");
  for (const peer of peers) peer.destroy();
});

test("strangers cost little memory", async () => {
  await using server = await openConsoleServer();
  await slowestOf(server, 3);
  const before = process.memoryUsage().rss;
  const peers: TLSSocket[] = [];
  for (let i = 0; i < 50; i++) peers.push(await dialTls(server.port));
  const huge = "x".repeat(60_000);
  for (const peer of peers) peer.write(`GET / HTTP/1.1\r\nhost: ${RIG_HOST}\r\nx-huge: ${huge}`);
  await systemClock.sleep(500);
  expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(25);
  for (const peer of peers) peer.destroy();
});
