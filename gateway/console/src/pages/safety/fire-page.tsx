/** How the doors stand in a fire, and the end of it by a person. */
import { Alert, Button, Input, Popconfirm } from "antd";
import { useState } from "react";
import { useAnswer } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { Pill } from "../../parts/pill.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { useMay } from "../../shell/session.ts";
import { useTimes } from "../../shell/site.tsx";
import { fill, useWords } from "../../words/language.ts";
import { safetyWords } from "../../words/safety.ts";
import { shellWords } from "../../words/shell.ts";
import type { EgressStatus } from "./roll-call.ts";

export function FirePage() {
  const words = useWords(safetyWords);
  const loading = useAnswer("GET /api/1/fire", {}, { reloadOn: ["alerts", "devices"] });
  return (
    <>
      <PageHead title={words.fire} under={words.fireSays} />
      <Loaded of={loading}>{(answer) => <State status={answer as EgressStatus} reload={loading.reload} />}</Loaded>
    </>
  );
}

const WRONG: readonly string[] = ["not released", "not locked"];

function State({ status, reload }: { readonly status: EgressStatus; readonly reload: () => void }) {
  const words = useWords(safetyWords);
  const { time } = useTimes();
  const may = useMay("manager");
  const { since, inputsOn, hold, doors } = status;
  return (
    <>
      {since === null ? (
        <Alert className="gap" type="success" showIcon title={words.noFire} />
      ) : (
        <Alert
          className="gap"
          type="error"
          showIcon
          title={fill(words.fireSince, { at: time(since) })}
          description={
            <>
              {inputsOn.length === 0 ? null : <p>{fill(words.fireNow, { inputs: inputsOn.join(", ") })}</p>}
              {hold === null ? null : <p>{hold === "person" ? words.holdPerson : words.holdInput}</p>}
            </>
          }
        />
      )}
      {since !== null && may ? <Over onDone={reload} /> : null}
      <section className="card">
        <h2>{words.doors}</h2>
        {doors.length === 0 ? <p className="soft">{words.noDoors}</p> : null}
        <ul className="rows">
          {doors.map(({ door, state, ms, why }) => (
            <li key={door} className="row">
              <bdi className="row-text">{door}</bdi>
              <span className="under">
                {ms === null ? null : fill(words.after, { n: ms })} <bdi>{why}</bdi>
              </span>
              <Pill is={WRONG.includes(state) ? "urgent" : state === "released" ? "fine" : "plain"}>
                {words[`door_${state}`]}
              </Pill>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function Over({ onDone }: { readonly onDone: () => void }) {
  const words = useWords(safetyWords);
  const shell = useWords(shellWords);
  const [note, setNote] = useState("");
  const { busy, problem, run } = useDoing();
  const over = async () => {
    const text = note.trim();
    if (await run(() => call("POST /api/1/fire/over", { body: text === "" ? {} : { note: text } }))) onDone();
  };
  return (
    <section className="card">
      <div className="deed-line">
        <Input
          aria-label={words.overNote}
          placeholder={words.overNote}
          maxLength={300}
          value={note}
          onChange={({ target }) => setNote(target.value)}
        />
        <Popconfirm title={words.overSure} okText={words.yes} cancelText={shell.cancel} onConfirm={() => void over()}>
          <Button danger loading={busy}>
            {words.over}
          </Button>
        </Popconfirm>
      </div>
      {problem === undefined ? null : <Failed problem={problem} />}
    </section>
  );
}
