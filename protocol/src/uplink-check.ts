/** What a schema cannot see in the uplinks of a site file: spaces that are not there, paths a mapping cannot find. Pure. */
import type { Problem } from "./errors.ts";
import { mappingProblems } from "./mapping.ts";
import { OUTSIDE, type Site } from "./site.ts";
import { didYouMean } from "./spelling.ts";

export function checkUplinks({ spaces, uplinks }: Site): readonly Problem[] {
  const known = new Set([OUTSIDE, ...spaces.map(({ id }) => id)]);
  return uplinks.flatMap(({ filter, mapping }, index) => {
    const named = filter === undefined || Array.isArray(filter) ? [] : (filter.spaces ?? []);
    const strangers = named.flatMap((id, i): Problem[] => {
      if (known.has(id)) return [];
      const fix = didYouMean(id, known) ?? "list it under spaces, or correct the id";
      return [{ path: `uplinks[${index}].filter.spaces[${i}]`, reason: `there is no space "${id}"`, fix }];
    });
    const unmapped = (mapping === undefined ? [] : mappingProblems(mapping)).map((problem) => ({
      ...problem,
      path: `uplinks[${index}].mapping.${problem.path}`,
    }));
    return [...strangers, ...unmapped];
  });
}
