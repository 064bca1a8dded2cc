/** Deeds: what a person or a platform does to the site's affairs (alerts, prompts, head counts), as opposed to a command, which goes to a device. */
import { z } from "zod";

export const AlertId = z.string().regex(/^alr_[0-9a-z]+$/, "must be an alert's id, as alr_1x2y3z00001");
const note = z.string().min(1).max(1_000);

/** One shape a kind of deed; `do` names it. A new kind is a row here and a row in the core's table of deeds. */
export const Deed = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("acknowledge"), alert: AlertId, note: note.optional() }),
  z.strictObject({ do: z.literal("rectify"), alert: AlertId, note: note.optional() }),
  z.strictObject({ do: z.literal("verify"), alert: AlertId, note: note.optional() }),
  z.strictObject({ do: z.literal("close"), alert: AlertId, note: note.optional() }),
  z.strictObject({ do: z.literal("reopen"), alert: AlertId, note }),
  z.strictObject({ do: z.literal("note"), alert: AlertId, note }),
]);
export type Deed = z.infer<typeof Deed>;
export type DeedKind = Deed["do"];
export type DeedOf<Kind extends DeedKind> = Extract<Deed, { do: Kind }>;

/** Who did it: a person by account or name, `platform:ID`, and through what. */
export const Doer = z.string().min(1).max(128);
