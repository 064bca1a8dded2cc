/** Whether entities are there, by what their availability topics said last. */
import type { Entity } from "@gatehouse/protocol";

export class AvailabilityBook {
  /** By id, so that an entity announced anew is not away. */
  readonly #words = new Map<string, Map<string, boolean>>();

  hear(entity: Entity, topic: string, payload: string): void {
    for (const [index, source] of entity.availability.sources.entries()) {
      if (source.topic !== topic) continue;
      const text = source.template === undefined ? payload : source.template.render(payload);
      const isThere = text === source.available ? true : text === source.notAvailable ? false : undefined;
      if (isThere === undefined) continue;
      const words = this.#words.get(entity.id) ?? new Map<string, boolean>();
      // Deleted first, so that the latest stands last.
      words.delete(String(index));
      words.set(String(index), isThere);
      this.#words.set(entity.id, words);
    }
  }

  /** The others are gone. */
  only(ids: ReadonlySet<string>): void {
    for (const id of this.#words.keys()) if (!ids.has(id)) this.#words.delete(id);
  }

  /** Undefined: it has no such topics, or they said nothing yet. */
  of(entity: Entity): boolean | undefined {
    const words = [...(this.#words.get(entity.id)?.values() ?? [])];
    if (words.length === 0) return undefined;
    const { mode, sources } = entity.availability;
    if (mode === "latest") return words.at(-1);
    return mode === "any" ? words.includes(true) : words.length === sources.length && words.every((word) => word);
  }
}
