/** One kind of premises with the limits that count there, in sentences. */
import { Radio, Tag, Typography } from "antd";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { setUpSiteWords } from "../../words/set-up-site.ts";

type Row = AnswerOf<"GET /api/1/premises">["kinds"][number];

interface PremisesChoiceProps {
  readonly row: Row;
  /** Another choice is for the same kind of premises: which rules they are is said with its name. */
  readonly shared: boolean;
}

export function PremisesChoice({ row, shared }: PremisesChoiceProps) {
  const words = useWords(setUpSiteWords);
  const language = useLanguage();
  return (
    <Radio value={row.policy} className="gh-choice">
      <strong>
        {words[row.kind]}
        {shared && ` · ${row.title[language]}`}
      </strong>{" "}
      {!row.verified && <Tag color="warning">{words.unverified}</Tag>}
      <ul>
        {row.says.map((says) => (
          <li key={says.en}>{says[language]}</li>
        ))}
      </ul>
      <Typography.Text type="secondary">
        {shared ? "" : `${row.title[language]} · `}
        {fill(words.source, { source: row.source[language] })}
      </Typography.Text>
    </Radio>
  );
}
