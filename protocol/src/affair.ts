/** Commands of a platform on the site's affairs: what each is aimed at and may be given. Commands to devices stand in command-args.ts. */
import { z } from "zod";
import { CommandAction } from "./command.ts";
import { COMMAND_ARGS } from "./command-args.ts";
import { AlertId, Residence } from "./deed.ts";
import { Id, Time } from "./names.ts";
import { LimitBasis, LimitPersons, PolicyBundle, RegisteredPersons } from "./site-change.ts";

const note = z.string().min(1).max(1_000);
const Note = z.strictObject({ note: note.optional() });
const NeedsNote = z.strictObject({ note });

export const SendReadingsArgs = z.strictObject({
  from: Time,
  to: Time,
  devices: z.array(Id).min(1).max(1_000).optional().describe("only of these devices"),
  spaces: z.array(Id).min(1).max(1_000).optional().describe("only those that name one of these spaces"),
});
export type SendReadingsArgs = z.infer<typeof SendReadingsArgs>;

export const ConfirmArgs = z.strictObject({ command: z.string().min(1).max(128).describe("id of what is confirmed") });

/** What an action is aimed at. */
export type AffairTarget = "alert" | "space" | "gateway";

/** A row for every action that is no device's. */
export const AFFAIRS = {
  acknowledge: { target: "alert", args: Note },
  rectify: { target: "alert", args: Note },
  verify: { target: "alert", args: Note },
  close: { target: "alert", args: Note },
  reopen: { target: "alert", args: NeedsNote },
  note: { target: "alert", args: NeedsNote },
  "set-registered": { target: "space", args: z.strictObject({ persons: RegisteredPersons }) },
  "set-limit": { target: "space", args: z.strictObject({ persons: LimitPersons, basis: LimitBasis }) },
  "policy-bundle": { target: "gateway", args: PolicyBundle },
  "tell-residence": { target: "gateway", args: Residence },
  "send-readings": { target: "gateway", args: SendReadingsArgs },
  confirm: { target: "gateway", args: ConfirmArgs },
} as const satisfies Record<string, { readonly target: AffairTarget; readonly args: z.ZodType }>;
export type Affair = keyof typeof AFFAIRS;
export const AFFAIR_ACTIONS = Object.keys(AFFAIRS) as Affair[];

export const isAffair = (action: string): action is Affair => Object.hasOwn(AFFAIRS, action);

/** Whether the target can be what the action is aimed at, by its form alone. */
export const isAlertId = (target: string): boolean => AlertId.safeParse(target).success;

/** Everything a key may be allowed. */
export const PlatformAction = z.enum([...AFFAIR_ACTIONS, ...CommandAction.options]);
export type PlatformAction = z.infer<typeof PlatformAction>;

/** What a key is allowed where the site file does not list it: nothing that opens, locks, switches, sets up, or hands out movements. */
export const PLAIN_ACTIONS: readonly PlatformAction[] = [
  ...AFFAIR_ACTIONS.filter((action) => action !== "send-readings"),
  "text",
  "buzzer",
  "led",
  "identify",
];

export const argsOf = (action: PlatformAction): z.ZodType =>
  isAffair(action) ? AFFAIRS[action].args : COMMAND_ARGS[action];
