/** The tables of rules. A new rule is a file and a row. */
import { countCompliance } from "../compliance/streak.ts";
import { patrolMissed, patrolTag } from "../patrol/patrol.ts";
import { counterSense } from "./counter-sense.ts";
import { customEstimateRules, customReadingRules, customTimer } from "./custom/custom.ts";
import { deviceFault, sweepDevices } from "./device-fault.ts";
import { doorForced } from "./door-forced.ts";
import { doorHeld, doorKeptShut, doorStillOpen } from "./door-held.ts";
import { duress, panic } from "./duress.ts";
import { fire } from "./fire.ts";
import { groupRental } from "./group-rental.ts";
import { overcrowdedNow, stillOvercrowded } from "./overcrowded-now.ts";
import type { EstimateRule, NightRule, ReadingRule, TimerRule } from "./rule.ts";
import { tamper } from "./tamper.ts";
import { unregisteredResidents } from "./unregistered-residents.ts";

export const readingRules: readonly ReadingRule[] = [
  fire,
  panic,
  duress,
  doorForced,
  doorHeld,
  tamper,
  deviceFault,
  patrolTag,
  customReadingRules,
];
export const estimateRules: readonly EstimateRule[] = [overcrowdedNow, customEstimateRules];
export const nightRules: readonly NightRule[] = [counterSense, groupRental, unregisteredResidents, countCompliance];
/** By the name in the middle of the timer's. */
export const timerRules: Readonly<Record<string, TimerRule>> = {
  "door-held": doorStillOpen,
  "door-held-quiet": doorKeptShut,
  "overcrowded-now": stillOvercrowded,
  "device-fault": sweepDevices,
  "patrol-overdue": patrolMissed,
  custom: customTimer,
};
