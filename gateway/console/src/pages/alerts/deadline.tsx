/** How long there is still to acknowledge or to resolve an alert. */
import type { Alert } from "@gatehouse/protocol";
import { formatLength, useNow } from "../../parts/time.ts";
import { alertWords } from "../../words/alerts.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";

export function Deadline({ alert }: { readonly alert: Alert }) {
  const words = useWords(alertWords);
  const language = useLanguage();
  const now = useNow(20_000);
  if (alert.state === "closed") return null;
  const waiting = alert.state === "raised" || alert.state === "reopened";
  const left = Date.parse(waiting ? alert.sla.acknowledgeBy : alert.sla.resolveBy) - now;
  const late = left < 0;
  const text = waiting
    ? late
      ? words.acknowledgeLate
      : words.acknowledgeIn
    : late
      ? words.resolveLate
      : words.resolveIn;
  return (
    <span className={late ? "deadline late" : "deadline"}>{fill(text, { left: formatLength(left, language) })}</span>
  );
}
