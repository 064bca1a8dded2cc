import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import {
  ConfigError,
  decodeOsdpFrame,
  decodeUhppoteReply,
  encodeOsdpFrame,
  encodeUhppoteRequest,
  type OsdpCommand,
  osdpCommands,
  osdpFraming,
  osdpReplies,
  Splitter,
  systemClock,
} from "@gatehouse/protocol";
import { expect, test } from "vitest";
import { runDevices } from "./run-devices.ts";

/** Lines that are given one by one. */
function lineFeed() {
  const waiting: string[] = [];
  let wake = () => {};
  return {
    push: (line: object | string) => {
      waiting.push(typeof line === "string" ? line : JSON.stringify(line));
      wake();
    },
    async *lines() {
      for (;;) {
        const next = waiting.shift();
        if (next !== undefined) yield next;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}

/** What is told, to be awaited. */
function tellTale() {
  const told: object[] = [];
  let wake = () => {};
  return {
    tell: (item: object) => {
      told.push(item);
      wake();
    },
    until: async (wanted: (item: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> => {
      for (;;) {
        const found = (told as Record<string, unknown>[]).find(wanted);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

async function ask(socket: Socket, sequence: number, command: OsdpCommand, address = 3) {
  const splitter = new Splitter(osdpFraming());
  const frame = { mark: true, address, reply: false, sequence, check: "crc" as const };
  socket.write(encodeOsdpFrame({ ...frame, ...osdpCommands.encode(command) }));
  for (;;) {
    const [bytes] = (await once(socket, "data")) as [Buffer];
    const found = splitter.push(bytes).find(({ kind }) => kind === "frame");
    if (found === undefined) continue;
    const { code, payload } = decodeOsdpFrame(found.bytes);
    return osdpReplies.decode(code, payload);
  }
}

const options = { seed: "1", clock: systemClock, listen: "tcp:127.0.0.1:0" };

test("two readers on one TCP port do what the lines say, and tell what they show", async () => {
  const stop = new AbortController();
  const feed = lineFeed();
  const { tell, until } = tellTale();
  const devices = ["osdp-reader?address=3&id=front&secure=false", "osdp-reader?address=4&id=back&secure=false"];
  const run = runDevices({ ...options, devices, lines: feed.lines(), tell, signal: stop.signal });
  const { listen } = await until((item) => "listen" in item);
  const socket = createConnection(Number(String(listen).split(":").at(-1)));
  await once(socket, "connect");
  expect(await ask(socket, 0, { kind: "poll" })).toEqual({ kind: "ack" });
  feed.push({ kind: "card", number: 0x12_3456 });
  feed.push({ device: "back", kind: "keypad", digits: "12#" });
  feed.push("nonsense");
  feed.push({ device: "side", kind: "door", open: true });
  feed.push({ fault: "counter-wrap", on: true });
  expect(await until(({ problem }) => problem === "is not JSON")).toBeDefined();
  expect(await until(({ problem }) => problem === 'there is no device "side"')).toBeDefined();
  expect(await until(({ problem }) => problem === "this device has no such fault")).toBeDefined();
  expect(await ask(socket, 1, { kind: "poll" })).toMatchObject({ kind: "raw", bits: 26 });
  expect(await ask(socket, 0, { kind: "poll" }, 4)).toMatchObject({ kind: "keypad" });
  const out: OsdpCommand = { kind: "out", outputs: [{ output: 1, control: 2, timerTenths: 0 }] };
  expect(await ask(socket, 2, out)).toEqual({ kind: "ack" });
  const shown = await until(
    ({ device, shown }) => device === "front" && JSON.stringify(shown).includes("[false,true]"),
  );
  expect(shown["shown"]).toMatchObject({ secure: false, text: null });
  socket.destroy();
  stop.abort();
  await run;
});

test.each([
  ["osdp-reeder", 'there is no simulated device "osdp-reeder" -> did you mean "osdp-reader"?'],
  ["osdp-reader?address=200", "address: "],
  ["osdp-reader?key=00", "a key is 32 hex digits"],
  ["osdp-reader?colour=red", "colour"],
  ["osdp-reader?faults=hunger", 'there is no fault "hunger"'],
])("%s is refused with what to write instead", async (device, reason) => {
  const run = runDevices({ ...options, devices: [device], tell: () => {}, signal: AbortSignal.abort() });
  const error = await run.catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as ConfigError).message).toContain(reason);
});

test("a place that is none is refused", async () => {
  const run = runDevices({
    ...options,
    listen: "usb:1",
    devices: ["osdp-reader"],
    tell: () => {},
    signal: AbortSignal.abort(),
  });
  await expect(run).rejects.toThrow("write tcp:127.0.0.1:4001, pty:");
});

test("a board on a network answers, and pushes to whoever it was told", async () => {
  const stop = new AbortController();
  const [heard, socket] = [Promise.withResolvers<number>(), createSocket("udp4")];
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  socket.on("message", (bytes) => {
    const reply = decodeUhppoteReply(bytes);
    if (reply.kind === "status") heard.resolve(reply.card);
  });
  const listening = Promise.withResolvers<number>();
  const lines = (async function* () {
    const to = await listening.promise;
    const request = { kind: "set-listener", serial: 7, address: "127.0.0.1", port, seconds: 0 } as const;
    await new Promise((resolve) => socket.send(encodeUhppoteRequest(request), to, "127.0.0.1", resolve));
    await new Promise((resolve) => socket.once("message", resolve));
    // Facility 18, card 13398, as the board writes it.
    yield '{"kind":"card","number":1193046}';
  })();
  const tell = (told: object) => {
    if ("listen" in told) listening.resolve(Number(String(told.listen).split(":").at(-1)));
  };
  const devices = ["uhppote-board?serial=7"];
  const run = runDevices({ ...options, listen: "udp:0", devices, lines, tell, signal: stop.signal });
  expect(await heard.promise).toBe(1_813_398);
  stop.abort();
  await run;
  socket.close();
});
