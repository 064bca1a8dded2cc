/** What is still there for platforms that were removed: whoever comes under such a name gets it. Pure. */
import type { StoreStats } from "./ports.ts";

export interface LeftBehind {
  /** Of the platform that was removed. */
  readonly id: string;
  readonly waiting: number;
  /** Delivered a short while ago; only a broker's word for it is sent again. */
  readonly inGrace: number;
}

/** `here`: the platforms there are. */
export function leftBehind(
  here: ReadonlySet<string>,
  { backlog, inGrace }: Pick<StoreStats, "backlog" | "inGrace">,
): readonly LeftBehind[] {
  const left = new Map<string, { waiting: number; inGrace: number }>();
  const add = (uplink: string, what: "waiting" | "inGrace", count: number): void => {
    if (count === 0 || here.has(uplink)) return;
    const known = left.get(uplink) ?? { waiting: 0, inGrace: 0 };
    left.set(uplink, { ...known, [what]: known[what] + count });
  };
  for (const { uplink, count } of backlog) add(uplink, "waiting", count);
  for (const { uplink, count } of inGrace) add(uplink, "inGrace", count);
  return [...left].map(([id, counts]) => ({ id, ...counts }));
}
