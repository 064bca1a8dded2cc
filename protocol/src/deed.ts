/** Deeds: what a person or a platform does to the site's affairs (alerts, prompts, head counts), as opposed to a command, which goes to a device. */
import { z } from "zod";
import { Id, Pseudonym } from "./names.ts";
import { HAND_OVER_ID, PROMPT_ID } from "./prompt.ts";
import { LimitBasis, LimitPersons, PolicyBundle, RegisteredPersons } from "./site-change.ts";

export const AlertId = z.string().regex(/^alr_[0-9a-z]+$/, "must be an alert's id, as alr_1x2y3z00001");
const note = z.string().min(1).max(1_000);
const name = z.string().min(1).max(64);
const handOver = z.string().regex(HAND_OVER_ID, "must be a hand-over's id, as hnd_1x2y3z01");

/** Which pseudonyms a platform holds as absent, and which as resident. */
export const Residence = z.strictObject({
  absent: z.array(Pseudonym).max(20_000).default([]),
  resident: z.array(Pseudonym).max(20_000).default([]),
});

/** One shape a kind of deed; `do` names it. A new kind is a row here and a row in the core's table of deeds. */
export const Deed = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("acknowledge"), alert: AlertId, note: note.optional() }),
  z.strictObject({ do: z.literal("rectify"), alert: AlertId, note: note.optional() }),
  z.strictObject({ do: z.literal("verify"), alert: AlertId, note: note.optional() }),
  z.strictObject({ do: z.literal("close"), alert: AlertId, note: note.optional() }),
  z.strictObject({ do: z.literal("reopen"), alert: AlertId, note }),
  z.strictObject({ do: z.literal("note"), alert: AlertId, note }),
  z.strictObject({
    do: z.literal("handle-prompt"),
    prompt: z.string().regex(PROMPT_ID, "must be a prompt's id, as prm_1x2y3z01"),
    note: note.optional(),
  }),
  z.strictObject({
    do: z.literal("patrol"),
    space: Id,
    plate: z.string().min(1).max(64).describe("number of the QR plate at the space's door"),
    note: note.optional(),
  }),
  z.strictObject({ do: z.literal("report-present") }),
  z.strictObject({ do: z.literal("start-hand-over"), to: name }),
  z.strictObject({ do: z.literal("accept-item"), handOver, item: z.string().regex(/^(alert|prompt):[a-z0-9_]+$/) }),
  z.strictObject({ do: z.literal("cancel-hand-over"), handOver, note }),
  Residence.extend({ do: z.literal("tell-residence") }),
  z.strictObject({ do: z.literal("set-registered"), space: Id, persons: RegisteredPersons }),
  z.strictObject({ do: z.literal("set-limit"), space: Id, persons: LimitPersons, basis: LimitBasis }),
  z.strictObject({ do: z.literal("policies"), bundle: PolicyBundle }),
]);
export type Deed = z.infer<typeof Deed>;
export type DeedKind = Deed["do"];
export type DeedOf<Kind extends DeedKind> = Extract<Deed, { do: Kind }>;

/** Who did it: a person by account or name, `platform:ID`, and through what. */
export const Doer = z.string().min(1).max(128);
