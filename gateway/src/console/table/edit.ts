/** One edit of the site file, as several rows take it. */
import { z } from "zod";

/** One edit of the site file: `path` as in `spaces/3-302/registered`, items of lists by their id. */
export const Edit = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("set"), path: z.string().max(500), value: z.unknown() }),
  z.strictObject({ op: z.literal("add"), path: z.string().max(500), value: z.unknown() }),
  z.strictObject({ op: z.literal("remove"), path: z.string().max(500) }),
]);
export type Edit = z.infer<typeof Edit>;
