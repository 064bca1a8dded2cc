/** The tables of rules. A new rule is a file and a row. */
import { doorForced } from "./door-forced.ts";
import { groupRental } from "./group-rental.ts";
import { overcrowdedNow } from "./overcrowded-now.ts";
import { panic } from "./panic.ts";
import type { NightRule, ReadingRule } from "./rule.ts";

export const readingRules: readonly ReadingRule[] = [overcrowdedNow, doorForced, panic];
export const nightRules: readonly NightRule[] = [groupRental];
