/** The first step: what the site is called, where it is, who owns its grid, and which limits count. */
import { Checkbox, Input, Radio } from "antd";
import { useState } from "react";
import { useAnswer } from "../../client/use-answer.ts";
import { Field } from "../../parts/field.tsx";
import { useFirstWrong } from "../../parts/first-wrong.ts";
import { useWords } from "../../words/language.ts";
import { setUpWords } from "../../words/set-up.ts";
import { setUpSiteWords } from "../../words/set-up-site.ts";
import { useKept } from "./kept-input.ts";
import { PremisesChoice } from "./premises-choice.tsx";
import {
  codeLooksShort,
  premisesOf,
  type SiteFields,
  type SiteInput,
  siteInputOf,
  siteProblems,
  UNOWNED,
} from "./site-fields.ts";
import { type Edit, fieldEdits, type SiteFile } from "./site-file.ts";
import { StepFrame, type StepProps } from "./step-frame.tsx";

/** Policies of another kind of premises give way to those of the kind chosen; others stay. */
function editsOf(file: SiteFile, is: SiteInput, offered: ReadonlySet<string>, wanted: string | undefined): Edit[] {
  const { site = {}, policies = [] } = file.site;
  const { address = {}, ...was } = site;
  const grid = is.unowned ? UNOWNED : is.grid.trim();
  const place = { code: is.code.trim(), text: is.address.trim(), grid };
  const kept = policies.filter(({ use }) => use === undefined || !offered.has(use));
  const next = wanted === undefined ? policies : [{ use: wanted }, ...kept];
  const same = wanted === undefined || policies.some(({ use }) => use === wanted);
  return [
    ...fieldEdits("site", was, { id: is.id.trim(), name: is.name.trim(), kind: is.kind }),
    ...(site.address === undefined
      ? [
          {
            op: "set" as const,
            path: "site/address",
            value: Object.fromEntries(Object.entries(place).filter(([, v]) => v !== "")),
          },
        ]
      : fieldEdits("site/address", address, place)),
    ...(same ? [] : [{ op: "set" as const, path: "policies", value: next }]),
  ];
}

export function SiteStep({ setUp, onNext, onBack }: StepProps) {
  const words = useWords(setUpSiteWords);
  const frame = useWords(setUpWords);
  const premises = useAnswer("GET /api/1/premises", {});
  const [input, keep, forget] = useKept<SiteInput>("site", siteInputOf(setUp.file, !setUp.site.setUp));
  const [asked, setAsked] = useState(false);
  const problems = siteProblems(input);
  const showWrong = useFirstWrong();
  const kinds = premises.answer?.kinds ?? [];
  const used = (setUp.file.site.policies ?? []).map(({ use }) => use);
  const chosen = premisesOf(kinds, input, used);
  const choose = (policy: string) => {
    const kind = kinds.find((row) => row.policy === policy)?.kind ?? input.kind;
    keep({ ...input, kind, policy });
  };
  const save = async () => {
    setAsked(true);
    if (Object.keys(problems).length > 0) return showWrong();
    const offered = new Set(kinds.map(({ policy }) => policy));
    if (!(await setUp.apply(editsOf(setUp.file, input, offered, chosen?.policy), "set-up: site"))) return;
    forget(input);
    onNext();
  };
  const field = (
    name: keyof SiteFields & ("name" | "id" | "address" | "code" | "grid"),
    hint: string,
    { off = false, example }: { readonly off?: boolean; readonly example?: string } = {},
  ) => {
    const problem = asked || (input[name] !== "" && name !== "grid") ? problems[name] : undefined;
    return (
      <Field label={words[name]} help={hint} wrong={problem === undefined ? undefined : words[problem]}>
        {(bind) => (
          <Input
            {...bind}
            dir="auto"
            value={input[name]}
            disabled={off}
            placeholder={example}
            onChange={(event) => keep({ ...input, [name]: event.target.value })}
          />
        )}
      </Field>
    );
  };
  return (
    <StepFrame
      setUp={setUp}
      purpose={frame.siteFor}
      onBack={onBack}
      main={{ text: frame.saveNext, act: () => void save() }}
    >
      <div className="gh-fields">
        {field("name", words.nameHint)}
        {field("id", words.idHint, { off: setUp.site.setUp, example: "mq-0007" })}
        {field("address", words.addressHint)}
        {field("code", codeLooksShort(input.code) ? words.codeShort : words.codeHint)}
        {field("grid", input.unowned ? words.unownedHint : words.gridHint, { off: input.unowned })}
        <Checkbox checked={input.unowned} onChange={(event) => keep({ ...input, unowned: event.target.checked })}>
          {words.unowned}
        </Checkbox>
      </div>
      <h2>{words.kind}</h2>
      <Radio.Group
        value={chosen?.policy}
        onChange={(event) => choose(String(event.target.value))}
        className="gh-choices"
      >
        {kinds.map((row) => (
          <PremisesChoice
            key={row.policy}
            row={row}
            shared={kinds.some(({ kind, policy }) => kind === row.kind && policy !== row.policy)}
          />
        ))}
      </Radio.Group>
    </StepFrame>
  );
}
