/** How each door stands, by the latest its devices said: for the state topics, in memory. */
import { formatTime, type ReadingKind } from "@gatehouse/protocol";
import type { Core } from "../core/core.ts";
import { type Accept, Pseudonymized } from "../core/ports.ts";

export interface PortalState {
  readonly door?: "open" | "closed";
  readonly lock?: "locked" | "unlocked";
  readonly at: string;
}

const SAYS: Partial<Record<ReadingKind, Omit<PortalState, "at">>> = {
  "door.opened": { door: "open" },
  "door.forced": { door: "open" },
  "door.held": { door: "open" },
  "door.closed": { door: "closed" },
  "lock.locked": { lock: "locked" },
  "lock.unlocked": { lock: "unlocked" },
};

export class PortalBoard {
  readonly #core: Pick<Core, "model">;
  readonly #nowMs: () => number;
  readonly #states = new Map<string, PortalState>();
  /** By portal and aspect: a late reading does not undo a newer one. */
  readonly #atMs = new Map<string, number>();
  readonly #changed = new Set<string>();

  constructor(core: Pick<Core, "model">, nowMs: () => number) {
    this.#core = core;
    this.#nowMs = nowMs;
  }

  /** Looks on while a driver's readings are accepted. */
  watching(accept: Accept): Accept {
    return async (items) => {
      const rejections = await accept(items);
      const bad = new Set(rejections.map(({ index }) => index));
      for (const [index, item] of items.entries()) if (!bad.has(index)) this.#note(item);
      return rejections;
    };
  }

  /** What changed since it was asked last. */
  changed(): readonly (readonly [string, PortalState])[] {
    const ids = [...this.#changed];
    this.#changed.clear();
    return ids.flatMap((id) => {
      const state = this.#states.get(id);
      return state === undefined ? [] : [[id, state] as const];
    });
  }

  #note(given: unknown): void {
    const item = (given instanceof Pseudonymized ? given.item : given) as Readonly<Record<string, unknown>> | null;
    const says = SAYS[item?.["kind"] as ReadingKind];
    if (item === null || says === undefined) return;
    const { model } = this.#core;
    const named = item["portal"];
    const portal = typeof named === "string" ? named : model.devices.get(String(item["device"]))?.portal;
    if (portal === undefined || !model.portals.has(portal)) return;
    const nowMs = this.#nowMs();
    const said = typeof item["at"] === "string" ? Date.parse(item["at"]) : nowMs;
    // A device's clock may be ahead: its next word must count all the same.
    const atMs = Number.isFinite(said) ? Math.min(said, nowMs) : nowMs;
    const aspect = `${portal} ${Object.keys(says)[0]}`;
    if (atMs < (this.#atMs.get(aspect) ?? 0)) return;
    this.#atMs.set(aspect, atMs);
    this.#states.set(portal, { ...this.#states.get(portal), ...says, at: formatTime(atMs, model.zone) });
    this.#changed.add(portal);
  }
}
