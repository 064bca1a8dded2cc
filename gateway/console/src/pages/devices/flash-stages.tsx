/** The four steps of a board's update, and where it is. */
import type { FlashResult } from "../../../../src/console/table/boards.ts";
import type { Job } from "../../parts/job.tsx";
import { boardsWords } from "../../words/boards.ts";
import { useWords } from "../../words/language.ts";

const STEPS = ["stageEnter", "stageWrite", "stageVerify", "stageStart"] as const;
const STEP_OF = { drain: 0, reach: 0, "press-reset": 0, write: 1, verify: 2, start: 3 } as const;
const MARKS = { stageDone: "✓", stageNow: "…", stageOpen: "·", stageStopped: "✗" } as const;

export interface FlashStagesProps {
  readonly result: unknown;
  readonly state: Job["state"];
}

export function FlashStages({ result, state }: FlashStagesProps) {
  const words = useWords(boardsWords);
  if (!isFlashResult(result)) return null;
  const at = STEP_OF[result.stage];
  const here = state === "running" ? "stageNow" : state === "done" ? "stageDone" : "stageStopped";
  return (
    <ol className="gh-stages">
      {STEPS.map((step, index) => {
        const mark = index < at ? "stageDone" : index === at ? here : "stageOpen";
        return (
          <li key={step} className={`gh-${mark}`} aria-current={mark === "stageNow" ? "step" : undefined}>
            <span aria-hidden>{MARKS[mark]}</span> {words[step]} <span className="unseen">{words[mark]}</span>
          </li>
        );
      })}
    </ol>
  );
}

const isFlashResult = (result: unknown): result is FlashResult =>
  typeof result === "object" && result !== null && "stage" in result && String(result.stage) in STEP_OF;
