/** A real aedes on a loopback port, for tests: hears everything, and lets a test decide what becomes of each publish. */
import { createServer } from "node:net";
import { Aedes, type Client, type PublishPacket } from "aedes";
import { type ListenAt, Listener } from "../city/listener.ts";

/** `acknowledge` it, say `nothing`, or `drop` the connection. */
export type Verdict = "acknowledge" | "nothing" | "drop";

export interface Heard {
  readonly client: string;
  readonly topic: string;
  readonly text: string;
  readonly payload: Buffer;
  readonly retain: boolean;
}

export interface TestBroker {
  readonly url: string;
  /** Everything clients and their wills published, before any verdict. */
  readonly heard: readonly Heard[];
  publish(topic: string, payload: string): Promise<void>;
  /** Breaks every connection. */
  breakAll(): void;
  /** Resolves as soon as the condition holds, looked at now and after every publish. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

const ANY_PORT: ListenAt = { host: "127.0.0.1", port: 0 };

export async function startBroker(judge: (heard: Heard) => Verdict = () => "acknowledge"): Promise<TestBroker> {
  const broker = await Aedes.createBroker({ maxClientsIdLength: 64 });
  const heard: Heard[] = [];
  const conditions = new Set<() => void>();
  broker.authorizePublish = (client: Client | null, packet: PublishPacket, done) => {
    const payload = Buffer.from(packet.payload as Buffer);
    const { topic, retain } = packet;
    const item = { client: client?.id ?? "", topic, text: payload.toString("utf8"), payload, retain };
    heard.push(item);
    const verdict = judge(item);
    if (verdict === "acknowledge") done();
    if (verdict === "drop") client?.conn.destroy();
    for (const look of conditions) look();
  };
  const listener = new Listener(createServer(broker.handle), ANY_PORT);
  await listener.open();
  return {
    url: `mqtt://${listener.address}`,
    heard,
    publish: (topic, payload) =>
      new Promise((resolve) => {
        broker.publish({ cmd: "publish", topic, payload, qos: 1, retain: false, dup: false }, () => resolve());
      }),
    breakAll: () => listener.breakAll(),
    until: (condition) =>
      new Promise((resolve) => {
        const look = () => {
          if (!condition()) return;
          conditions.delete(look);
          resolve();
        };
        conditions.add(look);
        look();
      }),
    close: async () => {
      await listener.shut();
      await new Promise<void>((resolve) => broker.close(() => resolve()));
    },
  };
}
