import { createServer, type Socket } from "node:net";
import { LinkError, systemClock } from "@gatehouse/protocol";
import { afterEach, expect, test } from "vitest";
import { MemoryLog } from "../../testing/log.ts";
import { runForeignBroker } from "./foreign-broker.ts";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Lets everybody in, grants the subscription, and then says what it is told to. */
async function wireBroker(say: (socket: Socket) => void): Promise<URL> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      if (bytes[0] === 0x10) socket.write(Buffer.from([0x20, 2, 0, 0]));
      if (bytes[0] !== 0x82) return;
      socket.write(Buffer.from([0x90, 3, bytes[2] ?? 0, bytes[3] ?? 0, 1]));
      say(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => server.close());
  return new URL(`mqtt://127.0.0.1:${(server.address() as { port: number }).port}`);
}

const run = (url: URL, heard: number[], signal = new AbortController().signal) =>
  runForeignBroker(
    {
      id: "far",
      url,
      config: { url },
      branches: ["far/#"],
      deps: {
        clock: systemClock,
        log: new MemoryLog(),
        secret: () => Buffer.alloc(0),
        broker: { onPublish: () => () => {}, publish: async () => {} },
      },
      ready: () => {},
      hear: ({ payload }) => {
        heard.push(payload.length);
        return undefined;
      },
    },
    signal,
  );

/** Header of a PUBLISH with QoS 0 on `far/x`. */
function publishHeader(payloadBytes: number): Buffer {
  let left = payloadBytes + 7;
  const length: number[] = [];
  do {
    const digit = left % 128;
    left = Math.floor(left / 128);
    length.push(left > 0 ? digit | 128 : digit);
  } while (left > 0);
  return Buffer.concat([Buffer.from([0x30, ...length, 0, 5]), Buffer.from("far/x")]);
}

test("a packet of more than 16 MiB is not gathered: the connection ends and says why", async () => {
  let sent = 0;
  const url = await wireBroker((socket) => {
    socket.write(publishHeader(200 * 1024 * 1024));
    const chunk = Buffer.alloc(1024 * 1024);
    const more = (): void => {
      if (socket.destroyed || sent >= 200) return;
      sent += 1;
      socket.write(chunk, more);
    };
    more();
  });
  const heard: number[] = [];
  const ended = run(url, heard);
  await expect(ended).rejects.toThrow(LinkError);
  await expect(ended).rejects.toThrow("a packet of more than 16 MiB");
  expect(heard).toEqual([]);
  expect(sent).toBeLessThan(100);
});

test("many packets that are more than that together are heard", async () => {
  const stop = new AbortController();
  const heard: number[] = [];
  const url = await wireBroker((socket) => {
    const one = Buffer.concat([publishHeader(1024 * 1024), Buffer.alloc(1024 * 1024)]);
    for (let index = 0; index < 20; index += 1) socket.write(one);
  });
  const ended = run(url, heard, stop.signal);
  await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(20);
  stop.abort();
  await ended;
});
