/** How long accepted readings stay in a gateway's journal, by the risk colour of the space they are about. */
import { z } from "zod";

const days = z.int().min(1).max(3_650);

/**
 * Personal data is kept for the shortest time the purpose needs (PIPL art. 19): evidence for a referral needs the offence window of a red space,
 * a blue one a season. Estimation itself needs none of it: what it learnt stands in its own state.
 */
export const RetentionSettings = z.strictObject({
  red: days.default(365).describe("days, for spaces with the risk colour red"),
  yellow: days.default(180),
  blue: days.default(90).describe("also for devices that sit in no space"),
});
export type RetentionSettings = z.infer<typeof RetentionSettings>;
