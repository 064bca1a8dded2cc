/** Whether a device or platform passed its test, as a mark that does not rely on colour, and the steps of a test. */
import { Tag } from "antd";
import type { TestResult } from "../../../../src/console/table/jobs.ts";
import { useLanguage, useWords } from "../../words/language.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { setUpFinishWords } from "../../words/set-up-finish.ts";

export type TestState = "passed" | "failed" | "untested" | "running";

const COLOURS = { passed: "success", failed: "error", untested: "default", running: "processing" } as const;
const MARKS = { passed: "✓", failed: "✗", skipped: "–", waiting: "…" } as const;
const STEP_WORDS = {
  passed: "stepPassed",
  failed: "stepFailed",
  skipped: "stepSkipped",
  waiting: "stepWaiting",
} as const;

export function TestTag({ state }: { readonly state: TestState }) {
  const words = useWords(setUpDevicesWords);
  const mark = state === "passed" ? "✓ " : state === "failed" ? "✗ " : "";
  return (
    <Tag color={COLOURS[state]}>
      {mark}
      {words[state]}
    </Tag>
  );
}

const stepsOf = (result: unknown): TestResult["steps"] =>
  typeof result === "object" && result !== null && "steps" in result && Array.isArray(result.steps)
    ? (result as TestResult).steps
    : [];

/** `result` of a test's job, which may be there in part. */
export function TestSteps({ result }: { readonly result: unknown }) {
  const words = useWords(setUpFinishWords);
  const language = useLanguage();
  const steps = stepsOf(result);
  if (steps.length === 0) return null;
  return (
    <ol className="gh-test-steps">
      {steps.map(({ what, state, says }) => (
        <li key={what.en} className={`gh-test-${state}`}>
          <span title={words[STEP_WORDS[state]]}>
            <span aria-hidden>{MARKS[state]}</span>
            <span className="unseen">{words[STEP_WORDS[state]]}</span>
          </span>{" "}
          <strong>{what[language]}</strong> <bdi>{says[language]}</bdi>
        </li>
      ))}
    </ol>
  );
}
