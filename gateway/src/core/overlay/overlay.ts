/** What people and platforms set beside the site file: registered head counts, limits, a policy bundle. A piece of the core's state. */
import type { Policy, PolicyBundle, Site, Space } from "@gatehouse/protocol";

/** The later word counts: a change stands until the site file says something else than it said when the change was made. */
export interface Change<T> {
  readonly value: T;
  readonly by: string;
  readonly atMs: number;
  /** What the site file said then, as JSON text. */
  readonly file: string;
}

export interface SetLimit {
  readonly persons: number;
  readonly basis: string;
}

export interface Overlay {
  /** By space. */
  readonly registered: Map<string, Change<number>>;
  readonly limits: Map<string, Change<SetLimit>>;
  bundle: Change<PolicyBundle> | undefined;
  /** The highest ever taken: an older bundle never comes back, whatever the site file says meanwhile. */
  revision: number;
}

export interface OverlayJson {
  readonly registered: readonly (readonly [string, Change<number>])[];
  readonly limits: readonly (readonly [string, Change<SetLimit>])[];
  readonly bundle?: Change<PolicyBundle>;
  readonly revision: number;
}

/** The parts of a configuration it lies over. */
export interface Overlaid {
  readonly site: Site;
  readonly policies: readonly Policy[];
}

export const createOverlay = (): Overlay => ({
  registered: new Map(),
  limits: new Map(),
  bundle: undefined,
  revision: 0,
});

export const overlayToJson = ({ registered, limits, bundle, revision }: Overlay): OverlayJson => ({
  registered: [...registered],
  limits: [...limits],
  ...(bundle === undefined ? {} : { bundle }),
  revision,
});

export const overlayFromJson = ({ registered, limits, bundle, revision }: OverlayJson): Overlay => ({
  registered: new Map(registered),
  limits: new Map(limits),
  bundle,
  revision,
});

export const fileSays = (value: unknown): string => JSON.stringify(value ?? null);

/** The configuration as it counts. The same object where nothing was set. */
export function underOverlay<T extends Overlaid>(config: T, overlay: Overlay): T {
  const { registered, limits, bundle } = overlay;
  if (registered.size === 0 && limits.size === 0 && bundle === undefined) return config;
  const set = (space: Space): Space => {
    const persons = registered.get(space.id)?.value;
    const limit = limits.get(space.id)?.value;
    if (persons === undefined && limit === undefined) return space;
    return {
      ...space,
      ...(persons === undefined ? {} : { registered: persons }),
      ...(limit === undefined ? {} : { limit: { persons: limit.persons, basis: limit.basis } }),
    };
  };
  const { site } = config;
  return {
    ...config,
    site: { ...site, spaces: site.spaces.map(set), policies: bundle?.value.use ?? site.policies },
    policies: bundle === undefined ? config.policies : replaced(config.policies, bundle.value.policies),
  };
}

export function replaced(policies: readonly Policy[], by: readonly Policy[]): Policy[] {
  const ids = new Set(by.map(({ id }) => id));
  return [...policies.filter(({ id }) => !ids.has(id)), ...by];
}

/** Drops what the site file has overruled since, and what is about spaces that are gone. True when anything went. */
export function settleOverlay(overlay: Overlay, { spaces, policies }: Site): boolean {
  const byId = new Map(spaces.map((space) => [space.id, space]));
  let changed = false;
  const keep = (changes: Map<string, Change<unknown>>, said: (space: Space) => unknown): void => {
    for (const [id, { file }] of changes) {
      const space = byId.get(id);
      if (space !== undefined && fileSays(said(space)) === file) continue;
      changes.delete(id);
      changed = true;
    }
  };
  keep(overlay.registered, (space) => space.registered);
  keep(overlay.limits, (space) => space.limit);
  if (overlay.bundle !== undefined && overlay.bundle.file !== fileSays(policies)) {
    overlay.bundle = undefined;
    changed = true;
  }
  return changed;
}
