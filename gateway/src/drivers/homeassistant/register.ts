/** The entities that were announced, and where each of their words comes from. Bounded. */
import {
  type Announcement,
  type DiscoveryTopic,
  type Entity,
  MAX_DISCOVERY_BYTES,
  readAnnouncement,
  readEntity,
} from "@gatehouse/protocol";

export const MAX_ENTITIES = 5_000;
/** Of all announcements together. */
export const MAX_ALL_BYTES = 8_000_000;

export interface Registered {
  readonly topic: string;
  /** Of the topic's own payload. */
  readonly part: string;
  readonly entity: Entity;
}

export class Register {
  /** By topic, then by part. */
  readonly #topics = new Map<string, Map<string, Registered>>();
  readonly #byState = new Map<string, Set<Registered>>();
  readonly #byAvailability = new Map<string, Set<Registered>>();
  readonly #payloads = new Map<string, string>();
  #count = 0;
  #bytes = 0;

  get all(): readonly Registered[] {
    return [...this.#topics.values()].flatMap((parts) => [...parts.values()]);
  }

  /** Topics whose messages say something. */
  get topics(): ReadonlySet<string> {
    return new Set([...this.#byState.keys(), ...this.#byAvailability.keys()]);
  }

  stateOf(topic: string): Iterable<Registered> {
    return this.#byState.get(topic) ?? [];
  }

  availabilityOf(topic: string): Iterable<Registered> {
    return this.#byAvailability.get(topic) ?? [];
  }

  /** What the payload of a discovery topic says is there from now on. Returns why it could not be read; then all stays as it was. */
  take(topic: string, place: DiscoveryTopic, payload: string): string | undefined {
    // Said again, as after every restart of somebody.
    if (payload !== "" && this.#payloads.get(topic) === payload) return undefined;
    const announcement: Announcement = readAnnouncement(place, payload.slice(0, MAX_DISCOVERY_BYTES + 1));
    if (!announcement.ok) return announcement.reason;
    const parts = new Map<string, Registered>();
    for (const announced of announcement.parts) {
      const { part, fields } = announced;
      if (fields === undefined) continue;
      const id = [place.node, place.object, part].filter((piece) => piece !== undefined && piece !== "").join(" ");
      parts.set(part, { topic, part, entity: readEntity({ ...announced, fields }, id) });
    }
    const problem = this.#excess(topic, parts.size, payload.length);
    if (problem !== undefined) return problem;
    this.#forget(topic);
    if (parts.size > 0) {
      this.#topics.set(topic, parts);
      this.#payloads.set(topic, payload);
      this.#count += parts.size;
      this.#bytes += payload.length;
      for (const registered of parts.values()) this.#index(registered);
    }
    return undefined;
  }

  /** Only what grows needs room: else strangers who filled it could keep a known device from saying how it is now. */
  #excess(topic: string, count: number, bytes: number): string | undefined {
    const moreBytes = bytes - (this.#payloads.get(topic)?.length ?? 0);
    if (moreBytes > 0 && this.#bytes + moreBytes > MAX_ALL_BYTES)
      return `more than ${MAX_ALL_BYTES / 1e6} MB of announcements: the rest is left out`;
    const more = count - (this.#topics.get(topic)?.size ?? 0);
    if (more > 0 && this.#count + more > MAX_ENTITIES)
      return `more than ${MAX_ENTITIES} entities: the rest is left out`;
    return undefined;
  }

  #forget(topic: string): void {
    for (const registered of this.#topics.get(topic)?.values() ?? []) {
      const { state, availability } = registered.entity;
      this.#count -= 1;
      if (state !== undefined) drop(this.#byState, state.topic, registered);
      for (const source of availability.sources) drop(this.#byAvailability, source.topic, registered);
    }
    this.#topics.delete(topic);
    this.#bytes -= this.#payloads.get(topic)?.length ?? 0;
    this.#payloads.delete(topic);
  }

  #index(registered: Registered): void {
    const { state, availability, unsupported } = registered.entity;
    if (unsupported !== undefined) return;
    if (state !== undefined) add(this.#byState, state.topic, registered);
    for (const source of availability.sources) add(this.#byAvailability, source.topic, registered);
  }
}

function add(index: Map<string, Set<Registered>>, topic: string, registered: Registered): void {
  const known = index.get(topic);
  if (known === undefined) index.set(topic, new Set([registered]));
  else known.add(registered);
}

function drop(index: Map<string, Set<Registered>>, topic: string, registered: Registered): void {
  const known = index.get(topic);
  known?.delete(registered);
  if (known?.size === 0) index.delete(topic);
}
