/** Who did what, and whether that record is whole. */
import { Alert, Button, Input } from "antd";
import { useDeferredValue, useState } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Choose } from "../../parts/choose.tsx";
import { Failed } from "../../parts/failed.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { TableScroll } from "../../parts/table-scroll.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { linkTo } from "../../shell/route.ts";
import { useTimes } from "../../shell/site.tsx";
import { boxWords } from "../../words/box.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { alertOf, byText, detailText, whatChoices, whatText } from "./audit-text.ts";
import "./box.css";

export function AuditPage() {
  const words = useWords(boxWords);
  const language = useLanguage();
  const [by, setBy] = useState("");
  const [what, setWhat] = useState("");
  const [after, setAfter] = useState<string>();
  const wanted = useDeferredValue(by.trim());
  const query = {
    ...(wanted === "" ? {} : { by: wanted }),
    ...(what === "" ? {} : { what }),
    ...(after === undefined ? {} : { after }),
  };
  const audit = useAnswer("GET /api/1/audit", { query });
  const choose =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      setAfter(undefined);
    };
  return (
    <>
      <PageHead title={words.audit} under={words.auditUnder} />
      <Verify />
      <div className="tools">
        <Input
          className="grow"
          allowClear
          aria-label={words.by}
          placeholder={words.by}
          maxLength={64}
          value={by}
          onChange={({ target }) => choose(setBy)(target.value)}
        />
        <Choose
          label={words.what}
          value={what}
          onChange={choose(setWhat)}
          options={[["", words.everything], ...whatChoices(language)]}
        />
      </div>
      <Loaded of={audit}>
        {({ items, next }) => (
          <section className="card">
            {items.length === 0 ? (
              <Nothing text={words.noEntries} />
            ) : (
              <TableScroll label={words.audit}>
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
                      <EntryRow key={entry.n} entry={entry} />
                    ))}
                  </tbody>
                </table>
              </TableScroll>
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

type Entry = AnswerOf<"GET /api/1/audit">["items"][number];

function EntryRow({ entry }: { readonly entry: Entry }) {
  const language = useLanguage();
  const { time } = useTimes();
  const { n, at, by, what, subject } = entry;
  const { name, way } = byText(by, language);
  const alert = alertOf(entry);
  return (
    <tr>
      <td className="number">{n}</td>
      <td>{time(at)}</td>
      <td title={by}>
        <bdi>{name}</bdi>
        {way === undefined ? null : <div className="under">{way}</div>}
      </td>
      <td title={what} dir="auto">
        {whatText(what, language)}
      </td>
      <td dir="auto">{alert === undefined ? subject : <a href={linkTo("/alerts/:id", { id: alert })}>{alert}</a>}</td>
      <td dir="auto">{detailText(entry, language)}</td>
    </tr>
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
