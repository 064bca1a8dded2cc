/** A refusal of the box in words, with what to do, row by row where there are rows. */
import { Alert, Button } from "antd";
import type { CallProblem } from "../client/problem.ts";
import { useWords } from "../words/language.ts";
import { shellWords } from "../words/shell.ts";

export function Failed({ problem, again }: { readonly problem: CallProblem; readonly again?: () => void }) {
  const words = useWords(shellWords);
  const { message, fix, problems = [] } = problem.problem;
  const shown = problems.slice(0, 50);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={<bdi>{message}</bdi>}
      description={
        <>
          {fix === undefined ? null : <p>{fix}</p>}
          {shown.length === 0 ? null : (
            <ul className="problems">
              {shown.map((one) => (
                <li key={`${one.path} ${one.reason}`}>
                  <bdi>
                    {one.line === undefined ? "" : `${one.line}: `}
                    {one.path}
                  </bdi>{" "}
                  — <bdi>{one.reason}</bdi>
                  {one.fix === undefined ? null : <bdi> → {one.fix}</bdi>}
                </li>
              ))}
            </ul>
          )}
        </>
      }
      {...(again === undefined ? {} : { action: <Button onClick={again}>{words.again}</Button> })}
    />
  );
}
