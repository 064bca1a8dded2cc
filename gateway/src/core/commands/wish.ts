/** A wish to a device, and the checks it must pass before anything is written or moved. Pure. */
import { CommandAction, type Device, didYouMean, Id, parseCommandArgs, Time } from "@gatehouse/protocol";
import { z } from "zod";

/** A command may ask for no more time than this (real time). */
export const MAX_VALID_MS = 30_000;

export const Wish = z.strictObject({
  id: z.string().min(1).max(128),
  target: Id,
  action: z.enum(CommandAction.options, {
    error: ({ input }) => `there is no action ${JSON.stringify(input)}: there are ${CommandAction.options.join(", ")}`,
  }),
  args: z.record(z.string(), z.unknown()).optional(),
  notAfter: Time,
  issuer: z.string().min(1).max(128),
});
export type Wish = z.infer<typeof Wish>;

/** What the checks need to know of the site and the moment. */
export interface WishFacts {
  readonly devices: ReadonlyMap<string, Device>;
  /** Commands the device's driver knows. */
  actionsOf(device: Device): readonly CommandAction[];
  /** World time. */
  readonly nowMs: number;
  /** World seconds per real second. */
  readonly scale: number;
}

export type CheckedWish =
  | {
      readonly ok: true;
      readonly wish: Wish;
      readonly device: Device;
      readonly notAfterMs: number;
      /** Real ms it may still be carried out. */
      readonly leftMs: number;
    }
  | { readonly ok: false; readonly outcome: "invalid" | "expired"; readonly path: string; readonly reason: string };

const invalid = (path: string, reason: string): CheckedWish => ({ ok: false, outcome: "invalid", path, reason });

/** In order: shape, device, action and its arguments, expiry. Single use is the core's to judge. */
export function checkWish(candidate: unknown, facts: WishFacts): CheckedWish {
  const parsed = Wish.safeParse(candidate);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return invalid(issue?.path.join(".") ?? "", issue?.message ?? "is wrong");
  }
  const { target, action, args, notAfter } = parsed.data;
  const device = facts.devices.get(target);
  if (device === undefined) {
    const hint = didYouMean(target, facts.devices.keys());
    return invalid("target", `there is no device "${target}"${hint === undefined ? "" : `: ${hint}`}`);
  }
  const actions = facts.actionsOf(device);
  if (!actions.includes(action)) {
    const known = actions.length === 0 ? "it takes no commands" : `it takes ${actions.join(", ")}`;
    return invalid("action", `${target} cannot ${action}: ${known}`);
  }
  const given = parseCommandArgs(action, args);
  if (!given.ok) return invalid(given.path, given.reason);
  const notAfterMs = Date.parse(notAfter);
  const leftMs = (notAfterMs - facts.nowMs) / facts.scale;
  if (!(leftMs > 0)) return { ok: false, outcome: "expired", path: "notAfter", reason: `it expired at ${notAfter}` };
  if (leftMs > MAX_VALID_MS) {
    const seconds = Math.round(leftMs / 1_000);
    return invalid(
      "notAfter",
      `it is ${seconds} s ahead; a command may be valid for ${MAX_VALID_MS / 1_000} s at most`,
    );
  }
  return { ok: true, wish: parsed.data, device, notAfterMs, leftMs };
}
