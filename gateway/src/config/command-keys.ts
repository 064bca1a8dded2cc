/** Keys of platforms whose commands count: looked at with the site file, not when the first command comes. */
import { didYouMean, keyProblem, PlatformAction, type Problem, type SecretRef, type Site } from "@gatehouse/protocol";

/** `read` gives what a reference stands for; undefined where secrets are not read. */
export function commandKeyProblems(site: Site, read: ((ref: SecretRef) => Buffer) | undefined): Problem[] {
  return site.uplinks.flatMap(({ commands }, uplink) => {
    const seen = new Set<string>();
    return (commands?.keys ?? []).flatMap(({ id, alg, key, actions = [] }, index): Problem[] => {
      const path = `uplinks[${uplink}].commands.keys[${index}]`;
      const found: Problem[] = [];
      if (seen.has(id))
        found.push({ path: `${path}.id`, reason: `there is a key "${id}" already`, fix: "choose another id" });
      seen.add(id);
      for (const [at, action] of actions.entries()) {
        if (PlatformAction.safeParse(action).success) continue;
        const fix = didYouMean(action, PlatformAction.options) ?? `known: ${PlatformAction.options.join(", ")}`;
        found.push({ path: `${path}.actions[${at}]`, reason: `there is no action "${action}"`, fix });
      }
      const wrong = read === undefined ? undefined : keyProblem(alg, "public", read(key));
      if (wrong !== undefined) found.push({ path: `${path}.key`, ...wrong });
      return found;
    });
  });
}
