/** What the schema cannot see in the section `prompts` of a site file. Pure. */
import { parseCommandArgs } from "./command-args.ts";
import type { Problem } from "./errors.ts";
import type { Site } from "./site.ts";
import { didYouMean } from "./spelling.ts";

export function checkPrompts({ prompts, devices }: Site): Problem[] {
  const known = new Set(devices.map(({ id }) => id));
  return prompts.escalate.flatMap((step, index) => {
    if (step.to !== "devices") return [];
    const path = `prompts.escalate[${index}]`;
    const missing = step.devices.flatMap((id, at) => {
      if (known.has(id)) return [];
      const fix = didYouMean(id, known) ?? "list it under devices, or correct the id";
      return [{ path: `${path}.devices[${at}]`, reason: `there is no device "${id}"`, fix }];
    });
    // Without arguments each action but this one has some of its own.
    if (step.args === undefined && step.action !== "output") return missing;
    const args = parseCommandArgs(step.action, step.args);
    if (args.ok) return missing;
    const fix = `see the arguments of ${step.action} in commands.md`;
    return [...missing, { path: `${path}.${args.path}`, reason: args.reason, fix }];
  });
}
