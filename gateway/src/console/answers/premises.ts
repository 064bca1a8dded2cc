/** Kinds of premises with what counts for them, explained before a site is set up. */
import type { Policy, SiteKind } from "@gatehouse/protocol";
import type { z } from "zod";
import { sourceOf, titleOf } from "../../words/limit-basis.ts";
import type { AnswerOf } from "../table/index.ts";
import { limitsInWords } from "./limit-words.ts";

type Kinds = AnswerOf<"GET /api/1/premises">["kinds"];

/** Policies that come with the gateway, by what they are for; those of an operator's own have no kind and are not offered. */
const OFFERED: readonly (readonly [z.infer<typeof SiteKind>, string])[] = [
  ["rental-compound", "cn-sh-rental-2014"],
  ["dormitory", "cn-dormitory-placeholder"],
  ["construction-site", "cn-sh-site-2023"],
  ["construction-site", "cn-site-jgj146-2013"],
];

export const premisesOf = (policies: ReadonlyMap<string, Policy>): Kinds =>
  OFFERED.flatMap(([kind, id]) => {
    const policy = policies.get(id);
    if (policy === undefined) return [];
    const { verified } = policy.source;
    return [
      { kind, policy: id, title: titleOf(policy), says: limitsInWords(policy), source: sourceOf(policy), verified },
    ];
  });
