/** The process as a client of the gateway's broker: hears the retained state, asks for what its users do. Single use: a lost link ends the process. */
import { type Alert, type Clock, LinkError, opcuaTopic, RejectedError, stateTopic } from "@gatehouse/protocol";
import { connect, type MqttClient } from "mqtt";
import { Answer, type Ask, type ServerTask } from "../seam.ts";
import { readState, type StateMessage } from "./state-shapes.ts";

const CONNECT_MS = 10_000;
/** A deed is answered once it is on disk. */
const ANSWER_MS = 10_000;
/** Beyond it nobody answers any more. */
const MOST_ASKS = 200;

export interface BrokerLink {
  /** Rejects with a LinkError when the link is gone; never resolves. */
  readonly lost: Promise<never>;
  /** Resolves with the alert as it then stands. Throws RejectedError with the gateway's reason, LinkError when it does not answer. */
  ask(ask: Omit<Ask, "n">): Promise<Alert>;
  close(): void;
}

export async function openBrokerLink(
  { url, user, password }: ServerTask["broker"],
  clock: Clock,
  onState: (message: StateMessage) => void,
): Promise<BrokerLink> {
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  const asks = new Asks(clock);
  const client = connect(url, {
    clientId: "server",
    username: user,
    password,
    clean: true,
    reconnectPeriod: 0,
    queueQoSZero: false,
    connectTimeout: CONNECT_MS,
    keepalive: 20,
  });
  let reason = "closed by the gateway";
  client.on("error", (error) => {
    reason = error.message;
  });
  client.on("close", () => {
    const error = new LinkError("closed", `the gateway's broker: ${reason}`);
    lost.reject(error);
    asks.fail(error);
  });
  client.on("message", (topic, payload) => {
    if (topic === opcuaTopic.answers) asks.answered(payload);
    else onState(readState(topic, payload));
  });
  await Promise.race([new Promise<void>((resolve) => client.once("connect", () => resolve())), lost.promise]);
  await Promise.race([client.subscribeAsync([opcuaTopic.answers, stateTopic.all], { qos: 1 }), lost.promise]);
  return {
    lost: lost.promise,
    ask: (ask) => asks.send(client, ask),
    close: () => client.end(true),
  };
}

/** What was asked and is not answered yet. */
class Asks {
  readonly #clock: Clock;
  readonly #open = new Map<number, PromiseWithResolvers<Alert>>();
  #n = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async send(client: MqttClient, ask: Omit<Ask, "n">): Promise<Alert> {
    if (this.#open.size >= MOST_ASKS) throw new LinkError("refused", `${MOST_ASKS} steps wait for the gateway already`);
    const n = ++this.#n;
    const answer = Promise.withResolvers<Alert>();
    this.#open.set(n, answer);
    const cancel = this.#clock.after(ANSWER_MS, () =>
      answer.reject(new LinkError("timeout", `the gateway did not answer within ${ANSWER_MS / 1_000} s`)),
    );
    client.publish(opcuaTopic.asks, JSON.stringify({ n, ...ask }), { qos: 1 }, (error) => {
      if (error) answer.reject(new LinkError("closed", error.message));
    });
    try {
      return await answer.promise;
    } finally {
      cancel();
      this.#open.delete(n);
    }
  }

  answered(payload: Buffer): void {
    const answer = read(payload);
    if (answer === undefined) return;
    const open = this.#open.get(answer.n);
    if (answer.ok) open?.resolve(answer.alert);
    else open?.reject(new RejectedError(answer.reason));
  }

  fail(error: LinkError): void {
    for (const { reject } of this.#open.values()) reject(error);
  }
}

function read(payload: Buffer): Answer | undefined {
  try {
    return Answer.safeParse(JSON.parse(payload.toString("utf8"))).data;
  } catch {
    return undefined;
  }
}
