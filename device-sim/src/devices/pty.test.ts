import { once } from "node:events";
import { readdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { createConnection } from "node:net";
import { describe, expect, it } from "vitest";
import { openPty } from "./pty.ts";
import { serveTcp } from "./serve-tcp.ts";

const descriptors = () => readdirSync("/proc/self/fd").length;

describe("a pseudo-terminal", () => {
  it("carries every byte both ways as it is, and is gone when unplugged", async () => {
    const pty = await openPty();
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const heard: number[] = [];
    const complete = new Promise<void>((resolve) => {
      pty.onBytes((bytes) => {
        heard.push(...bytes);
        if (heard.length >= 256) resolve();
      });
    });
    const file = await open(pty.path, "r+");
    await file.write(all);
    await complete;
    expect(heard).toEqual([...all]);
    pty.say(all);
    const said = Buffer.alloc(256);
    let count = 0;
    while (count < 256) count += (await file.read(said, count, 256 - count)).bytesRead;
    expect([...said]).toEqual([...all]);
    await pty.unplug();
    await pty.unplug();
    await expect(file.write(all)).rejects.toThrow(/EIO/);
    await file.close();
    pty.say(all);
  });

  it("gives its descriptors back", async () => {
    await (await openPty()).unplug();
    const before = descriptors();
    for (let i = 0; i < 10; i++) await (await openPty()).unplug();
    expect(descriptors()).toBe(before);
  });
});

describe("a device server", () => {
  it("speaks to whoever is connected and can drop them", async () => {
    const server = await serveTcp();
    const heard: number[] = [];
    server.onBytes((bytes) => {
      heard.push(...bytes);
      server.say(Uint8Array.of(9));
    });
    const socket = createConnection({ port: server.port });
    socket.write(Uint8Array.of(1, 2));
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect([...answer]).toEqual([9]);
    expect(heard).toEqual([1, 2]);
    socket.on("error", () => {});
    const closed = once(socket, "close");
    server.drop();
    await closed;
    await server.close();
    expect(server.connections).toBe(0);
  });
});
