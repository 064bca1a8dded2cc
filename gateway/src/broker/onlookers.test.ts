import { afterEach, expect, it } from "vitest";
import { connectPacket, publishPacket, WireClient } from "../testing/mqtt-wire.ts";
import { type OpenBroker, openBroker } from "../testing/open-broker.ts";
import type { BrokerOptions } from "./broker.ts";

let broker: OpenBroker | undefined;
afterEach(() => broker?.close());

type Knock = Parameters<NonNullable<BrokerOptions["knocked"]>>[0];

it("tells of whoever gives a name without an account, and refuses it; wrong passwords and nameless strangers are no knock", async () => {
  const knocks: Knock[] = [];
  const accounts = new Map([["known", { role: "device" as const, password: Buffer.from("right") }]]);
  broker = await openBroker({ accounts, knocked: (knock) => knocks.push(knock) });
  for (const fields of [{ user: "new-1", password: "first" }, { user: "known", password: "wrong" }, {}]) {
    const client = await WireClient.open(broker.port);
    client.send(connectPacket(fields));
    await client.closed;
  }
  expect(knocks.map(({ user, password }) => [user, String(password)])).toEqual([["new-1", "first"]]);
  expect(knocks[0]?.address).toContain("127.0.0.1");
  expect(broker.codes()).toContain("device-unknown new-1");
});

it("shows every publish that is allowed to whoever looks on, until they look away", async () => {
  broker = await openBroker();
  const seen: string[] = [];
  const end = broker.broker.onLook(({ client, topic }) => seen.push(`${client} ${topic}`));
  const client = await WireClient.connect(broker.port, { user: "lock-302" });
  const topic = "gatehouse/1/lock-302/readings";
  await client.publish(topic, "{}", 1);
  expect(seen).toEqual([`lock-302 ${topic}`]);
  end();
  await client.publish(topic, "{}", 2);
  expect(seen).toHaveLength(1);
  client.send(publishPacket("gatehouse/1/count-302/readings", "{}", 3));
  await client.closed;
  expect(seen).toHaveLength(1);
});
