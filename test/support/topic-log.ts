/** What an onlooker of a broker heard, and when it heard what a test waits for. */
import type { IPublishPacket, MqttClient } from "mqtt";

export interface HeardMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly text: string;
  readonly qos: number;
  readonly retain: boolean;
}

export class TopicLog {
  readonly messages: HeardMessage[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(client: MqttClient) {
    client.on("message", (topic, payload, { qos, retain }: IPublishPacket) => {
      this.messages.push({ topic, payload, text: payload.toString("utf8"), qos, retain });
      for (const look of this.#waiting) look();
    });
  }

  /** The first that fits, of those that came or will come. */
  until(fits: (message: HeardMessage) => boolean, from = 0): Promise<HeardMessage> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.messages.slice(from).find(fits);
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }
}
