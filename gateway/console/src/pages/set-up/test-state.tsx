/** Whether a device or platform passed its test, as a mark that does not rely on colour, and the steps of a test. */
import { Tag } from "antd";
import { TestResult } from "../../../../src/console/table/jobs.ts";
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

/** `result` of a test's job, which may be there in part. */
export function TestSteps({ result }: { readonly result: unknown }) {
  const words = useWords(setUpFinishWords);
  const language = useLanguage();
  const read = TestResult.safeParse(result);
  if (!read.success) return null;
  return (
    <ol className="gh-test-steps">
      {read.data.steps.map(({ what, state, says }) => (
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
