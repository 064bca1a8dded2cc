/** Lines that differ, as a text with + and -, so that it is read without colours too. */
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { boxWords } from "../../words/box.ts";
import { useWords } from "../../words/language.ts";

type Diff = AnswerOf<"GET /api/1/config/versions/:id">["diff"];
const SHOWN = 1_000;
const CLASS = { "+": "diff-line diff-added", "-": "diff-line diff-removed", " ": "diff-line" } as const;

export function Difference({ diff }: { readonly diff: Diff }) {
  const words = useWords(boxWords);
  if (diff.lines.length === 0) return <p>{words.same}</p>;
  return (
    <pre className="diff">
      {diff.lines.slice(0, SHOWN).map(({ sign, text, line }, index, all) => (
        <code
          key={`${sign}${line}`}
          className={CLASS[sign]}
          title={String(line)}
          data-gap={index > 0 && line > (all[index - 1]?.line ?? 0) + 1}
        >
          {sign} {text}
        </code>
      ))}
      {diff.lines.length > SHOWN ? <code className="diff-line">… {diff.lines.length - SHOWN}</code> : null}
    </pre>
  );
}
