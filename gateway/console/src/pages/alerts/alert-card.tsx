/** One alert in a list. */
import { ALERT_STATE_WORDS, type Alert } from "@gatehouse/protocol";
import { LevelMark } from "../../parts/level-mark.tsx";
import { linkTo } from "../../shell/route.ts";
import { useTimes } from "../../shell/site.tsx";
import { alertWords } from "../../words/alerts.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { titleOf } from "./alert-title.ts";
import { Deadline } from "./deadline.tsx";
import "./alerts.css";

export function AlertCard({ alert }: { readonly alert: Alert }) {
  const words = useWords(alertWords);
  const language = useLanguage();
  const { time } = useTimes();
  const title = titleOf(alert, language);
  const waiting = alert.state === "raised" || alert.state === "reopened";
  return (
    <a
      className={`card alert-card edge-${alert.level}`}
      href={linkTo("/alerts/:id", { id: alert.id })}
      data-alert={alert.id}
    >
      <div className="alert-head">
        <LevelMark level={alert.level} />
        <strong dir="auto" title={title}>
          {title}
        </strong>
        <bdi className="clip" title={alert.space}>
          {alert.space}
        </bdi>
        <span className={waiting ? "alert-state alert-waiting" : "alert-state"}>
          {ALERT_STATE_WORDS[alert.state][language]}
        </span>
      </div>
      <div className="under">
        {fill(words.raised, { at: time(alert.raisedAt) })}
        {alert.persons === undefined || alert.limit === undefined
          ? null
          : ` · ${Math.round(alert.persons.residing)}/${alert.limit.persons}`}
      </div>
      <div>
        <Deadline alert={alert} />
        {alert.clearedAt === null || alert.state === "closed" ? null : <span className="soft"> · {words.cleared}</span>}
      </div>
    </a>
  );
}
