/** Signing in; the one-time code is asked for when the box wants it. */
import { Button, Input } from "antd";
import { type SubmitEvent, useState } from "react";
import { Failed } from "../../parts/failed.tsx";
import { Field } from "../../parts/field.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call, type Hello, signedIn } from "../../shell/box.ts";
import { useWords } from "../../words/language.ts";
import { sessionWords } from "../../words/session.ts";
import { Alone } from "./alone.tsx";
import { Fingerprint } from "./fingerprint.tsx";

export function SignIn({ hello }: { readonly hello: Hello }) {
  const words = useWords(sessionWords);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const { busy, problem, run } = useDoing();
  const wantsCode = totp !== "" || problem?.code.startsWith("totp") === true;
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    const body = { name, password, ...(totp === "" ? {} : { totp }) };
    void run(async () => signedIn(await call("POST /api/1/session", { body })));
  };
  return (
    <Alone title={words.signIn}>
      <form onSubmit={send} className="form">
        <Field label={words.name}>
          {(bind) => (
            <Input
              {...bind}
              autoComplete="username"
              autoFocus
              required
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <Field label={words.password}>
          {(bind) => (
            <Input.Password
              {...bind}
              autoComplete="current-password"
              required
              value={password}
              onChange={({ target }) => setPassword(target.value)}
            />
          )}
        </Field>
        {wantsCode ? <CodeField value={totp} onChange={setTotp} /> : null}
        {problem === undefined ? null : <Failed problem={problem} />}
        <Button type="primary" htmlType="submit" loading={busy} block>
          {words.signIn}
        </Button>
      </form>
      <Fingerprint hello={hello} />
    </Alone>
  );
}

function CodeField({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const words = useWords(sessionWords);
  return (
    <Field label={words.totp} help={words.totpHelp}>
      {(bind) => (
        <Input
          {...bind}
          autoComplete="one-time-code"
          inputMode="numeric"
          maxLength={6}
          value={value}
          onChange={({ target }) => onChange(target.value.replace(/\D/g, ""))}
        />
      )}
    </Field>
  );
}
