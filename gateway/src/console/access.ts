/** Who may use a row of the table. */
import type { Access, Role } from "./table/route.ts";

/** `roles` of the one who asks; undefined: nobody is signed in. */
export type Verdict = "yes" | "sign-in" | "forbidden";

export function mayUse(access: Access, roles: readonly Role[] | undefined): Verdict {
  if (access === "public") return "yes";
  if (roles === undefined) return "sign-in";
  if (access === "anyone") return "yes";
  if (!Array.isArray(access)) return "forbidden";
  return access.some((role) => roles.includes(role)) ? "yes" : "forbidden";
}
