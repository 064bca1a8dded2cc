/** The city's MQTT door: a broker that hears `gatehouse/+/up/+` and answers on `gatehouse/{gateway}/receipts`; edge nodes of Sparkplug are heard and answered as their host does. */
import { type Clock, LinkError, type Receipt, uplinkTopic } from "@gatehouse/protocol";
import { Aedes, type PublishPacket } from "aedes";
import { conductOf, type Failure, HTML_PAGE } from "./failure.ts";
import type { IngestDeps } from "./http.ts";
import type { Via } from "./ledger.ts";
import { sparkplugEvents } from "./sparkplug.ts";

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
    const intake = intakeOf(packet.topic, packet.payload as Buffer);
    if (intake === undefined) return done();
    const conduct = conductOf(deps.failure());
    if (conduct.answer === "never") return;
    if (["unavailable", "busy", "redirect"].includes(conduct.answer))
      return done(new LinkError("closed", "told to be unavailable"));
    if (conduct.answer === "html") broker.publish(intake.answer(HTML_PAGE), () => {});
    const receipt = conduct.records ? record(deps, intake) : undefined;
    if (receipt !== undefined && conduct.answer === "receipt") receipts.add(intake, receipt, conduct.delayMs);
    done();
  };
  const publish = (topic: string, payload: string) => broker.publish({ ...PLAIN, topic, payload }, () => {});
  return { broker, publish, close: () => new Promise((resolve) => broker.close(() => resolve())) };
}

interface Intake {
  readonly via: Via;
  /** Whom to answer. */
  readonly who: string;
  /** Events, unread. */
  readonly items: readonly unknown[] | undefined;
  answer(text: string): PublishPacket;
}

/** Undefined for what is no event of a gateway. */
function intakeOf(topic: string, payload: Buffer): Intake | undefined {
  const gateway = UP.exec(topic)?.[1];
  if (gateway !== undefined) {
    const json = parsed(payload.toString("utf8"));
    const items = json === undefined ? undefined : Array.isArray(json) ? json : [json];
    return { via: "mqtt", who: gateway, items, answer: (text) => receiptPacket(gateway, text) };
  }
  const node = sparkplugEvents(topic, payload);
  if (node === undefined) return undefined;
  const items = node.texts.map(parsed);
  return { via: "sparkplug", who: topic, items, answer: (text) => ({ ...PLAIN, ...node.answer(text) }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Undefined when there is nothing to answer. */
function record(deps: IngestDeps, { via, items }: Intake): Receipt | undefined {
  if (items === undefined) return undefined;
  const taken = deps.ledger.take(via, items);
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

  add({ who, answer }: Intake, receipt: Receipt, delayMs: Failure["delayMs"]): void {
    const waiting = this.#waiting.get(who);
    if (waiting !== undefined) {
      waiting.accepted.push(...receipt.accepted);
      waiting.rejected.push(...receipt.rejected);
      return;
    }
    this.#waiting.set(who, receipt);
    const send = () => {
      this.#waiting.delete(who);
      this.#broker.publish(answer(JSON.stringify(receipt)), () => {});
    };
    if (delayMs > 0) this.#clock.after(delayMs, send);
    else setImmediate(send);
  }
}
