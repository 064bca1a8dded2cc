import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { owedItem, uplinkDeps } from "../testing/uplink-items.ts";
import { NatsConfig, natsUplink } from "./nats.ts";

const never = new AbortController().signal;
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

async function listen(greet: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    ends.push(() => socket.destroy());
    greet(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(() => server.close());
  return `nats://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function run(servers: readonly string[]) {
  const clock = new FakeClock();
  const uplink = natsUplink.create("town", NatsConfig.parse({ servers }), uplinkDeps(clock));
  const stop = new AbortController();
  const failure = uplink.run(stop.signal).catch((error: unknown) => error);
  ends.push(() => stop.abort());
  return { uplink, clock, failure, stop };
}

describe("the configuration of the nats uplink", () => {
  it.each([["nats://town.example:4222"], ["mqtts://town.example"], ["tls://user:pw@town.example"]])(
    "does not take a server %s",
    (server) => {
      expect(NatsConfig.safeParse({ servers: [server] }).success).toBe(false);
    },
  );

  it("takes one way to log in at the most", () => {
    const { error } = NatsConfig.safeParse({
      servers: ["tls://town.example"],
      nkey: { file: "a" },
      creds: { file: "b" },
    });
    expect(error?.issues[0]?.message).toContain("one way to log in is enough");
  });
});

describe("a nats server", () => {
  it.each([["HTTP/1.1 400 Bad Request\r\n\r\n"], ["INFO no json\r\n"], [`INFO ${"x".repeat(70_000)}`]])(
    "is not what greets with %.20s",
    async (greeting) => {
      const { failure } = run([await listen((socket) => socket.write(greeting))]);
      expect(await failure).toMatchObject({
        name: "LinkError",
        code: "refused",
        message: expect.stringContaining("is no nats server: check the port in `servers`"),
      });
    },
  );

  it("that takes the connection and says nothing is let go of after three seconds, and no connection stays", async () => {
    let open = 0;
    const silent = await listen((socket) => {
      open += 1;
      socket.on("close", () => {
        open -= 1;
      });
    });
    const { failure, clock, uplink } = run([silent]);
    const sending = uplink.send([owedItem(1)], never).catch((error: unknown) => error);
    while (open === 0) await settle();
    await clock.advance(2_999);
    await clock.advance(1);
    expect(await failure).toMatchObject({ code: "timeout", message: expect.stringContaining("within 3000 ms") });
    expect(await sending).toBe(await failure);
    while (open > 0) await settle();
    expect(open).toBe(0);
  });

  it("that closes at once is down", async () => {
    const { failure } = run([await listen((socket) => socket.end())]);
    expect(await failure).toMatchObject({ name: "LinkError", code: "closed" });
  });
});
