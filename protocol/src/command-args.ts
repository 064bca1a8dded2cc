/** What each action of a command may be given: bounds every driver can rely on. What a device has no use for, its driver refuses. */
import { z } from "zod";
import type { CommandAction } from "./command.ts";

/** Longest time a command may ask for: beyond it a door is not opened but left open. */
const Seconds = z.number().min(0.1).max(3_600);
/** Devices time their lamps and buzzers in tenths of a second, in one byte. */
const Beat = z.number().min(0.1).max(25.5);
const Door = z.int().min(1).max(255).describe("which door of a board with several, from 1");
const Reader = z.int().min(0).max(255).describe("which reader of a device with several, as the device numbers them");

export const LED_COLORS = ["off", "red", "green", "amber", "blue", "magenta", "cyan", "white"] as const;
const Color = z.enum(LED_COLORS);

export const UnlockArgs = z.strictObject({
  seconds: Seconds.optional().describe("how long; without it as the device is set up"),
  door: Door.optional(),
});

export const LockArgs = z.strictObject({ door: Door.optional() });

export const OutputArgs = z.strictObject({
  output: z.int().min(0).max(255).describe("as the device numbers them"),
  on: z.boolean(),
  seconds: Seconds.optional().describe("how long; without it until the next command"),
});

export const LedArgs = z.strictObject({
  color: Color,
  offColor: Color.optional().describe("what it shows in between, when it blinks; without it dark"),
  onSeconds: Beat.optional().describe("blinks: how long it shows `color`"),
  offSeconds: Beat.optional().describe("blinks: how long it shows `offColor`"),
  seconds: Seconds.optional().describe("how long; without it until the next command"),
  led: z.int().min(0).max(255).optional().describe("which lamp, as the device numbers them"),
  reader: Reader.optional(),
});

export const BuzzerArgs = z.strictObject({
  on: z.boolean().optional().describe("false ends it; without it true"),
  onSeconds: Beat.optional().describe("length of a tone"),
  offSeconds: Beat.optional().describe("pause between two tones"),
  times: z.int().min(1).max(255).optional().describe("how many tones; without it one"),
  reader: Reader.optional(),
});

export const TextArgs = z.strictObject({
  text: z.string().max(255).describe("empty clears it"),
  seconds: Seconds.optional().describe("how long; without it until the next text"),
  row: z.int().min(1).max(255).optional().describe("from 1"),
  column: z.int().min(1).max(255).optional().describe("from 1"),
  reader: Reader.optional(),
});

export const IdentifyArgs = z.strictObject({
  seconds: Seconds.optional().describe("how long it makes itself seen or heard"),
});

const MAX_SETTINGS = 32;

/** Settings by the names the device gives them; its driver knows which there are. */
export const ConfigureArgs = z
  .record(
    z.string().regex(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/, "must be the name of a setting"),
    z.union([z.string().max(256), z.number(), z.boolean()], { error: "must be a text, a number or true or false" }),
  )
  .refine((settings) => {
    const count = Object.keys(settings).length;
    return count > 0 && count <= MAX_SETTINGS;
  }, `must name 1 to ${MAX_SETTINGS} settings`);

/** A row for every action. */
export const COMMAND_ARGS = {
  unlock: UnlockArgs,
  lock: LockArgs,
  output: OutputArgs,
  led: LedArgs,
  buzzer: BuzzerArgs,
  text: TextArgs,
  identify: IdentifyArgs,
  configure: ConfigureArgs,
} as const satisfies Record<CommandAction, z.ZodType>;

export type CommandArgs<A extends CommandAction> = z.infer<(typeof COMMAND_ARGS)[A]>;

export type ParsedArgs<A extends CommandAction> =
  | { readonly ok: true; readonly args: CommandArgs<A> }
  | { readonly ok: false; readonly path: string; readonly reason: string };

/** Missing args are empty ones. `path` is `args` or `args.seconds`. */
export function parseCommandArgs<A extends CommandAction>(action: A, args: unknown): ParsedArgs<A> {
  const parsed = COMMAND_ARGS[action].safeParse(args ?? {});
  if (parsed.success) return { ok: true, args: parsed.data as CommandArgs<A> };
  const issue = parsed.error.issues[0];
  const path = ["args", ...(issue?.path ?? [])].join(".");
  if (issue?.code === "unrecognized_keys") {
    const known = Object.keys("shape" in COMMAND_ARGS[action] ? COMMAND_ARGS[action].shape : {}).join(", ");
    return { ok: false, path, reason: `${action} does not know "${issue.keys.join('", "')}"; it knows ${known}` };
  }
  return { ok: false, path, reason: issue?.message ?? "is wrong" };
}
