/** Who is signed in, for the pages. */

import { InvariantError } from "@gatehouse/protocol";
import { createContext, useContext } from "react";
import type { Role } from "../../../src/console/table/route.ts";
import type { Session } from "./box.ts";

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new InvariantError("a page is shown to nobody");
  return session;
}

/** True where one of these roles is the reader's. */
export const useMay = (...roles: readonly Role[]): boolean => {
  const session = useSession();
  return roles.some((role) => session.roles.includes(role));
};
