/** The `fire` section of the site file: which fire inputs release which doors, and until when. */
import { z } from "zod";
import { CommandAction as Action, type CommandAction } from "./command.ts";
import { parseCommandArgs } from "./command-args.ts";
import type { Problem } from "./errors.ts";
import { Id } from "./names.ts";
import type { RawReading } from "./reading.ts";
import { didYouMean } from "./spelling.ts";

const FireInput = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(:\d{1,4})?$/, "must be a device, or DEVICE:NUMBER for one of its inputs");

export const FireDoor = z.strictObject({
  device: Id.describe("what opens the door"),
  action: Action.extract(["unlock", "output"]).default("unlock").describe("what it is told"),
  args: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("as for a command; without `seconds` the door is held open where its driver can"),
  repeatSeconds: z
    .number()
    .min(0.5)
    .max(600)
    .default(3)
    .describe("it is told again so often while the release stands, for locks that close by themselves"),
  relock: z.boolean().default(true).describe("told to lock when the fire is over; false leaves it as it is"),
});
export type FireDoor = z.infer<typeof FireDoor>;

export const Fire = z.strictObject({
  inputs: z
    .array(FireInput)
    .min(1)
    .max(1_000)
    .describe("a device (its `fire.on`), or DEVICE:NUMBER (its `input.on` of that number)"),
  doors: z.array(FireDoor).min(1).max(2_000).describe("every door on the way out"),
  hold: z
    .enum(["person", "input"])
    .default("person")
    .describe(
      "`person`: released until the inputs are quiet and somebody says so; `input`: until the inputs are quiet",
    ),
});
export type Fire = z.infer<typeof Fire>;

/** What a reading says of one of the section's inputs; undefined for every other reading. */
export function fireWord(
  fire: Fire | undefined,
  { device, kind, value }: RawReading,
): { readonly input: string; readonly on: boolean } | undefined {
  if (fire === undefined) return undefined;
  const input = kind === "fire.on" || kind === "fire.off" ? device : `${device}:${String(value)}`;
  const on = kind === "fire.on" || kind === "input.on";
  if (!on && kind !== "fire.off" && kind !== "input.off") return undefined;
  return fire.inputs.includes(input) ? { input, on } : undefined;
}

/** The device of an entry of `inputs`. */
export const deviceOfInput = (input: string): string => input.split(":")[0] ?? input;

/** References and arguments, which the schema cannot see. */
export function checkFire(fire: Fire | undefined, devices: ReadonlySet<string>): Problem[] {
  const problems: Problem[] = [];
  const known = (device: string, path: string) => {
    if (devices.has(device)) return;
    const fix = didYouMean(device, devices) ?? "list it under devices, or correct the id";
    problems.push({ path, reason: `there is no device "${device}"`, fix });
  };
  const seen = new Map<string, number>();
  for (const [i, input] of fire?.inputs.entries() ?? []) known(deviceOfInput(input), `fire.inputs[${i}]`);
  for (const [i, door] of fire?.doors.entries() ?? []) {
    const path = `fire.doors[${i}]`;
    known(door.device, `${path}.device`);
    const given = parseCommandArgs(door.action as CommandAction, door.args);
    if (!given.ok)
      problems.push({ path: `${path}.${given.path}`, reason: given.reason, fix: "write them as for a command" });
    const key = fireDoorKey(door);
    const twin = seen.get(key);
    if (twin === undefined) seen.set(key, i);
    else problems.push({ path, reason: `says the same as fire.doors[${twin}]`, fix: "leave one of the two out" });
  }
  return problems;
}

/** Tells the doors of one section apart: `lock-302`, `board-1 door 2`, `board-1 output 0`. */
export function fireDoorKey({ device, action, args }: FireDoor): string {
  const part = action === "output" ? args?.["output"] : args?.["door"];
  if (part === undefined) return device;
  return `${device} ${action === "output" ? "output" : "door"} ${String(part)}`;
}
