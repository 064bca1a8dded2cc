/** Rules of the site's own, made ready to be judged. */
import type { CustomRule } from "@gatehouse/protocol";
import { type Complaint, compileExpression, type Expression } from "./expression.ts";
import type { Facts } from "./variables.ts";

export interface CompiledRule {
  readonly rule: CustomRule;
  /** Undefined for one that cannot be read any more: it is silent. */
  readonly condition: Expression | undefined;
  readonly ending: Expression | undefined;
  /** Why the latest evaluation gave no answer; said in health, decides nothing. */
  failure: string | undefined;
}

/** Which key of a rule is wrong, and how. */
export type RuleComplaint = Complaint & { readonly key: "if" | "clear" };

/** What a rule's schema cannot see about its expressions. */
export function complaintsAbout(rule: CustomRule): RuleComplaint[] {
  return (["if", "clear"] as const).flatMap((key) => {
    const text = rule[key];
    const compiled = text === undefined ? undefined : compileExpression(text, rule.when);
    return compiled === undefined || compiled.ok ? [] : [{ key, ...compiled.complaint }];
  });
}

/** A rule was checked when its file was loaded; one that a later version of the gateway cannot read is silent and says so. */
export function compileRules(rules: readonly CustomRule[]): CompiledRule[] {
  return rules.map((rule) => {
    const condition = compileExpression(rule.if, rule.when);
    const ending = rule.clear === undefined ? undefined : compileExpression(rule.clear, rule.when);
    return {
      rule,
      condition: condition.ok ? condition.expression : undefined,
      ending: ending?.ok ? ending.expression : undefined,
      failure: condition.ok ? undefined : condition.complaint.reason,
    };
  });
}

/** What the rule's expressions say of the facts. What cannot be evaluated is not so. */
export function sayOf(
  compiled: CompiledRule,
  facts: Facts,
): { readonly holds: boolean; readonly ends: boolean | undefined } {
  try {
    const holds = compiled.condition?.evaluate(facts) === true;
    const ends = compiled.ending === undefined ? undefined : compiled.ending.evaluate(facts) === true;
    return { holds, ends };
  } catch (error) {
    compiled.failure = error instanceof Error ? (error.message.split("\n")[0] ?? "fails") : "fails";
    return { holds: false, ends: false };
  }
}
