/** The site as it stands now, out of the core and the health board, for uplinks that show it. */
import type { Core } from "../core/core.ts";
import type { HealthBoard } from "../core/health.ts";
import { estimateOf } from "../core/occupancy/estimate-of.ts";
import type { DeviceView, SiteView, SpaceView } from "../core/site-view.ts";

export class LiveSite implements SiteView {
  readonly #core: Pick<Core, "model" | "state" | "onChange">;
  readonly #health: HealthBoard;
  readonly #listeners = new Set<() => void>();

  constructor(core: Pick<Core, "model" | "state" | "onChange">, health: HealthBoard) {
    this.#core = core;
    this.#health = health;
    const tell = () => {
      for (const listener of this.#listeners) listener();
    };
    core.onChange(({ spaces, alerts }) => {
      if (spaces.length + alerts.length > 0) tell();
    });
    health.onChange(tell);
  }

  get codes(): number {
    return this.#health.entries.length;
  }

  spaces(): SpaceView[] {
    const { model, state } = this.#core;
    const open = new Map<string, number>();
    for (const { alert } of state.alerts.values())
      if (alert.state !== "closed") open.set(alert.space, (open.get(alert.space) ?? 0) + 1);
    return [...model.spaces].map(([id, { space, limit }]) => ({
      id,
      name: space.name,
      limit: limit?.persons ?? null,
      registered: space.registered ?? null,
      estimate: estimateOf(state, id),
      openAlerts: open.get(id) ?? 0,
    }));
  }

  devices(): DeviceView[] {
    const away = new Set(
      this.#health.entries.filter(({ code }) => code === "device-offline").map(({ subject }) => subject),
    );
    return this.#core.model.config.site.devices.map(({ id, kind }) => ({ id, kind, online: !away.has(id) }));
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
