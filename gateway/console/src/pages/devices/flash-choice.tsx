/** What has to be said of a board that does not say it itself: its chip, and how fast its bootloader is. */
import { Checkbox } from "antd";
import type { AnswerOf, AskOf } from "../../../../src/console/table/index.ts";
import { Choose } from "../../parts/choose.tsx";
import { boardsWords } from "../../words/boards.ts";
import { useWords } from "../../words/language.ts";

export type FlashAsk = AskOf<"POST /api/1/boards/:id/firmware", "body">;
export type Shipped = AnswerOf<"GET /api/1/boards">["shipped"];

export interface FlashChoiceProps {
  readonly images: Shipped["images"];
  readonly ask: FlashAsk;
  readonly onChange: (ask: FlashAsk) => void;
}

export function FlashChoice({ images, ask, onChange }: FlashChoiceProps) {
  const words = useWords(boardsWords);
  const chips = images.map(({ chip, title }) => [chip, title] as const);
  return (
    <div className="gh-flash-choice">
      <div className="field">
        <span>{words.chip}</span>
        <Choose<"" | (typeof chips)[number][0]>
          label={words.chip}
          value={ask.chip ?? ""}
          onChange={(chip) => onChange({ slow: ask.slow, ...(chip === "" ? {} : { chip }) })}
          options={[["", words.chipFound], ...chips]}
        />
        <div className="field-help">{words.chipHelp}</div>
      </div>
      <Checkbox checked={ask.slow === true} onChange={({ target }) => onChange({ ...ask, slow: target.checked })}>
        {words.slow}
      </Checkbox>
    </div>
  );
}
