/** One kind of premises with the limits that count there, in sentences. */
import { Radio, Tag, Typography } from "antd";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { setUpSiteWords } from "../../words/set-up-site.ts";

type Row = AnswerOf<"GET /api/1/premises">["kinds"][number];

export function PremisesChoice({ row }: { readonly row: Row }) {
  const words = useWords(setUpSiteWords);
  const language = useLanguage();
  return (
    <Radio value={row.kind} className="gh-choice">
      <strong>{words[row.kind]}</strong> {!row.verified && <Tag color="warning">{words.unverified}</Tag>}
      <ul>
        {row.says.map((says) => (
          <li key={says.en}>{says[language]}</li>
        ))}
      </ul>
      <Typography.Text type="secondary">
        {row.title[language]} · {fill(words.source, { source: row.source[language] })}
      </Typography.Text>
    </Radio>
  );
}
