/** What a deed is to the core, and what may follow from it. */
import type { DeedKind, DeedOf } from "@gatehouse/protocol";
import type { AlertEvent } from "../alerts/life.ts";
import type { CoreState } from "../state.ts";

/** Who did it, and when. */
export interface DeedContext {
  readonly by: string;
  readonly nowMs: number;
}

/** Alerts it changed and spaces whose estimate it changed; facts and orders it tells the state (told.ts). */
export interface Consequences {
  readonly alerts?: readonly AlertEvent[];
  readonly spaces?: readonly string[];
}

/** Throws RejectedError where there is nothing to do it to, before it changed anything. */
export type Doing<Kind extends DeedKind> = (state: CoreState, deed: DeedOf<Kind>, context: DeedContext) => Consequences;
