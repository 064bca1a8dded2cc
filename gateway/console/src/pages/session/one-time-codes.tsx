/** Turning one-time codes on and off for oneself. */
import { Button, Input } from "antd";
import { useState } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { Failed } from "../../parts/failed.tsx";
import { Field } from "../../parts/field.tsx";
import { QrCode } from "../../parts/qr-code.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { askStanding, call } from "../../shell/box.ts";
import { useSession } from "../../shell/session.ts";
import { useWords } from "../../words/language.ts";
import { sessionWords } from "../../words/session.ts";

export function OneTimeCodes() {
  const words = useWords(sessionWords);
  const { totp } = useSession();
  const [password, setPassword] = useState("");
  const [begun, setBegun] = useState<AnswerOf<"POST /api/1/session/totp">>();
  const { busy, problem, run } = useDoing();
  const begin = () =>
    run(async () => {
      if (totp) {
        await call("DELETE /api/1/session/totp", { body: { password } });
        await askStanding();
      } else setBegun(await call("POST /api/1/session/totp", { body: { password } }));
      setPassword("");
    });
  return (
    <section className="card">
      <h2>{words.codes}</h2>
      <p>{totp ? words.codesOn : words.codesOff}</p>
      {begun === undefined ? (
        <>
          <Field label={words.oldPassword}>
            {(bind) => (
              <Input.Password
                {...bind}
                autoComplete="current-password"
                value={password}
                onChange={({ target }) => setPassword(target.value)}
              />
            )}
          </Field>
          {problem === undefined ? null : <Failed problem={problem} />}
          <Button danger={totp} loading={busy} disabled={password === ""} onClick={() => void begin()}>
            {totp ? words.codesEnd : words.codesBegin}
          </Button>
        </>
      ) : (
        <Confirm begun={begun} onDone={() => setBegun(undefined)} />
      )}
    </section>
  );
}

interface ConfirmProps {
  readonly begun: AnswerOf<"POST /api/1/session/totp">;
  readonly onDone: () => void;
}

function Confirm({ begun, onDone }: ConfirmProps) {
  const words = useWords(sessionWords);
  const [code, setCode] = useState("");
  const { busy, problem, run } = useDoing();
  const confirm = async () => {
    if (!(await run(() => call("PUT /api/1/session/totp", { body: { code } })))) return;
    await askStanding();
    onDone();
  };
  return (
    <>
      <p>{words.codesScan}</p>
      <div className="qr">
        <QrCode text={begun.uri} />
      </div>
      <dl className="facts">
        <dt>{words.secret}</dt>
        <dd>
          <code className="secret">{begun.secret}</code>
        </dd>
      </dl>
      <Field label={words.totp}>
        {(bind) => (
          <Input
            {...bind}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={6}
            value={code}
            onChange={({ target }) => setCode(target.value.replace(/\D/g, ""))}
          />
        )}
      </Field>
      {problem === undefined ? null : <Failed problem={problem} />}
      <Button type="primary" loading={busy} disabled={code.length !== 6} onClick={() => void confirm()}>
        {words.confirm}
      </Button>
    </>
  );
}
