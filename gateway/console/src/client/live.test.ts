/** The live feed against a server of mock-socket, with the pauses in our hands. */
import { FakeClock } from "@gatehouse/protocol/testing";
import { type Client, WebSocket as MockSocket, Server } from "mock-socket";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LiveFeed, type LiveState } from "./live.ts";

const ADDRESS = "wss://box.test/api/1/live";
const HELLO = { about: "hello", at: "2026-11-26T00:00:00Z", bootId: "b", everyMs: 20_000 };

let clock: FakeClock;
let server: Server | undefined;
let sockets: Client[];
let own: WebSocket[];
let asked: unknown[];
let language: "zh" | "en" | undefined;
let states: LiveState[];
let feed: LiveFeed;
let connects: number;
let signedOut: number;
/** What the feed waits for, the latest last. */
let waits: number[];

function serve(): void {
  server = new Server(ADDRESS, { mock: false });
  server.on("connection", (socket) => {
    sockets.push(socket);
    socket.on("message", (text) => asked.push(JSON.parse(String(text))));
  });
}

/** mock-socket takes a few milliseconds of real time for each step. */
const until = (state: LiveState) => expect.poll(() => feed.state, { interval: 2 }).toBe(state);
const say = (message: unknown) => sockets.at(-1)?.send(typeof message === "string" ? message : JSON.stringify(message));

beforeEach(() => {
  clock = new FakeClock();
  sockets = [];
  own = [];
  asked = [];
  language = undefined;
  states = [];
  connects = 0;
  signedOut = 0;
  waits = [];
  serve();
  feed = new LiveFeed({
    address: ADDRESS,
    connect: (address) => {
      connects++;
      const socket = new MockSocket(address) as unknown as WebSocket;
      own.push(socket);
      return socket;
    },
    clock: {
      after: (ms, callback) => {
        waits.push(ms);
        return clock.after(ms, callback);
      },
    },
    chance: () => 0.5,
    language: () => language,
    onSignedOut: () => {
      signedOut++;
    },
  });
  feed.onState(() => states.push(feed.state));
});

afterEach(() => {
  feed.stop();
  server?.stop();
});

test("it asks for what pages watch, and again when that changes", async () => {
  const end = feed.listen({ watch: ["alerts"] }, () => undefined);
  feed.start();
  await until("up");
  feed.listen({ watch: ["alerts", "readings"], device: "lock-1" }, () => undefined);
  await expect.poll(() => asked.at(-1)).toEqual({ watch: ["alerts", "readings"], device: "lock-1" });
  end();
  feed.listen({ watch: ["line"], line: "bus-1" }, () => undefined);
  await expect
    .poll(() => asked.at(-1))
    .toEqual({ watch: ["alerts", "readings", "line"], device: "lock-1", line: "bus-1" });
});

test("sentences are asked for in the page's language, and anew when that changes", async () => {
  language = "zh";
  feed.listen({ watch: ["health"] }, () => undefined);
  feed.start();
  await until("up");
  await expect.poll(() => asked.at(-1)).toEqual({ watch: ["health"], lang: "zh" });
  language = "en";
  feed.askAnew();
  await expect.poll(() => asked.at(-1)).toEqual({ watch: ["health"], lang: "en" });
});

test("a connection that is closing is asked for nothing; the one after it is", async () => {
  feed.start();
  await until("up");
  await expect.poll(() => asked).toEqual([{ watch: [] }]);
  own.at(-1)?.close();
  feed.listen({ watch: ["alerts"] }, () => undefined);
  await until("lost");
  expect(asked).toHaveLength(1);
  await clock.advance(60_000);
  await expect.poll(() => asked.at(-1)).toEqual({ watch: ["alerts"] });
});

test("messages reach everybody who listens, until they stop; what is no message is passed over", async () => {
  const heard: string[] = [];
  const end = feed.listen({ watch: [] }, ({ about }) => heard.push(`a ${about}`));
  feed.listen({ watch: [] }, ({ about }) => heard.push(`b ${about}`));
  feed.start();
  await until("up");
  say("{half");
  say(HELLO);
  await expect.poll(() => heard).toEqual(["a hello", "b hello"]);
  end();
  say({ about: "restart", in: 300 });
  await expect.poll(() => heard.at(-1)).toBe("b restart");
  expect(heard).toHaveLength(3);
});

test("a lost connection is said, and made anew with growing pauses until it is back", async () => {
  feed.listen({ watch: ["spaces"] }, () => undefined);
  feed.start();
  await until("up");
  server?.close();
  await until("lost");
  for (const pause of [500, 1_000, 2_000]) {
    expect(waits.at(-1)).toBe(pause);
    const before = connects;
    await clock.advance(pause - 1);
    expect(connects, `before ${pause} ms`).toBe(before);
    await clock.advance(1);
    expect(connects, `after ${pause} ms`).toBe(before + 1);
    await expect.poll(() => waits.at(-1)).toBe(pause * 2);
    expect(feed.state).toBe("lost");
  }
  asked = [];
  serve();
  await clock.advance(4_000);
  await until("up");
  await expect.poll(() => asked).toEqual([{ watch: ["spaces"] }]);
  expect(states).toEqual(["up", "lost", "up"]);
});

test("a message ends the growing of the pauses", async () => {
  feed.start();
  await until("up");
  server?.close();
  await until("lost");
  await clock.advance(500);
  await expect.poll(() => waits.at(-1)).toBe(1_000);
  serve();
  await clock.advance(1_000);
  await until("up");
  let heard = false;
  feed.listen({ watch: [] }, () => {
    heard = true;
  });
  say(HELLO);
  await expect.poll(() => heard).toBe(true);
  server?.close();
  await until("lost");
  expect(waits.at(-1)).toBe(500);
});

test("a connection that goes silent without closing is made anew", async () => {
  const heard: string[] = [];
  feed.listen({ watch: [] }, ({ about }) => heard.push(about));
  feed.start();
  await until("up");
  say(HELLO);
  await expect.poll(() => heard.length).toBe(1);
  await clock.advance(49_999);
  expect(feed.state).toBe("up");
  say(HELLO);
  await expect.poll(() => heard.length).toBe(2);
  await clock.advance(49_999);
  expect(feed.state).toBe("up");
  await clock.advance(1);
  expect(feed.state).toBe("lost");
});

test("a network that is back is tried at once", async () => {
  feed.start();
  await until("up");
  server?.close();
  await until("lost");
  serve();
  feed.retryNow();
  await until("up");
  expect(connects).toBe(2);
});

test("after a sign-out nothing is tried any more", async () => {
  feed.start();
  await until("up");
  feed.stop();
  expect(feed.state).toBe("connecting");
  await clock.advance(600_000);
  feed.retryNow();
  expect(connects).toBe(1);
});

test("a session that is over is told", async () => {
  feed.start();
  await until("up");
  sockets[0]?.close({ code: 4401, reason: "over", wasClean: true });
  await expect.poll(() => signedOut).toBe(1);
});
