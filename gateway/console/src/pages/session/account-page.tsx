/** One's own account: password, one-time codes, where one is signed in. */
import { Alert, Button, Input, Switch } from "antd";
import { type SubmitEvent, useState, useSyncExternalStore } from "react";
import { Failed } from "../../parts/failed.tsx";
import { Field } from "../../parts/field.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { askStanding, call } from "../../shell/box.ts";
import { useSession } from "../../shell/session.ts";
import { useTimes } from "../../shell/site.tsx";
import { chime, soundChoice } from "../../shell/sound.ts";
import { alertWords } from "../../words/alerts.ts";
import { fill, useWords } from "../../words/language.ts";
import { sessionWords } from "../../words/session.ts";
import { shellWords } from "../../words/shell.ts";
import { NewPassword } from "./new-password.tsx";
import { OneTimeCodes } from "./one-time-codes.tsx";
import { SessionList } from "./session-list.tsx";

export function AccountPage() {
  const words = useWords(sessionWords);
  const shell = useWords(shellWords);
  const session = useSession();
  const { time } = useTimes();
  return (
    <>
      <PageHead title={words.account} under={<bdi>{session.name}</bdi>} />
      {session.mustChangePassword ? (
        <Alert className="gap-below" type="warning" showIcon title={words.mustChange} />
      ) : null}
      <div className="columns">
        <section className="card">
          <dl className="facts">
            <dt>{words.roles}</dt>
            <dd>{session.roles.map((role) => shell[role]).join(", ")}</dd>
            <dt>{words.endsAt}</dt>
            <dd>
              {time(session.endsAt)} · {fill(words.idle, { n: Math.round(session.idleSeconds / 60) })}
            </dd>
          </dl>
          <Sound />
        </section>
        <section className="card">
          <h2>{words.changePassword}</h2>
          <ChangePassword />
        </section>
        {session.mustChangePassword ? null : <OneTimeCodes />}
        {session.mustChangePassword ? null : <SessionList />}
      </div>
    </>
  );
}

function Sound() {
  const words = useWords(alertWords);
  const value = useSyncExternalStore(soundChoice.subscribe, soundChoice.get);
  const change = (on: boolean) => {
    soundChoice.set(on ? "on" : "off");
    if (on) chime();
  };
  return (
    <div className="switch-line">
      <Switch checked={value === "on"} onChange={change} aria-label={words.sound} />
      <span aria-hidden="true">{words.sound}</span>
    </div>
  );
}

function ChangePassword() {
  const words = useWords(sessionWords);
  const [old, setOld] = useState("");
  const [password, setPassword] = useState<string>();
  const [changed, setChanged] = useState(0);
  const { busy, problem, run } = useDoing();
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    if (password === undefined) return;
    if (!(await run(() => call("PUT /api/1/session/password", { body: { old, new: password } })))) return;
    setOld("");
    setPassword(undefined);
    setChanged((times) => times + 1);
    await askStanding();
  };
  return (
    <form onSubmit={(event) => void send(event)} className="form">
      <Field label={words.oldPassword}>
        {(bind) => (
          <Input.Password
            {...bind}
            autoComplete="current-password"
            required
            value={old}
            onChange={({ target }) => setOld(target.value)}
          />
        )}
      </Field>
      <NewPassword key={changed} onChange={setPassword} />
      {problem === undefined ? null : <Failed problem={problem} />}
      {changed === 0 ? null : <Alert type="success" showIcon title={words.changed} />}
      <Button type="primary" htmlType="submit" loading={busy} disabled={password === undefined || old === ""}>
        {words.changePassword}
      </Button>
    </form>
  );
}
