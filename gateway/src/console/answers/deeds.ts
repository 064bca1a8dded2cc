/** Which deeds a person may do over the console, by role. What a deed does, and whether it is possible now, the core says. */
import type { Alert, Deed, DeedKind } from "@gatehouse/protocol";
import { NEXT } from "../../core/alerts/life.ts";
import type { Core } from "../../core/core.ts";
import { Refusal } from "../refusal.ts";
import type { Asking } from "../table/index.ts";
import type { Role } from "../table/route.ts";

/** Nobody: a platform's word alone. */
const NOBODY: readonly Role[] = [];
const MANAGER: readonly Role[] = ["manager"];
const EITHER: readonly Role[] = ["manager", "technician"];

/** A new kind of deed does not compile without a row here. */
export const DEED_ACCESS: Readonly<Record<DeedKind, readonly Role[]>> = {
  acknowledge: MANAGER,
  rectify: MANAGER,
  verify: MANAGER,
  close: MANAGER,
  reopen: MANAGER,
  note: EITHER,
  patrol: EITHER,
  "handle-prompt": EITHER,
  "report-present": EITHER,
  "start-hand-over": MANAGER,
  "accept-item": MANAGER,
  "cancel-hand-over": MANAGER,
  "tell-residence": NOBODY,
  "set-registered": MANAGER,
  "set-limit": MANAGER,
  policies: NOBODY,
};

/** Prompts about devices are a technician's; the others are about people, and a manager's. */
const TECHNICIANS_PROMPTS: readonly string[] = ["device-repair", "fields-missing"];
/** Alerts a technician may speak to: those about devices. */
const TECHNICIANS_ALERTS: readonly string[] = ["device-fault", "tamper"];

/** How the core names whoever does something over the console. */
export const doerOf = ({ name }: Pick<Asking, "name">): string => `console:${name}`;

/** Throws Refusal for a deed the roles do not allow. */
export function checkDeed({ state }: Pick<Core, "state">, deed: Deed, roles: readonly Role[]): void {
  const may = DEED_ACCESS[deed.do];
  if (!may.some((role) => roles.includes(role))) throw new Refusal("forbidden", { values: { roles: may.join(", ") } });
  if (roles.includes("manager")) return;
  const isOwn =
    deed.do === "handle-prompt"
      ? TECHNICIANS_PROMPTS.includes(state.prompts.get(deed.prompt)?.kind ?? "")
      : deed.do !== "note" || TECHNICIANS_ALERTS.includes(state.alerts.get(deed.alert)?.alert.kind ?? "");
  if (!isOwn) throw new Refusal("forbidden", { values: { roles: "manager" } });
}

const DEED_TO = {
  acknowledged: "acknowledge",
  rectifying: "rectify",
  verifying: "verify",
  closed: "close",
  reopened: "reopen",
  raised: undefined,
} as const satisfies Readonly<Record<Alert["state"], DeedKind | undefined>>;

/** Deeds on this alert that are possible now for these roles, the likeliest first. */
export function possibleDeeds(alert: Alert, roles: readonly Role[]): DeedKind[] {
  const steps = NEXT[alert.state].flatMap((to) => DEED_TO[to] ?? []);
  return [...steps, "note" as const].filter((kind) => {
    if (!DEED_ACCESS[kind].some((role) => roles.includes(role))) return false;
    return roles.includes("manager") || TECHNICIANS_ALERTS.includes(alert.kind);
  });
}
