/** A refusal of the box as people read it: what is wrong, what to do, and where. */
import { Alert } from "antd";
import type { CallProblem } from "../client/problem.ts";

const SHOWN = 20;

export function ProblemText({ problem }: { readonly problem: CallProblem }) {
  const { message, fix, problems = [] } = problem.problem;
  const lines = problems
    .slice(0, SHOWN)
    .map(({ path, reason, fix: way }) => `${path}: ${reason}${way ? ` — ${way}` : ""}`);
  const more = problems.length - lines.length;
  return (
    <Alert
      type="error"
      showIcon
      title={<bdi>{message}</bdi>}
      description={
        fix === undefined && lines.length === 0 ? undefined : (
          <>
            {fix !== undefined && <div dir="auto">{fix}</div>}
            {lines.length > 0 && (
              <ul>
                {lines.map((line) => (
                  <li key={line} dir="auto">
                    {line}
                  </li>
                ))}
                {more > 0 && <li>+ {more}</li>}
              </ul>
            )}
          </>
        )
      }
    />
  );
}
