/** Shows how the site stands: new values go out as they change, gathered. They are states: what a broken link loses, the next births say. */
import type { Clock, EdgeEffect, EdgeValue, SparkplugEdge } from "@gatehouse/protocol";
import type { SiteView } from "../../core/site-view.ts";
import { distinct, nodeMetrics, nodeStates, spaceMetrics } from "./site-metrics.ts";

/** States of a busy site are gathered for so long. */
const EVERY_MS = 500;

/** All that will ever be reported, as long as the site stays as it is: of the node, and of each device. */
export type Declared = readonly [readonly EdgeValue[], ReadonlyMap<string, readonly EdgeValue[]>];

export interface ShownSite {
  readonly gateway: string;
  readonly site: SiteView | undefined;
  /** Whether its spaces are shown as devices. */
  readonly spaces: boolean;
}

export function declared({ gateway, site, spaces }: ShownSite): Declared {
  const shown = spaces ? (site?.spaces() ?? []) : [];
  const names = distinct(shown.map(({ id }) => id));
  const devices = shown.map((space, index) => [names[index] ?? space.id, spaceMetrics(space)] as const);
  return [nodeMetrics(gateway, site), new Map(devices)];
}

export interface ShowOptions extends ShownSite {
  readonly clock: Clock;
  readonly edge: SparkplugEdge;
  perform(effects: readonly EdgeEffect[]): void;
}

/** Until the returned function is called. */
export function showSite(options: ShowOptions): () => void {
  const { clock, edge, site, perform } = options;
  let shape = shapeOf(declared(options));
  let cancel: (() => void) | undefined;
  const show = () => {
    cancel = undefined;
    if (!edge.born) return;
    const nowMs = clock.nowMs();
    const now = declared(options);
    // Another site file: what may be reported is another, which only new births can say.
    if (shapeOf(now) !== shape) {
      shape = shapeOf(now);
      return perform(edge.declare(...now, nowMs));
    }
    const news = (values: readonly EdgeValue[]) => values.map(({ name, value }) => ({ name, value, timestamp: nowMs }));
    perform(edge.update(undefined, news(nodeStates(site)), nowMs));
    for (const [device, values] of now[1]) perform(edge.update(device, news(values), nowMs));
  };
  const detach = site?.onChange(() => {
    cancel ??= clock.after(EVERY_MS, show);
  });
  return () => {
    cancel?.();
    detach?.();
  };
}

const shapeOf = ([node, devices]: Declared): string =>
  JSON.stringify([node.map(({ name }) => name), [...devices.keys()]]);
