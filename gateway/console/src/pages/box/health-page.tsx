/** How the box is: conditions with what to do, the disk budget, the figures. */
import { Alert, Input, Progress } from "antd";
import { useState } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useAnswer, useLive } from "../../client/use-answer.ts";
import { formatBytes } from "../../parts/bytes.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { useTimes } from "../../shell/site.tsx";
import { boxWords } from "../../words/box.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import "./box.css";

export function HealthPage() {
  const words = useWords(boxWords);
  const health = useAnswer("GET /api/1/health", {});
  useLive({ watch: ["health"] }, (message) => {
    if (message.about === "health")
      health.change(() => ({ status: message.codes.length === 0 ? "ok" : "degraded", codes: message.codes }));
  });
  return (
    <>
      <PageHead title={words.health} under={words.healthUnder} />
      <Loaded of={health}>{({ codes }) => <Codes codes={codes} />}</Loaded>
      <Storage />
      <Figures />
    </>
  );
}

type Code = AnswerOf<"GET /api/1/health">["codes"][number];

function Codes({ codes }: { readonly codes: readonly Code[] }) {
  const words = useWords(boxWords);
  const language = useLanguage();
  const { time } = useTimes();
  if (codes.length === 0) return <Alert className="card" type="success" showIcon title={words.allWell} />;
  return (
    <section className="card">
      <ul className="rows">
        {codes.map((code) => (
          <li className="row" key={`${code.code} ${code.subject}`}>
            <div className="row-text">
              <h3>
                {code.meaning[language]} · <bdi>{code.subject}</bdi>
              </h3>
              <p dir="auto">{code.detail}</p>
              <p>
                <strong>{words.whatToDo}</strong>: {code.fix[language]}
              </p>
              <div className="under">
                <code>{code.code}</code> · {words.since} {time(code.since)}
              </div>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Storage() {
  const words = useWords(boxWords);
  const storage = useAnswer("GET /api/1/storage", {});
  return (
    <section className="card">
      <h2>{words.storage}</h2>
      <Loaded of={storage}>
        {({ usedBytes, budgetBytes, journalRows, quarantined, disk }) => (
          <>
            <p>{fill(words.storageSays, { budget: formatBytes(budgetBytes), used: formatBytes(usedBytes) })}</p>
            <Progress
              aria-label={words.storage}
              percent={Math.min(100, Math.round((100 * usedBytes) / budgetBytes))}
              status={usedBytes > 0.95 * budgetBytes ? "exception" : "normal"}
            />
            <dl className="facts">
              <dt>{words.diskFree}</dt>
              <dd>
                {formatBytes(disk.freeBytes)} / {formatBytes(disk.totalBytes)}
              </dd>
              <dt>{words.journalRows}</dt>
              <dd>{journalRows.toLocaleString()}</dd>
              <dt>{words.quarantined}</dt>
              <dd>{quarantined}</dd>
            </dl>
          </>
        )}
      </Loaded>
    </section>
  );
}

function Figures() {
  const words = useWords(boxWords);
  const metrics = useAnswer("GET /api/1/metrics", {});
  const [wanted, setWanted] = useState("");
  return (
    <section className="card">
      <h2>{words.figures}</h2>
      <div className="tools">
        <Input
          className="grow"
          allowClear
          aria-label={words.figuresSearch}
          placeholder={words.figuresSearch}
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
        />
      </div>
      <Loaded of={metrics}>
        {({ metrics: all }) => (
          <div className="table-scroll">
            <table className="box-table">
              <thead>
                <tr>
                  <th>{words.figure}</th>
                  <th className="number">{words.value}</th>
                </tr>
              </thead>
              <tbody>
                {all
                  .filter(({ name, help }) => `${name} ${help}`.toLowerCase().includes(wanted.toLowerCase()))
                  .flatMap(({ name, help, values }) =>
                    values.map(({ labels, value }) => {
                      const of = Object.values(labels).join(" · ");
                      return (
                        <tr key={`${name} ${of}`}>
                          <td title={help}>
                            <code>{name}</code> <bdi className="soft">{of}</bdi>
                          </td>
                          <td className="number">{value.toLocaleString(undefined, { maximumFractionDigits: 3 })}</td>
                        </tr>
                      );
                    }),
                  )}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
    </section>
  );
}
