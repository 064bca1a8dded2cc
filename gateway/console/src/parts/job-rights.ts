/** Who is shown a way to end a job and to its file. The box checks each on its own; what is never granted is not offered. */
import type { JobRow } from "../../../src/console/table/jobs.ts";
import type { Role } from "../../../src/console/table/route.ts";

interface Reader {
  readonly name: string;
  readonly roles: readonly Role[];
}

/** A technician anybody's, a manager their own, an auditor none. */
export const mayCancel = ({ by }: Pick<JobRow, "by">, { name, roles }: Reader): boolean =>
  roles.includes("technician") || (by === name && roles.includes("manager"));

/** A backup holds more than every role may see. */
export const mayTakeFile = ({ kind, file }: Pick<JobRow, "kind" | "file">, { roles }: Reader): boolean =>
  file !== null && (kind !== "backup" || roles.includes("technician"));
