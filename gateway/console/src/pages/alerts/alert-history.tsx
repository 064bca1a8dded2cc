/** What happened to an alert, the latest first, and its earlier episodes. */
import { ALERT_STATE_WORDS, type Alert } from "@gatehouse/protocol";
import { personOf } from "../../parts/person.ts";
import { useTimes } from "../../shell/site.tsx";
import { alertWords } from "../../words/alerts.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";

/** Who is no person. */
const PARTS = ["sensors", "platform", "timer"] as const;
const isPart = (by: string): by is (typeof PARTS)[number] => (PARTS as readonly string[]).includes(by);

export function AlertHistory({ alert }: { readonly alert: Alert }) {
  const words = useWords(alertWords);
  const language = useLanguage();
  const { time, date } = useTimes();
  const steps = alert.history.map((step, n) => ({ ...step, key: `${n} ${step.at}` })).reverse();
  return (
    <section className="card">
      <h2>{words.history}</h2>
      <ol className="rows">
        {steps.map(({ key, at, to, by, note }) => (
          <li key={key} className="history-step">
            <div>
              <strong>{ALERT_STATE_WORDS[to][language]}</strong> · {time(at)} · {words.by}{" "}
              <bdi>{isPart(by) ? words[by] : personOf(by)}</bdi>
            </div>
            {note === undefined ? null : (
              <div className="note" dir="auto">
                {note}
              </div>
            )}
          </li>
        ))}
      </ol>
      {alert.earlier === undefined || alert.earlier.length === 0 ? null : (
        <>
          <h3>{words.earlier}</h3>
          <ul className="rows">
            {alert.earlier.map(({ episode, since, clearedAt, nights, closedBy }) => (
              <li key={episode}>
                {date(since)} – {clearedAt === null ? "…" : date(clearedAt)} · {fill(words.nights, { n: nights })}
                {closedBy === undefined ? null : <bdi> · {closedBy.proof}</bdi>}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
