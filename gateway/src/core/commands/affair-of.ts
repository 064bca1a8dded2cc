/** What a platform's command on the site's affairs is in the core's words. Pure. */
import {
  AFFAIRS,
  type Affair,
  AlertId,
  argsOf,
  type CommandEnvelope,
  Deed,
  type PlatformAction,
} from "@gatehouse/protocol";

/** The arguments as their schema gives them, or what is wrong. */
export type CheckedArgs =
  | { readonly ok: true; readonly args: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly error: string };

export function checkArgs(action: PlatformAction, args: unknown): CheckedArgs {
  const parsed = argsOf(action).safeParse(args ?? {});
  if (parsed.success) return { ok: true, args: parsed.data as Readonly<Record<string, unknown>> };
  const [issue] = parsed.error.issues;
  const path = ["args", ...(issue?.path ?? [])].map((part) =>
    typeof part === "number" ? `[${part}]` : `.${String(part)}`,
  );
  return { ok: false, error: `${path.join("").slice(1)}: ${issue?.message ?? "is wrong"}` };
}

/** Undefined when the target is what the action is aimed at. */
export function wrongTarget(
  action: Affair,
  target: string,
  { gateway, spaces }: { readonly gateway: string; readonly spaces: ReadonlyMap<string, unknown> },
): string | undefined {
  const aim = AFFAIRS[action].target;
  if (aim === "alert")
    return AlertId.safeParse(target).success ? undefined : `target: ${action} is aimed at an alert, as alr_1x2y3z00001`;
  if (aim === "gateway")
    return target === gateway ? undefined : `target: ${action} is aimed at the gateway itself, "${gateway}"`;
  return spaces.has(target) ? undefined : `target: there is no space "${target}"`;
}

/** `args` passed their check. */
export function deedOf(
  action: Affair,
  { target }: CommandEnvelope,
  args: Readonly<Record<string, unknown>>,
): Deed | undefined {
  switch (action) {
    case "send-readings":
    case "confirm":
      return undefined;
    case "tell-residence":
      return Deed.parse({ do: action, ...args });
    case "policy-bundle":
      return Deed.parse({ do: "policies", bundle: args });
    case "set-registered":
    case "set-limit":
      return Deed.parse({ do: action, space: target, ...args });
    default:
      return Deed.parse({ do: action, alert: target, ...args });
  }
}
