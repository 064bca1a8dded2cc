/** What edits of the site file would change, shown before they are used; then the box starts anew and the page waits for it. */
import { Alert, App, Modal, Spin } from "antd";
import { useEffect, useState } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { CallProblem } from "../../client/problem.ts";
import { Failed } from "../../parts/failed.tsx";
import { Waiting } from "../../parts/waiting.tsx";
import { call } from "../../shell/box.ts";
import { devicesWords } from "../../words/devices.ts";
import { useWords } from "../../words/language.ts";
import { setUpWords } from "../../words/set-up.ts";
import type { Edit, GivenSecret } from "../set-up/site-file.ts";
import { TroubleSays } from "../set-up/trouble-says.tsx";
import type { SetUp } from "../set-up/use-set-up.ts";
import "./review-edits.css";

type Checked = AnswerOf<"PATCH /api/1/config">;

interface ReviewEditsProps {
  readonly setUp: SetUp;
  readonly edits: readonly Edit[];
  readonly note: string;
  /** Written where the edits are used. */
  readonly secrets?: readonly GivenSecret[];
  readonly onClose: () => void;
  readonly onApplied: () => void;
}

const NO_SECRETS: readonly GivenSecret[] = [];

export function ReviewEdits({ setUp, edits, note, secrets = NO_SECRETS, onClose, onApplied }: ReviewEditsProps) {
  const words = useWords(devicesWords);
  const frame = useWords(setUpWords);
  const { message } = App.useApp();
  const { checked, problem } = useCheck(setUp.file.hash, edits, note, secrets);
  const away = setUp.busy === "restarting" || setUp.busy === "long";
  const apply = async () => {
    if (!(await setUp.apply(edits, note, secrets))) return;
    void message.success(words.applied);
    onApplied();
  };
  return (
    <Modal
      open
      width={720}
      title={words.diffTitle}
      okText={words.apply}
      cancelText={words.cancel}
      okButtonProps={{ disabled: checked === undefined || checked.diff.changes.length === 0 }}
      confirmLoading={setUp.busy !== "no"}
      onOk={() => void apply()}
      onCancel={onClose}
    >
      {problem !== undefined && <Failed problem={problem} />}
      <TroubleSays trouble={setUp.trouble} />
      {checked === undefined && problem === undefined && <Waiting />}
      {checked !== undefined && <DiffText diff={checked.diff} />}
      {checked?.warnings.map(({ path, reason, fix }) => (
        <Alert
          key={`${path} ${reason}`}
          type="warning"
          showIcon
          title={<bdi>{`${path}: ${reason}`}</bdi>}
          description={fix}
        />
      ))}
      <p className="gh-hint">{words.diffHint}</p>
      {away && <Alert type="info" icon={<Spin size="small" />} showIcon title={frame.restarting} />}
    </Modal>
  );
}

function useCheck(hash: string, edits: readonly Edit[], note: string, secrets: readonly GivenSecret[]) {
  const [checked, setChecked] = useState<Checked>();
  const [problem, setProblem] = useState<CallProblem>();
  useEffect(() => {
    const ended = new AbortController();
    const body = { hash, edits: [...edits], note, secrets: [...secrets], check: true };
    call("PATCH /api/1/config", { body }, { signal: ended.signal }).then(setChecked, (error: unknown) => {
      if (ended.signal.aborted) return;
      if (!(error instanceof CallProblem)) throw error;
      setProblem(error);
    });
    return () => ended.abort();
  }, [hash, edits, note, secrets]);
  return { checked, problem };
}

export function DiffText({ diff }: { readonly diff: Checked["diff"] }) {
  const words = useWords(devicesWords);
  if (diff.lines.length === 0) return <p>{words.nothingToDo}</p>;
  return (
    <pre className="gh-diff" dir="ltr">
      {diff.lines.map(({ sign, text, line }) => {
        const Tag = sign === "+" ? "ins" : sign === "-" ? "del" : "span";
        return (
          <Tag key={`${sign}${line} ${text}`}>
            {sign} {text}
          </Tag>
        );
      })}
    </pre>
  );
}
