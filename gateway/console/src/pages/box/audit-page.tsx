/** Who did what, and whether that record is whole. */
import { Alert, Button, Input } from "antd";
import { useDeferredValue, useState } from "react";
import { useAnswer } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { useTimes } from "../../shell/site.tsx";
import { boxWords } from "../../words/box.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import "./box.css";

export function AuditPage() {
  const words = useWords(boxWords);
  const { time } = useTimes();
  const [by, setBy] = useState("");
  const [what, setWhat] = useState("");
  const [after, setAfter] = useState<string>();
  const wanted = useDeferredValue({ by: by.trim(), what: what.trim() });
  const query = {
    ...(wanted.by === "" ? {} : { by: wanted.by }),
    ...(wanted.what === "" ? {} : { what: wanted.what }),
    ...(after === undefined ? {} : { after }),
  };
  const audit = useAnswer("GET /api/1/audit", { query });
  const field = (label: string, value: string, set: (text: string) => void) => (
    <Input
      className="grow"
      allowClear
      aria-label={label}
      placeholder={label}
      maxLength={64}
      value={value}
      onChange={({ target }) => {
        set(target.value);
        setAfter(undefined);
      }}
    />
  );
  return (
    <>
      <PageHead title={words.audit} under={words.auditUnder} />
      <Verify />
      <div className="tools">
        {field(words.by, by, setBy)}
        {field(words.what, what, setWhat)}
      </div>
      <Loaded of={audit}>
        {({ items, next }) => (
          <section className="card">
            {items.length === 0 ? (
              <Nothing text={words.noEntries} />
            ) : (
              <div className="table-scroll">
                <table className="box-table">
                  <thead>
                    <tr>
                      <th className="number">#</th>
                      <th>{words.when}</th>
                      <th>{words.by}</th>
                      <th>{words.what}</th>
                      <th>{words.about}</th>
                      <th>{words.detail}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((entry) => (
                      <tr key={entry.n}>
                        <td className="number">{entry.n}</td>
                        <td>{time(entry.at)}</td>
                        <td dir="auto">{entry.by}</td>
                        <td>
                          <code>{entry.what}</code>
                        </td>
                        <td dir="auto">{entry.subject}</td>
                        <td dir="auto">{entry.detail}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
            {next === null ? null : (
              <p>
                <Button onClick={() => setAfter(next)}>{words.older}</Button>
              </p>
            )}
          </section>
        )}
      </Loaded>
    </>
  );
}

type Verdict = Awaited<ReturnType<typeof verify>>;
const verify = () => call("GET /api/1/audit/verify");

function Verify() {
  const words = useWords(boxWords);
  const language = useLanguage();
  const { busy, problem, run } = useDoing();
  const [verdict, setVerdict] = useState<Verdict>();
  return (
    <div className="card">
      <Button disabled={busy} loading={busy} onClick={() => void run(async () => setVerdict(await verify()))}>
        {words.verify}
      </Button>
      {problem === undefined ? null : <Failed problem={problem} />}
      {verdict === undefined ? null : (
        <Alert
          role="status"
          type={verdict.ok ? "success" : "error"}
          showIcon
          title={
            verdict.ok
              ? fill(words.whole, { n: verdict.entries })
              : fill(words.broken, { n: verdict.at ?? verdict.entries })
          }
          description={
            <>
              {verdict.says[language]}
              <br />
              {words.head}: <code>{verdict.head}</code>
            </>
          }
        />
      )}
    </div>
  );
}
