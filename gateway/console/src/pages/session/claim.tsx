/** Taking over a new box: the code it printed, and the first account. The code may come with the address, as from the QR code. */
import { Alert, Button, Input } from "antd";
import { type SubmitEvent, useState } from "react";
import { CallProblem } from "../../client/problem.ts";
import { Failed } from "../../parts/failed.tsx";
import { Field } from "../../parts/field.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { askStanding, call, type Hello, signedIn } from "../../shell/box.ts";
import { go, usePlace } from "../../shell/route.ts";
import { useWords } from "../../words/language.ts";
import { sessionWords } from "../../words/session.ts";
import { shellWords } from "../../words/shell.ts";
import { isAccountName } from "./account-name.ts";
import { Alone } from "./alone.tsx";
import { Fingerprint } from "./fingerprint.tsx";
import { NewPassword } from "./new-password.tsx";

export function Claim({ hello }: { readonly hello: Hello }) {
  const words = useWords(sessionWords);
  const shell = useWords(shellWords);
  if (hello.claimOpen)
    return (
      <Alone title={words.claimTitle}>
        <p>{words.claimSays}</p>
        <ClaimForm />
        <Fingerprint hello={hello} />
      </Alone>
    );
  return (
    <Alone title={words.claimTitle}>
      <Alert type="warning" showIcon title={words.claimClosed} />
      <Button onClick={() => void askStanding()}>{shell.again}</Button>
    </Alone>
  );
}

/** Whoever takes over a box that knows no room sets it up first; the first account may. */
async function firstPage(): Promise<string> {
  try {
    const { counts } = await call("GET /api/1/site");
    return counts.spaces > 0 ? "#/" : "#/set-up";
  } catch (problem) {
    if (problem instanceof CallProblem) return "#/";
    throw problem;
  }
}

function ClaimForm() {
  const words = useWords(sessionWords);
  const { query } = usePlace();
  const given = query.get("claim") ?? "";
  const [code, setCode] = useState(given);
  const [name, setName] = useState("");
  const [password, setPassword] = useState<string>();
  const { busy, problem, run } = useDoing();
  const misnamed = name.trim() !== "" && !isAccountName(name);
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    if (password === undefined) return;
    void run(async () => {
      const session = await call("POST /api/1/claim", { body: { code: code.trim(), name: name.trim(), password } });
      go(await firstPage());
      signedIn(session);
    });
  };
  return (
    <form onSubmit={send} className="form">
      <Field label={words.code}>
        {(bind) => (
          <Input
            {...bind}
            className="code-input"
            autoComplete="off"
            spellCheck={false}
            autoFocus={given === ""}
            required
            maxLength={64}
            value={code}
            onChange={({ target }) => setCode(target.value)}
          />
        )}
      </Field>
      <Field label={words.newName} help={words.newNameHelp} wrong={misnamed ? words.newNameForm : undefined}>
        {(bind) => (
          <Input
            {...bind}
            autoComplete="username"
            autoFocus={given !== ""}
            required
            maxLength={32}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <NewPassword onChange={setPassword} />
      {problem === undefined ? null : <Failed problem={problem} />}
      <Button type="primary" htmlType="submit" loading={busy} disabled={password === undefined || misnamed} block>
        {words.claim}
      </Button>
    </form>
  );
}
