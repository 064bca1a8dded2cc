/** The set-up of a site, step by step; it can be left and gone on with, on another device too. */
import { Button, Progress, Steps } from "antd";
import { useEffect } from "react";
import { useAnswer } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { Waiting } from "../../parts/waiting.tsx";
import type { PageProps } from "../../shell/page-row.ts";
import { go, linkTo } from "../../shell/route.ts";
import { fill, useWords } from "../../words/language.ts";
import { setUpWords } from "../../words/set-up.ts";
import { DevicesStep } from "./devices-step.tsx";
import { FinishStep } from "./finish-step.tsx";
import { LinesStep } from "./lines-step.tsx";
import { RoomsStep } from "./rooms-step.tsx";
import { isDescribed, siteInputOf } from "./site-fields.ts";
import { SiteStep } from "./site-step.tsx";
import { after, before, doneSteps, isStep, nextStep, STEPS, type Standing, type Step } from "./steps.ts";
import { TestsStep } from "./tests-step.tsx";
import { UplinkStep } from "./uplink-step.tsx";
import { type SetUp, useSetUp } from "./use-set-up.ts";
import "./set-up.css";

const BODIES = {
  site: SiteStep,
  rooms: RoomsStep,
  lines: LinesStep,
  devices: DevicesStep,
  tests: TestsStep,
  uplink: UplinkStep,
  finish: FinishStep,
} as const;

const open = (step: Step) => go(linkTo("/set-up/:step", { step }));

function standingOf({ site, file }: SetUp, untested: number | undefined): Standing {
  const { drivers = [], devices = [], uplinks = [] } = file.site;
  return {
    setUp: site.setUp,
    described: isDescribed(siteInputOf(file, !site.setUp)),
    rooms: site.counts.judged,
    lines: drivers.filter(({ id }) => id !== "mqtt").length,
    devices: devices.length,
    untested,
    uplinks: uplinks.length,
  };
}

export function SetUpPage({ params }: PageProps) {
  const words = useWords(setUpWords);
  const { setUp, problem } = useSetUp();
  const report = useAnswer("GET /api/1/reports/commissioning", {});
  const asked = params["step"] ?? "";
  const tested = report.answer ?? (report.problem === undefined ? undefined : null);
  const untested = tested?.devices.filter(({ test }) => test !== "passed").length;
  const known = setUp !== undefined && tested !== undefined;
  const done = known ? doneSteps(standingOf(setUp, untested)) : new Set<Step>();
  const next = known ? nextStep(done) : undefined;
  const { reload } = report;
  const hash = setUp?.file.hash;
  useEffect(() => {
    if (hash !== undefined) reload();
  }, [hash, reload]);
  useEffect(() => {
    if (!isStep(asked) && next !== undefined) open(next);
  }, [asked, next]);
  if (problem !== undefined && setUp === undefined) return <Failed problem={problem} />;
  if (setUp === undefined || !isStep(asked)) return <Waiting />;
  return (
    <div className="gh-set-up">
      <PageHead title={words.title} under={words.leaveHint}>
        <Button href="#/">{words.leave}</Button>
      </PageHead>
      <StepBar step={asked} done={done} />
      <Body step={asked} setUp={setUp} />
    </div>
  );
}

function Body({ step, setUp }: { readonly step: Step; readonly setUp: SetUp }) {
  const Step = BODIES[step];
  const next = after(step);
  const last = before(step);
  return (
    <Step
      setUp={setUp}
      onNext={() => (next === undefined ? go("#/") : open(next))}
      onBack={last === undefined ? undefined : () => open(last)}
    />
  );
}

function StepBar({ step, done }: { readonly step: Step; readonly done: ReadonlySet<Step> }) {
  const words = useWords(setUpWords);
  const at = STEPS.indexOf(step);
  const says = fill(words.stepOf, { n: at + 1, of: STEPS.length });
  return (
    <>
      <nav className="gh-steps-wide" aria-label={words.steps}>
        <Steps
          size="small"
          current={at}
          onChange={(index) => open(STEPS[index] ?? step)}
          items={STEPS.map((name) => ({
            title: words[name],
            status: name === step ? "process" : done.has(name) ? "finish" : "wait",
          }))}
        />
      </nav>
      <div className="gh-steps-narrow">
        <strong>{words[step]}</strong> <span className="gh-hint">{says}</span>
        <Progress percent={((at + 1) / STEPS.length) * 100} showInfo={false} size="small" aria-label={says} />
      </div>
    </>
  );
}
