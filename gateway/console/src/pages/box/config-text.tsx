/** Editing the site file as text. Nothing is used that was not checked and compared first; what was typed outlives a lost connection. */
import { Alert, Button, Input } from "antd";
import { useState } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { Failed } from "../../parts/failed.tsx";
import { Field } from "../../parts/field.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { boxWords } from "../../words/box.ts";
import { fill, useWords } from "../../words/language.ts";
import type { Change } from "./config-page.tsx";
import { Difference } from "./difference.tsx";
import { Findings } from "./findings.tsx";

type Config = AnswerOf<"GET /api/1/config">;
type Trial = AnswerOf<"POST /api/1/config/check">;

export interface ConfigTextProps {
  readonly config: Config;
  readonly change: Change;
}

export function ConfigText({ config, change }: ConfigTextProps) {
  const words = useWords(boxWords);
  const { busy, problem, run } = useDoing();
  /** What the edit began with: somebody else's change in between is seen by it. */
  const [base, setBase] = useState({ hash: config.hash, text: config.text });
  const [text, setText] = useState(config.text);
  const [trial, setTrial] = useState<{ readonly of: string; readonly result: Trial }>();
  const [note, setNote] = useState("");
  const isEdited = text !== base.text;
  if (!isEdited && base.hash !== config.hash) {
    setBase({ hash: config.hash, text: config.text });
    setText(config.text);
  }
  const isStale = isEdited && base.hash !== config.hash;
  const result = trial?.of === text ? trial.result : undefined;
  const check = () =>
    run(async () => {
      setTrial({ of: text, result: await call("POST /api/1/config/check", { body: { text } }) });
    });
  const apply = () =>
    run(async () => {
      let used = base;
      const isUsed = await change(base.hash, async () => {
        const { hash } = await call("PUT /api/1/config", { body: { text, hash: base.hash, note } });
        used = { hash, text };
      });
      setTrial(undefined);
      // What the box did not start with stays here to be corrected.
      if (!isUsed) return;
      setBase(used);
      setNote("");
    });
  return (
    <div className="form">
      {isStale ? (
        <Alert
          type="warning"
          showIcon
          role="alert"
          title={words.newer}
          action={
            <Button
              onClick={() => {
                setBase({ hash: config.hash, text: config.text });
                setTrial(undefined);
              }}
            >
              {words.takeNew}
            </Button>
          }
        />
      ) : null}
      <textarea
        className="code-area"
        spellCheck={false}
        autoCapitalize="off"
        aria-label={words.siteFile}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <div className="tools">
        <Button type="primary" disabled={!isEdited || busy || isStale} onClick={() => void check()}>
          {words.checkIt}
        </Button>
        <Button disabled={!isEdited || busy} onClick={() => setText(base.text)}>
          {words.undo}
        </Button>
      </div>
      {problem === undefined ? null : <Failed problem={problem} />}
      {result === undefined ? null : <Verdict result={result} />}
      {result?.ok === true && !isStale ? (
        <div>
          <Field label={words.why}>
            {(bind) => (
              <Input {...bind} maxLength={300} value={note} onChange={({ target }) => setNote(target.value)} />
            )}
          </Field>
          <Button type="primary" disabled={busy} onClick={() => void apply()}>
            {words.applyIt}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function Verdict({ result }: { readonly result: Trial }) {
  const words = useWords(boxWords);
  return (
    <div role="status">
      {result.ok ? (
        <Alert className="card" type="success" showIcon title={words.right} />
      ) : (
        <Findings type="error" title={fill(words.wrong, { n: result.problems.length })} findings={result.problems} />
      )}
      <Findings type="warning" title={words.warnings} findings={result.warnings} />
      {result.diff === null ? null : (
        <>
          <h3>{words.differs}</h3>
          <Difference diff={result.diff} />
        </>
      )}
    </div>
  );
}
