/** Schemas of the small things every format shares: ids, times, secret references. */
import { z } from "zod";

export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** An id chosen in the site file. */
export const Id = z
  .string()
  .regex(ID_PATTERN, "must be 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit");

/** RFC 3339 with offset. */
export const Time = z.iso.datetime({
  offset: true,
  error: "must be RFC 3339 with offset, as 2026-11-25T08:00:00+08:00",
});

/** A pseudonym: keyed HMAC of a card or key number, never the number. */
export const Pseudonym = z.string().regex(/^c_[0-9a-f]{10}$/, "must be a pseudonym like c_5f2a91d0c4");

/** A secret stands elsewhere: in a file (relative to the site file) or an environment variable. */
export const SecretRef = z.union(
  [z.strictObject({ file: z.string().min(1) }), z.strictObject({ env: z.string().min(1) })],
  {
    error: "must be { file: NAME } or { env: NAME }; a secret never stands in the site file itself",
  },
);
export type SecretRef = z.infer<typeof SecretRef>;

/** Where a server of ours listens. */
export const Listen = z.string().regex(/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, "must be HOST:PORT");
