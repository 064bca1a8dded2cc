/** The steps of a test with what was seen at each. */
import { Tag } from "antd";
import { useLanguage } from "../../words/language.ts";

interface Step {
  readonly what: { readonly zh: string; readonly en: string };
  readonly state: "passed" | "failed" | "skipped" | "waiting";
  readonly says: { readonly zh: string; readonly en: string };
}

const MARK = { passed: "✓", failed: "✗", skipped: "–", waiting: "…" } as const;
const COLOUR = { passed: "success", failed: "error", skipped: "default", waiting: "processing" } as const;

export function TestSteps({ result }: { readonly result: unknown }) {
  const language = useLanguage();
  const steps = (result as { readonly steps?: readonly Step[] } | null)?.steps ?? [];
  return (
    <ol className="rows">
      {steps.map(({ what, state, says }) => (
        <li className="row" key={what.en}>
          <div className="row-text">
            <Tag color={COLOUR[state]}>{MARK[state]}</Tag> {what[language]}
            <div className="under" dir="auto">
              {says[language]}
            </div>
          </div>
        </li>
      ))}
    </ol>
  );
}
