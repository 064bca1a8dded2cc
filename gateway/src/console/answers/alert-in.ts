/** An alert as a reader sees it: what the gateway itself noted in it comes in the reader's language, what people wrote stays. */
import type { Alert } from "@gatehouse/protocol";
import { inLanguage, type Language } from "../../words/said.ts";

/** Who writes no words of their own. */
const GATEWAY: readonly string[] = ["sensors", "timer"];

export function alertIn(alert: Alert, language: Language): Alert {
  const { closedBy, history } = alert;
  if (language === "en") return alert;
  const read = (text: string) => inLanguage(text, language);
  return {
    ...alert,
    ...(closedBy?.how === "sensors" ? { closedBy: { ...closedBy, proof: read(closedBy.proof) } } : {}),
    history: history.map((entry) =>
      entry.note !== undefined && GATEWAY.includes(entry.by) ? { ...entry, note: read(entry.note) } : entry,
    ),
  };
}
