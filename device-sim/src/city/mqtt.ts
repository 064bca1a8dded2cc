/** The city's MQTT door: a broker that hears `gatehouse/+/up/+` and answers on `gatehouse/{gateway}/receipts`. */
import { type Clock, LinkError, type Receipt, uplinkTopic } from "@gatehouse/protocol";
import { Aedes, type PublishPacket } from "aedes";
import { conductOf, type Failure, HTML_PAGE } from "./failure.ts";
import type { IngestDeps } from "./http.ts";

const UP = /^gatehouse\/([^/]+)\/up\/[^/]+$/;

export interface MqttIngest {
  readonly broker: Aedes;
  publish(topic: string, text: string): void;
  close(): Promise<void>;
}

/** Events are recorded before their PUBACK; receipts of one moment go out together. */
export async function ingestOverMqtt(deps: IngestDeps): Promise<MqttIngest> {
  const broker = await Aedes.createBroker({ maxClientsIdLength: 256, queueLimit: 100_000, concurrency: 1_000 });
  const receipts = new Receipts(broker, deps.clock);
  broker.authorizePublish = (_client, packet, done) => {
    const gateway = UP.exec(packet.topic)?.[1];
    if (gateway === undefined) return done();
    const conduct = conductOf(deps.failure());
    if (conduct.answer === "never") return;
    if (["unavailable", "busy", "redirect"].includes(conduct.answer))
      return done(new LinkError("closed", "told to be unavailable"));
    if (conduct.answer === "html") broker.publish(receiptPacket(gateway, HTML_PAGE), () => {});
    const receipt = conduct.records ? record(deps, packet.payload) : undefined;
    if (receipt !== undefined && conduct.answer === "receipt") receipts.add(gateway, receipt, conduct.delayMs);
    done();
  };
  const publish = (topic: string, payload: string) => broker.publish({ ...PLAIN, topic, payload }, () => {});
  return { broker, publish, close: () => new Promise((resolve) => broker.close(() => resolve())) };
}

/** One event or an array of them; undefined when there is nothing to answer. */
function record(deps: IngestDeps, payload: string | Buffer): Receipt | undefined {
  let json: unknown;
  try {
    json = JSON.parse(payload.toString("utf8"));
  } catch {
    return undefined;
  }
  const taken = deps.ledger.take("mqtt", Array.isArray(json) ? json : [json]);
  if ("reason" in taken) return undefined;
  deps.changed();
  return taken;
}

const PLAIN = { cmd: "publish", qos: 1, retain: false, dup: false } as const;

const receiptPacket = (gateway: string, payload: string): PublishPacket => ({
  ...PLAIN,
  topic: uplinkTopic.receipts(gateway),
  payload,
});

class Receipts {
  readonly #broker: Aedes;
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Receipt>();

  constructor(broker: Aedes, clock: Clock) {
    this.#broker = broker;
    this.#clock = clock;
  }

  add(gateway: string, receipt: Receipt, delayMs: Failure["delayMs"]): void {
    const waiting = this.#waiting.get(gateway);
    if (waiting !== undefined) {
      waiting.accepted.push(...receipt.accepted);
      waiting.rejected.push(...receipt.rejected);
      return;
    }
    this.#waiting.set(gateway, receipt);
    const send = () => {
      this.#waiting.delete(gateway);
      this.#broker.publish(receiptPacket(gateway, JSON.stringify(receipt)), () => {});
    };
    if (delayMs > 0) this.#clock.after(delayMs, send);
    else setImmediate(send);
  }
}
