/** The sixth step: the platforms alerts are sent to, each tried step by step. */
import { systemClock } from "@gatehouse/protocol";
import { Button, Flex, Spin, Tag, Typography } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useAnswer } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { useFirstWrong } from "../../parts/first-wrong.ts";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { useTimes } from "../../shell/site.tsx";
import { fill, useWords } from "../../words/language.ts";
import { setUpWords } from "../../words/set-up.ts";
import { setUpFinishWords } from "../../words/set-up-finish.ts";
import { useAskHeir } from "./ask-heir.tsx";
import { JobProgress } from "./job-progress.tsx";
import { useKept } from "./kept-input.ts";
import { StepFrame, type StepProps } from "./step-frame.tsx";
import { type TestState, TestSteps, TestTag } from "./test-state.tsx";
import { UplinkDeeds } from "./uplink-deeds.tsx";
import { EMPTY_UPLINK, type UplinkDraft, uplinkPiece, uplinkProblems } from "./uplink-draft.ts";
import { UplinkForm } from "./uplink-form.tsx";
import { hasEnded, useJob } from "./use-job.ts";

/** What may stay in the browser: no secret. */
const withoutSecrets = (draft: UplinkDraft): UplinkDraft => ({ ...draft, signKey: "", password: "" });

export function UplinkStep({ setUp, onNext, onBack }: StepProps) {
  const words = useWords(setUpFinishWords);
  const frame = useWords(setUpWords);
  const uplinks = useAnswer("GET /api/1/uplinks", {}, { reloadOn: ["health"] });
  const have = setUp.file.site.uplinks ?? [];
  const [adding, setAdding] = useState(false);
  const [fresh, setFresh] = useState<{ readonly id: string; readonly turn: number }>();
  const [saving, setSaving] = useState<string>();
  const report = useAnswer("GET /api/1/reports/commissioning", {}, { reloadOn: ["jobs"] });
  const soon = saving !== undefined && !have.some(({ id }) => id === saving);
  const form = useUplinkForm(have.map(({ id }) => id));
  const askHeir = useAskHeir();
  const tryAtOnce = (id: string) => {
    setFresh((before) => ({ id, turn: (before?.turn ?? 0) + 1 }));
    uplinks.reload();
  };
  const save = async () => {
    if (!form.check()) return;
    const { id } = form.draft;
    // As it is now: one may have been removed a moment ago.
    const { removed } = await call("GET /api/1/uplinks").catch(() => uplinks.answer ?? { removed: [] });
    if (!(await askHeir(form.draft, removed))) return;
    setSaving(id);
    const { uplink, secrets } = uplinkPiece(form.draft, systemClock.nowMs().toString(36));
    const saved = await setUp.apply([{ op: "add", path: "uplinks", value: uplink }], "set-up: uplink", secrets);
    setSaving(undefined);
    if (!saved) return;
    setAdding(false);
    form.forget();
    tryAtOnce(id);
  };
  const main = adding
    ? { text: words.save, act: () => void save() }
    : { text: have.length === 0 ? frame.skip : frame.next, act: onNext };
  return (
    <StepFrame
      setUp={setUp}
      purpose={frame.uplinkFor}
      onBack={onBack}
      main={main}
      also={adding ? <Button onClick={() => setAdding(false)}>{frame.skip}</Button> : undefined}
    >
      <h2>{words.uplinksThere}</h2>
      {have.length === 0 && !soon && <Typography.Text type="secondary">{words.noUplinks}</Typography.Text>}
      <ul className="gh-rows">
        {have.map((item) => {
          const { id } = item;
          const row = uplinks.answer?.uplinks.find((one) => one.id === id);
          return (
            <UplinkTest
              key={id}
              id={id}
              up={row?.up}
              at={setUp.busy === "no" && fresh?.id === id ? fresh.turn : 0}
              last={report.answer?.uplinks.find((one) => one.id === id)}
              onEnded={report.reload}
            >
              <UplinkDeeds
                setUp={setUp}
                item={item}
                lanes={row?.lanes}
                onChanged={() => tryAtOnce(id)}
                onRemoved={uplinks.reload}
              />
            </UplinkTest>
          );
        })}
        {soon && (
          <li>
            <Flex gap="small" align="center" wrap>
              <strong dir="auto">{saving}</strong> <Spin size="small" /> {words.beingSaved}
            </Flex>
          </li>
        )}
      </ul>
      {adding ? (
        <UplinkForm draft={form.draft} problems={form.shown} onChange={form.change} />
      ) : (
        <div>
          <Button onClick={() => setAdding(true)}>{words.add}</Button>
        </div>
      )}
    </StepFrame>
  );
}

function useUplinkForm(taken: readonly string[]) {
  const [kept, keep, forget] = useKept<UplinkDraft>("uplink", EMPTY_UPLINK);
  const [draft, setDraft] = useState(kept);
  const [asked, setAsked] = useState(false);
  const problems = uplinkProblems(draft, taken);
  const showWrong = useFirstWrong();
  return {
    draft,
    shown: asked ? problems : {},
    change: (next: UplinkDraft) => {
      setDraft(next);
      keep(withoutSecrets(next));
    },
    check: () => {
      setAsked(true);
      const good = Object.keys(problems).length === 0;
      if (!good) showWrong();
      return good;
    },
    forget: () => {
      setAsked(false);
      setDraft(EMPTY_UPLINK);
      forget(EMPTY_UPLINK);
    },
  };
}

interface UplinkTestProps {
  readonly id: string;
  readonly up: boolean | undefined;
  /** Which saving it was just saved with, 0 for none: it is tried at once, each time. */
  readonly at: number;
  /** How its latest test ended, whoever did it. */
  readonly last: { readonly test: TestState; readonly testedAt: string | null } | undefined;
  /** Also where the feed was away as it ended. */
  readonly onEnded: () => void;
  readonly children: ReactNode;
}

function UplinkTest({ id, up, at, last, onEnded, children }: UplinkTestProps) {
  const words = useWords(setUpFinishWords);
  const { time } = useTimes();
  const [kept, keep] = useKept<{ readonly job?: string }>(`uplink.test.${id}`, {});
  const { job } = kept;
  const doing = useDoing();
  const followed = useJob(job);
  // Its steps say it all.
  const ended = hasEnded(followed.job);
  const isTold = followed.result !== undefined && followed.result !== null && ended;
  const told = useRef(onEnded);
  told.current = onEnded;
  useEffect(() => {
    if (ended) told.current();
  }, [ended]);
  const [tried, setTried] = useState(0);
  const start = () =>
    void doing.run(async () => keep({ job: (await call("POST /api/1/uplinks/:id/test", { params: { id } })).id }));
  if (at > tried) {
    setTried(at);
    start();
  }
  return (
    <li>
      <Flex gap="small" align="center" wrap>
        <strong dir="auto">{id}</strong>
        {up !== undefined && <Tag color={up ? "success" : "warning"}>{up ? words.up : words.down}</Tag>}
        {last !== undefined && last.testedAt !== null && (
          <span>
            <TestTag state={last.test} />{" "}
            <span className="gh-hint">{fill(words.lastTest, { at: time(last.testedAt) })}</span>
          </span>
        )}
        <Button size="small" loading={doing.busy} onClick={start}>
          {words.test}
        </Button>
        {children}
      </Flex>
      {doing.problem !== undefined && <Failed problem={doing.problem} />}
      <TestSteps result={followed.result} />
      {!isTold && <JobProgress followed={followed} />}
    </li>
  );
}
