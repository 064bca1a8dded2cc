/** What aedes must remember between packets, in the shape it expects of its persistence. Bounded: every session is a clean one. */
import { Readable } from "node:stream";
import { InvariantError } from "@gatehouse/protocol";
import { topicMatches } from "./fan-out.ts";

interface Retained {
  readonly topic: string;
  readonly payload: Buffer;
}

interface Of {
  readonly id: string;
}

interface Numbered {
  readonly messageId?: number;
}

const NONE: readonly never[] = [];
const nothing = Promise.resolve();
const noSubscribers = Promise.resolve(NONE);

/**
 * Retained messages (the gateway's own, and one status per device) and the QoS 2 packets whose PUBREL is still to come (aedes bounds
 * them). No queue for absent clients: a command they miss has expired before they are back, and state is retained.
 */
export class SessionMemory {
  readonly #retained = new Map<string, Retained>();
  readonly #incoming = new Map<string, Map<number, Numbered>>();

  /** aedes asks that this be an async function. */
  async setup(): Promise<void> {}

  async storeRetained(packet: Retained): Promise<void> {
    if (packet.payload.length === 0) this.#retained.delete(packet.topic);
    else this.#retained.set(packet.topic, { ...packet });
  }

  createRetainedStreamCombi(filters: readonly string[]): Readable {
    return Readable.from(this.#matching(filters));
  }

  async incomingStorePacket({ id }: Of, packet: Numbered): Promise<void> {
    const packets = this.#incoming.get(id) ?? new Map<number, Numbered>();
    this.#incoming.set(id, packets);
    packets.set(packet.messageId ?? 0, { messageId: packet.messageId ?? 0 });
  }

  async incomingGetPacket({ id }: Of, { messageId = 0 }: Numbered): Promise<Numbered> {
    const packet = this.#incoming.get(id)?.get(messageId);
    if (packet === undefined) throw new InvariantError(`no packet ${messageId} of ${id}`);
    return packet;
  }

  async incomingDelPacket({ id }: Of, { messageId = 0 }: Numbered): Promise<void> {
    this.#incoming.get(id)?.delete(messageId);
  }

  async cleanIncoming({ id }: Of): Promise<void> {
    this.#incoming.delete(id);
  }

  subscriptionsByTopic(): Promise<readonly never[]> {
    return noSubscribers;
  }

  subscriptionsByClient(): Promise<readonly never[]> {
    return noSubscribers;
  }

  addSubscriptions(): Promise<void> {
    return nothing;
  }

  removeSubscriptions(): Promise<void> {
    return nothing;
  }

  cleanSubscriptions(): Promise<void> {
    return nothing;
  }

  outgoingEnqueue(): Promise<void> {
    return nothing;
  }

  outgoingEnqueueCombi(): Promise<void> {
    return nothing;
  }

  outgoingUpdate(): Promise<void> {
    return nothing;
  }

  outgoingClearMessageId(): Promise<void> {
    return nothing;
  }

  outgoingStream(): Readable {
    return Readable.from(NONE);
  }

  /** aedes holds a connected client's will itself; it asks here only for those of other brokers, which there are none of. */
  putWill(): Promise<void> {
    return nothing;
  }

  delWill(): Promise<void> {
    return nothing;
  }

  streamWill(): Readable {
    return Readable.from(NONE);
  }

  *#matching(filters: readonly string[]): Generator<Retained> {
    for (const packet of this.#retained.values()) {
      if (filters.some((filter) => topicMatches(filter, packet.topic))) yield packet;
    }
  }
}
