import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { systemClock } from "@gatehouse/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { startSlowLink } from "./slow-link.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A server that counts what it gets, behind the link. */
async function open(options: { readonly bitsPerSecond?: number; readonly latencyMs?: number }) {
  const got = { bytes: 0 };
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      got.bytes += chunk.length;
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(() => server.close());
  const to = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
  const link = await startSlowLink({ to, clock: systemClock, ...options });
  ends.push(() => link.close());
  const dial = async (): Promise<Socket> => {
    const socket = connect(link.port, "127.0.0.1");
    socket.on("error", () => {});
    ends.push(() => socket.destroy());
    await once(socket, "connect");
    return socket;
  };
  const arrived = async (bytes: number) => {
    while (got.bytes < bytes) await systemClock.sleep(5);
  };
  return { link, dial, got, arrived };
}

describe("a slow link", () => {
  it("carries so many bits a second, whatever the number of connections", async () => {
    const { dial, arrived } = await open({ bitsPerSecond: 1_000_000 });
    const sockets = await Promise.all([dial(), dial()]);
    const startedMs = systemClock.monoMs();
    for (const socket of sockets) socket.write(Buffer.alloc(25_000));
    await arrived(50_000);
    const tookMs = systemClock.monoMs() - startedMs;
    expect(tookMs).toBeGreaterThan(380);
    expect(tookMs).toBeLessThan(1_000);
  });

  it("holds everything while it is frozen, and lets it go on afterwards", async () => {
    const { link, dial, got, arrived } = await open({});
    const socket = await dial();
    link.freeze();
    socket.write("hello");
    await systemClock.sleep(50);
    expect(got.bytes).toBe(0);
    await link.restore();
    await arrived(5);
  });

  it("breaks connections when it is cut, and takes new ones at the same port afterwards", async () => {
    const { link, dial, arrived } = await open({});
    const socket = await dial();
    const closed = once(socket, "close");
    const { port } = link;
    await link.cut();
    await closed;
    await expect(dial()).rejects.toThrow();
    await link.restore();
    expect(link.port).toBe(port);
    (await dial()).write("x");
    await arrived(1);
  });
});
