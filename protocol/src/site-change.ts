/** What may be changed of a site beside its file: by people on the box, and by a platform's signed commands. */
import { z } from "zod";
import { Policy } from "./policy.ts";
import { PolicyUse } from "./site.ts";

const Persons = z.int().min(0).max(10_000);

/** null takes back what was set: the site file counts again. */
export const RegisteredPersons = Persons.nullable().describe(
  "null takes back what was set: the site file counts again",
);
export const LimitPersons = Persons.min(1, "must be at least 1 person")
  .nullable()
  .describe("null takes back what was set: the site file counts again");
export const LimitBasis = z.string().min(1).max(300).describe("why, for the one who reads the alert");

export const PolicyBundle = z.strictObject({
  revision: z.int().min(1).describe("must be higher than that of every bundle before"),
  policies: z.array(Policy).max(50).describe("in place of those of the same id; an earlier bundle goes as a whole"),
  use: z
    .array(PolicyUse)
    .max(200)
    .optional()
    .describe("in place of `policies` of the site file; without it those stay"),
});
export type PolicyBundle = z.infer<typeof PolicyBundle>;
