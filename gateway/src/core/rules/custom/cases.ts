/** The tests in a rule file: a rule judged step by step in made-up time, by the very decisions of the running gateway. Pure. */
import { type CustomRule, formatTime, localDay, type RuleCase } from "@gatehouse/protocol";
import { type CompiledRule, compileRules, sayOf } from "./compile.ts";
import { type Decision, decide, decideLater, type RuleMemory } from "./decide.ts";
import { timeFacts } from "./facts.ts";
import type { Facts } from "./variables.ts";

export interface CaseResult {
  readonly rule: string;
  readonly name: string;
  readonly passed: boolean;
  /** What happened, as against what was expected. */
  readonly got: string;
}

/** The night window where a test does not say whether it is night. */
const NIGHT = { nightStartMinutes: 22 * 60, nightEndMinutes: 6 * 60 };

/** What holds where a test does not say. */
const ELSE: Facts = {
  space: "test",
  spaceKind: "room",
  risk: "blue",
  device: "test",
  deviceKind: "lock",
  portal: "",
  role: "",
  value: 0,
};

/** Times of the tests are read in `zone`. */
export function runCases(rule: CustomRule, zone: string): CaseResult[] {
  const [compiled] = compileRules([rule]);
  return compiled === undefined ? [] : rule.tests.map((test) => new CaseRun(compiled, zone).run(test));
}

class CaseRun {
  readonly #compiled: CompiledRule;
  readonly #zone: string;
  readonly #happened: { readonly verdict: "raise" | "clear"; readonly atMs: number }[] = [];
  #memory: RuleMemory | undefined;
  #standing = false;
  #wakeMs: number | undefined;

  constructor(compiled: CompiledRule, zone: string) {
    this.#compiled = compiled;
    this.#zone = zone;
  }

  run(test: RuleCase): CaseResult {
    const { rule } = this.#compiled;
    let lastMs = Number.NEGATIVE_INFINITY;
    for (const { at, ...step } of test.steps) {
      const nowMs = Date.parse(at);
      if (nowMs < lastMs)
        return { rule: rule.id, name: test.name, passed: false, got: `the step at ${at} goes back in time` };
      lastMs = nowMs;
      this.#wake(nowMs);
      const when = { zone: this.#zone, calendar: undefined, ...NIGHT };
      const facts = { ...ELSE, ...timeFacts(nowMs, when), ...test.given, ...step } as Facts;
      const day = localDay(nowMs, this.#zone);
      const said = sayOf(this.#compiled, facts);
      this.#follow(decide(rule, this.#memory, { ...said, standing: this.#standing, day, nowMs }), nowMs);
    }
    if (test.until !== undefined) this.#wake(Date.parse(test.until));
    return { rule: rule.id, name: test.name, ...this.#judge(test) };
  }

  /** Lets time pass up to the moment. */
  #wake(untilMs: number): void {
    while (this.#wakeMs !== undefined && this.#wakeMs <= untilMs) {
      const nowMs = this.#wakeMs;
      this.#wakeMs = undefined;
      const day = localDay(nowMs, this.#zone);
      this.#follow(decideLater(this.#compiled.rule, this.#memory, { standing: this.#standing, day, nowMs }), nowMs);
    }
  }

  #follow({ memory, verdict, wakeMs }: Decision, atMs: number): void {
    this.#memory = memory;
    if (wakeMs !== "keep") this.#wakeMs = wakeMs;
    if (verdict === undefined) return;
    this.#standing = verdict === "raise";
    this.#happened.push({ verdict, atMs });
  }

  #judge({ expect, times }: RuleCase): Pick<CaseResult, "passed" | "got"> {
    const raised = this.#happened.filter(({ verdict }) => verdict === "raise").length;
    const state = raised === 0 ? "silent" : this.#standing ? "raised" : "cleared";
    const story = this.#happened.map(
      ({ verdict, atMs }) => `${verdict === "raise" ? "raised" : "cleared"} ${formatTime(atMs, this.#zone)}`,
    );
    const failure = this.#compiled.failure === undefined ? [] : [this.#compiled.failure];
    const got = [state, ...story, ...failure].join("; ");
    return { passed: state === expect && (times === undefined || raised === times), got };
  }
}
