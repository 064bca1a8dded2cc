/** Setting head counts, limits and policies beside the site file. */
import {
  checkSite,
  contradictionsOf,
  didYouMean,
  type PolicyBundle,
  RejectedError,
  type Space,
} from "@gatehouse/protocol";
import { remodel } from "../configure.ts";
import type { Consequences, DeedContext, Doing } from "../deeds/deed.ts";
import { checkFields } from "../prompts/causes.ts";
import { type CoreState, modelOf } from "../state.ts";
import { fileSays, type Overlaid, underOverlay } from "./overlay.ts";

export const setRegistered: Doing<"set-registered"> = (state, { space, persons }, context) => {
  const { registered } = spaceOfFile(state, space);
  const { overlay } = state;
  if (persons === null) overlay.registered.delete(space);
  else overlay.registered.set(space, change(persons, registered, context));
  return rebuilt(state, context, [space]);
};

export const setLimit: Doing<"set-limit"> = (state, { space, persons, basis }, context) => {
  const { limit } = spaceOfFile(state, space);
  const { overlay } = state;
  if (persons === null) overlay.limits.delete(space);
  else overlay.limits.set(space, change({ persons, basis }, limit, context));
  return rebuilt(state, context, [space]);
};

/** The whole bundle or nothing of it. */
export const setPolicies: Doing<"policies"> = (state, { bundle }, context) => {
  const { overlay } = state;
  if (bundle.revision <= overlay.revision) {
    const had = `revision ${overlay.revision} was taken already`;
    throw new RejectedError(`bundle.revision: ${had}; ${bundle.revision} is not higher`);
  }
  const { config } = modelOf(state);
  checkBundle(bundle, config, { ...overlay, bundle: change(bundle, config.site.policies, context) });
  overlay.bundle = change(bundle, config.site.policies, context);
  overlay.revision = bundle.revision;
  return rebuilt(state, context);
};

const change = <T>(value: T, file: unknown, { by, nowMs }: DeedContext) => ({
  value,
  by,
  atMs: nowMs,
  file: fileSays(file),
});

function spaceOfFile(state: CoreState, id: string): Space {
  const { spaces } = modelOf(state).config.site;
  const space = spaces.find((candidate) => candidate.id === id);
  if (space !== undefined) return space;
  const hint = didYouMean(
    id,
    spaces.map((candidate) => candidate.id),
  );
  throw new RejectedError(`there is no space "${id}"${hint === undefined ? "" : `: ${hint}`}`);
}

/** `spaces` are those it is about; without it all. */
function rebuilt(state: CoreState, { nowMs }: DeedContext, spaces?: readonly string[]): Consequences {
  state.dirty.add("core/overlay");
  const { alerts, spaces: all } = remodel(state, nowMs);
  checkFields(state, nowMs);
  return { alerts, spaces: spaces ?? all };
}

/** Throws RejectedError with path and reason for what the site could not be judged by. */
function checkBundle(bundle: PolicyBundle, config: Overlaid, overlay: CoreState["overlay"]): void {
  const seen = new Set<string>();
  for (const [index, policy] of bundle.policies.entries()) {
    const at = `bundle.policies[${index}]`;
    if (seen.has(policy.id)) throw new RejectedError(`${at}.id: "${policy.id}" stands in the bundle twice`);
    seen.add(policy.id);
    const [wrong] = contradictionsOf(policy);
    if (wrong !== undefined) throw new RejectedError(`${at}.${wrong.path}: ${wrong.reason}; ${wrong.fix}`);
  }
  const before = new Set(problemsOf(config).map(({ text }) => text));
  const [found] = problemsOf(underOverlay(config, overlay)).filter(({ text }) => !before.has(text));
  if (found !== undefined) throw new RejectedError(found.text);
}

function problemsOf({ site, policies }: Overlaid): { readonly text: string }[] {
  return checkSite(site, new Map(policies.map((policy) => [policy.id, policy]))).map(({ path, reason, fix }) => ({
    text: `${path.replace(/^policies/, "bundle.use")}: ${reason}${fix === undefined ? "" : `; ${fix}`}`,
  }));
}
