/** Policy files: those that come with the gateway, and those an operator puts beside the site file. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError, contradictionsOf, Policy, type Problem } from "@gatehouse/protocol";
import { check } from "../words/schema-issues.ts";
import { readSource } from "./source.ts";

/** The folder of the policies that come with the gateway, from src/ and from dist/ alike. */
export const BUNDLED_POLICIES = fileURLToPath(new URL("../../policies/", import.meta.url));

/** Reads one policy. Throws ConfigError. */
export function loadPolicy(file: string): Policy {
  const source = readSource(file);
  const checked = check(Policy, source.value);
  const problems = checked.ok ? contradictionsOf(checked.data) : checked.problems;
  if (checked.ok && problems.length === 0) return checked.data;
  throw new ConfigError(problems.map((problem) => source.place(problem)));
}

export interface LoadedPolicies {
  readonly policies: ReadonlyMap<string, Policy>;
  readonly problems: readonly Problem[];
}

/** The bundled policies and those of `policies/` beside the site file, by id. */
export function loadPolicies(siteFile: string): LoadedPolicies {
  const policies = new Map<string, Policy>();
  const problems: Problem[] = [];
  for (const file of [...policyFiles(BUNDLED_POLICIES), ...policyFiles(join(dirname(siteFile), "policies"))]) {
    try {
      const policy = loadPolicy(file);
      if (policies.has(policy.id)) problems.push(taken(policy.id, file));
      else policies.set(policy.id, policy);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    }
  }
  return { policies, problems };
}

/** A figure of the law is not changed behind its name. */
const taken = (id: string, file: string): Problem => ({
  path: "id",
  reason: `there is a policy "${id}" already`,
  fix: "choose an id of your own, and use that in the site file",
  file,
});

function policyFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}
