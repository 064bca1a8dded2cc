/** The configurations one replay judges by: the site as it stands, and what it is compared with. */
import { basename } from "node:path";
import { ConfigError, checkSite, didYouMean, type Policy, type Space } from "@gatehouse/protocol";
import { loadPolicy } from "../config/policies.ts";
import { buildModel, type CoreConfig } from "../core/model.ts";

export interface Variant {
  /** Folder of its results below `--out`; empty for the first. */
  readonly folder: string;
  /** `limit 4`, `policy stricter`: as in "with …". Empty for the first. */
  readonly name: string;
  readonly config: CoreConfig;
  /** What the operator should know about it. */
  readonly notes: readonly string[];
}

export interface VariantFlags {
  /** A policy in place of the site's own. */
  readonly policy?: string | undefined;
  /** Policies to compare that with. */
  readonly compare?: readonly string[] | undefined;
  /** Limits to compare it with: `4`, `4,3` (one after the other) or `3-302=4,3-303=2` (together). */
  readonly limit?: readonly string[] | undefined;
}

/** The site and every policy that is known, by id. */
export interface Grounds extends Pick<CoreConfig, "site"> {
  readonly rules?: CoreConfig["rules"] | undefined;
  readonly policies: ReadonlyMap<string, Policy>;
}

/** The first is what the top folder shows. Throws ConfigError. */
export function variantsOf(grounds: Grounds, flags: VariantFlags): readonly [Variant, ...Variant[]] {
  const base: Variant =
    flags.policy === undefined
      ? { folder: "", name: "", config: configOf(grounds), notes: [] }
      : { ...byPolicy(grounds, flags.policy), folder: "", name: "" };
  const compared = [
    ...(flags.compare ?? []).map((file) => byPolicy(grounds, file)),
    ...new Map(
      (flags.limit ?? []).flatMap((text) => byLimits(base.config, text)).map((variant) => [variant.name, variant]),
    ).values(),
  ];
  const taken = new Set<string>();
  const apart = compared.map((variant) => ({ ...variant, folder: unused(variant.folder, taken) }));
  return [base, ...apart];
}

const configOf = ({ site, policies, rules }: Grounds): CoreConfig => ({
  site,
  policies: [...policies.values()],
  ...(rules === undefined ? {} : { rules }),
});

/** The policy in place of its namesake, or of all of the site's when the site does not use it. */
function byPolicy({ site, policies, rules }: Grounds, file: string): Variant {
  const policy = loadPolicy(file);
  const known = new Map(policies).set(policy.id, policy);
  const used = site.policies.some((use) => use.use === policy.id);
  const changed = used ? site : { ...site, policies: [{ use: policy.id }] };
  const problems = checkSite(changed, known);
  if (problems.length > 0) throw new ConfigError(problems);
  const fixed = site.spaces.filter((space) => space.limit !== undefined).length;
  const note = `${fixed} of ${site.spaces.length} spaces have a limit of their own in the site file, which no policy changes`;
  return {
    folder: `policy-${policy.id}`,
    name: `policy ${policy.id === basename(file).replace(/\.\w+$/, "") ? policy.id : `${policy.id} of ${basename(file)}`}`,
    config: configOf({ site: changed, policies: known, rules }),
    notes: fixed === 0 ? [] : [note],
  };
}

function byLimits(config: CoreConfig, text: string): Variant[] {
  const items = text.split(",").map((item) => item.trim());
  if (items.every((item) => item.includes("="))) return [bySpaceLimits(config, items)];
  if (items.some((item) => item.includes("=")))
    throw wrongLimit(text, "mixes limits for all spaces with limits for one", "give --limit twice");
  return items.map((item) => {
    const persons = parsePersons(item, text);
    const spaces = new Map(judgedSpaces(config).map((space) => [space, persons]));
    if (spaces.size === 0) throw wrongLimit(text, "no space of this site is judged", "give spaces a limit or a policy");
    return { folder: `limit-${persons}`, name: `limit ${persons}`, config: limited(config, spaces), notes: [] };
  });
}

function bySpaceLimits(config: CoreConfig, items: readonly string[]): Variant {
  const judged = judgedSpaces(config);
  const spaces = new Map<string, number>();
  for (const item of items) {
    const [space = "", persons = ""] = item.split("=");
    if (!judged.includes(space)) {
      const reason = `there is no judged space "${space}"`;
      throw wrongLimit(item, reason, didYouMean(space, judged) ?? "`gatehouse check` lists the spaces with a limit");
    }
    spaces.set(space, parsePersons(persons, item));
  }
  const name = [...spaces].map(([space, persons]) => `${space}=${persons}`).join(", ");
  return {
    folder: `limit-${name.replaceAll(", ", "-").replaceAll("=", "-")}`.slice(0, 80),
    name: `limit ${name}`,
    config: limited(config, spaces),
    notes: [],
  };
}

function parsePersons(text: string, whole: string): number {
  const persons = Number(text);
  if (/^\d+$/.test(text) && persons >= 1 && persons <= 1_000) return persons;
  throw wrongLimit(whole, `"${text}" is no number of persons`, "write --limit 4, --limit 4,3 or --limit 3-302=4");
}

const wrongLimit = (text: string, reason: string, fix: string): ConfigError =>
  new ConfigError({ path: `--limit ${text}`, reason, fix });

const judgedSpaces = (config: CoreConfig): string[] =>
  [...buildModel(config).spaces].flatMap(([id, { limit }]) => (limit === undefined ? [] : [id]));

function limited({ site, ...config }: CoreConfig, persons: ReadonlyMap<string, number>): CoreConfig {
  const spaces = site.spaces.map((space): Space => {
    const limit = persons.get(space.id);
    return limit === undefined ? space : { ...space, limit: { persons: limit, basis: "tried out in a replay" } };
  });
  return { ...config, site: { ...site, spaces } };
}

/** Two policies may share an id. */
function unused(folder: string, taken: Set<string>): string {
  let name = folder;
  for (let n = 2; taken.has(name); n++) name = `${folder}-${n}`;
  taken.add(name);
  return name;
}
