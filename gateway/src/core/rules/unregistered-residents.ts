/**
 * Unregistered residents: on K of the last N mornings surely more people live here than are registered, and a newcomer of the first of them has
 * had the working days the law leaves for registering. Silent where the site file does not say how many are registered.
 */
import { localDay, workingDaysBetween } from "@gatehouse/protocol";
import { propose, withdraw } from "../alerts/budget.ts";
import { type AlertEvent, clear, isOpen, isStanding, recordOf } from "../alerts/life.ts";
import { dropMemo, memoOf, setMemo } from "../memos.ts";
import { morningsAfter } from "../night.ts";
import { estimateOf } from "../occupancy/estimate-of.ts";
import { modelOf } from "../state.ts";
import { lastTrusted } from "./proving.ts";
import type { NightRule } from "./rule.ts";
import { fact } from "./words.ts";

const NAME = "unregistered-residents";
/** More than the longest window: the first morning is looked for behind it too. */
const MAX_MORNINGS = 120;

interface Mornings {
  /** Oldest first. */
  readonly days: readonly { readonly day: number; readonly more: boolean }[];
}

export const unregisteredResidents: NightRule = (state, spaceId, nowMs): readonly AlertEvent[] => {
  const model = modelOf(state);
  const space = model.spaces.get(spaceId);
  const registered = space?.space.registered;
  const place = { kind: NAME, space: spaceId } as const;
  const estimate = estimateOf(state, spaceId);
  if (space === undefined || registered === undefined || estimate === undefined) {
    dropMemo(state, NAME, spaceId);
    withdraw(state, place);
    if (registered !== undefined) return [];
    const event = clear(state, place, nowMs, "the site file no longer says how many are registered");
    return event === undefined ? [] : [event];
  }
  const { over, of, clear: clearMornings, workingDays } = space.registration;
  const day = localDay(nowMs, model.zone);
  const days = withToday(memoOf<Mornings>(state, NAME, spaceId)?.days ?? [], { day, more: estimate.low > registered });
  setMemo(state, NAME, spaceId, { days: days.slice(-MAX_MORNINGS) } satisfies Mornings);
  const record = recordOf(state, place);
  if (isStanding(record)) {
    // Hysteresis: the likely number must have come down too, or the register have caught up.
    const last = days.slice(-clearMornings);
    const within = last.length === clearMornings && last.every((morning) => !morning.more);
    const proof = `${clearMornings} mornings in a row no more than the ${registered} registered`;
    const event = within && estimate.residing <= registered ? clear(state, place, nowMs, proof) : undefined;
    if (event !== undefined) return [event];
    if (isOpen(record)) return [];
  }
  const from = Math.max(day - of, lastTrusted(state, record));
  const recent = morningsAfter(days, from);
  const more = recent.filter((morning) => morning.more);
  // The latest morning must be one of them: who has gone already needs no visit.
  const often = more.length >= over && recent.at(-1)?.more === true;
  const first = often ? firstMore(days, clearMornings, day) : day;
  if (!often || workingDaysBetween(first, day, model.config.site.calendar) < workingDays) {
    withdraw(state, place);
    return [];
  }
  const { low, residing, high } = estimate;
  const zh = `约${residing}人居住（${low}至${high}人），登记${registered}人；近${recent.length}个早晨有${more.length}个如此`;
  const says = `${residing} live here (${low} to ${high}), ${registered} registered, on ${more.length} of the last ${recent.length} mornings`;
  const finding = {
    ...place,
    level: space.risk,
    sinceMs: nowMs - (day - first) * 86_400_000,
    trigger: null,
    estimate,
    probability: (more.length + 0.5) / (recent.length + 1),
    evidence: [
      fact("residing", { says, zh }),
      fact("register", {
        says: `${workingDays} working days to register have passed`,
        zh: `${workingDays}个工作日的登记期限已过`,
      }),
    ],
  };
  propose(state, finding, nowMs);
  return [];
};

/** Judged again, a morning stands as it was judged last. */
function withToday(days: Mornings["days"], today: Mornings["days"][number]): Mornings["days"] {
  const before = (days.at(-1)?.day ?? -1) < today.day ? days : days.filter(({ day }) => day < today.day);
  return before.concat(today);
}

/** The morning it began on, `today` if no other: nothing that would have cleared it lies between then and now. */
function firstMore(days: Mornings["days"], clearMornings: number, today: number): number {
  let first = today;
  let quiet = 0;
  for (const { day, more } of days.toReversed()) {
    quiet = more ? 0 : quiet + 1;
    if (quiet >= clearMornings) break;
    if (more) first = day;
  }
  return first;
}
