/** Why something is believed, the strongest reason first, each with how much it says. */
import type { Evidence } from "@gatehouse/protocol";
import { alertWords } from "../../words/alerts.ts";
import { useLanguage, useWords } from "../../words/language.ts";
import "./alerts.css";

/** Five dots are as good as certain. */
const NATS_PER_DOT = 1.2;

export function EvidenceList({ evidence }: { readonly evidence: readonly Evidence[] }) {
  const words = useWords(alertWords);
  const language = useLanguage();
  const sorted = [...evidence].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  return (
    <ul className="evidence">
      {sorted.map(({ source, says, zh, weight }) => {
        const dots = Math.min(5, Math.ceil(Math.abs(weight) / NATS_PER_DOT));
        const side = weight === 0 ? words.plainFact : weight > 0 ? words.speaksFor : words.speaksAgainst;
        return (
          <li key={`${source} ${says}`} className={weight < 0 ? "against" : "for"}>
            <span className="dots" title={side}>
              {weight === 0 ? null : <span aria-hidden="true">{(weight > 0 ? "●" : "○").repeat(dots)}</span>}
              <span className="side">{side}</span>
            </span>
            <span dir="auto">{language === "zh" ? (zh ?? says) : says}</span>
          </li>
        );
      })}
    </ul>
  );
}
