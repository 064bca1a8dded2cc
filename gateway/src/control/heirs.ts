/** Platforms that another site file adds under the name of one that was removed: what is still there for that one would go to them. */
import type { Problem } from "@gatehouse/protocol";
import { parse } from "yaml";
import { z } from "zod";
import type { LeftBehind } from "../core/left-behind.ts";

const Uplink = z.looseObject({ id: z.string(), type: z.string().optional(), receipt: z.string().optional() });
type Uplink = z.infer<typeof Uplink>;

/** One for each of them. None where `text` cannot be read: what is wrong with it is told elsewhere. */
export function heirsIn(text: string, left: readonly LeftBehind[]): readonly Problem[] {
  if (left.length === 0) return [];
  return uplinksOf(text).flatMap((uplink, index) => {
    const one = left.find(({ id }) => id === uplink.id);
    if (one === undefined) return [];
    const waiting = one.waiting > 0 ? [waits(one)] : [];
    const again = isSentAgain(uplink) && one.inGrace > 0 ? [comesAgain(one)] : [];
    return [...waiting, ...again].map((reason) => ({
      path: `uplinks[${index}].id`,
      reason,
      fix: `choose another name; or, if it is the same platform, say --same-platform ${uplink.id}`,
    }));
  });
}

const waits = ({ id, waiting }: LeftBehind): string =>
  `what still waits for the removed platform ${id} would be sent to this one: ${waiting} in all`;
const comesAgain = ({ id, inGrace }: LeftBehind): string =>
  `what the removed platform ${id} got a short while ago would be sent again, to this one: about ${inGrace} in all`;

/** What only a broker has acknowledged is sent again over each new link. */
const isSentAgain = ({ type, receipt }: Uplink): boolean => type === "nats" || receipt === "broker";

function uplinksOf(text: string): readonly Uplink[] {
  try {
    return z.object({ uplinks: z.array(Uplink) }).parse(parse(text, { maxAliasCount: 100 })).uplinks;
  } catch {
    return [];
  }
}
