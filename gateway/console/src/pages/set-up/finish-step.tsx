/** The last step: what is left open, the report and the labels to print, and the end of the set-up. */
import { Alert, Button, Flex } from "antd";
import { useAnswer } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { linkTo } from "../../shell/route.ts";
import { useSiteReload } from "../../shell/site.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { setUpWords } from "../../words/set-up.ts";
import { setUpFinishWords } from "../../words/set-up-finish.ts";
import { StepFrame, type StepProps } from "./step-frame.tsx";

export function FinishStep({ setUp, onNext, onBack }: StepProps) {
  const words = useWords(setUpFinishWords);
  const frame = useWords(setUpWords);
  const language = useLanguage();
  const report = useAnswer("GET /api/1/reports/commissioning", {});
  const reloadSite = useSiteReload();
  const doing = useDoing();
  const open = report.answer?.open ?? [];
  const finish = async () => {
    if (!(await doing.run(() => call("PUT /api/1/set-up", { body: { done: true } })))) return;
    reloadSite();
    onNext();
  };
  return (
    <StepFrame
      setUp={setUp}
      purpose={frame.finishFor}
      onBack={onBack}
      main={{
        text: open.length === 0 ? words.finish : words.finishAnyway,
        act: () => void finish(),
        off: report.answer === undefined,
      }}
    >
      <Loaded of={report}>
        {() =>
          open.length === 0 ? (
            <Alert type="success" showIcon title={words.nothingOpen} />
          ) : (
            <Alert
              type="warning"
              showIcon
              title={words.openPoints}
              description={
                <ul className="gh-open">
                  {open.map((point) => (
                    <li key={point.en} dir="auto">
                      {point.at === undefined ? (
                        point[language]
                      ) : (
                        <a href={point.at === "health" ? "#/health" : linkTo("/set-up/:step", { step: point.at })}>
                          {point[language]}
                        </a>
                      )}
                    </li>
                  ))}
                </ul>
              }
            />
          )
        }
      </Loaded>
      <Flex gap="small" wrap>
        <Button href={linkTo("/set-up-report")}>{words.openReport}</Button>
        <Button href={linkTo("/labels")}>{words.openLabels}</Button>
        <Button href={linkTo("/accounts")}>{words.openAccounts}</Button>
      </Flex>
      {doing.problem !== undefined && <Failed problem={doing.problem} />}
    </StepFrame>
  );
}
