/** An alert as a reader sees it: what the gateway itself noted in it comes in the reader's language, what people wrote stays. */
import type { Alert, Policy } from "@gatehouse/protocol";
import { limitIn } from "./limit-basis.ts";
import { inLanguage, type Language } from "./said.ts";

/** Who writes no words of their own. */
const GATEWAY: readonly string[] = ["sensors", "timer"];
/** What the gateway writes for people who gave no words. */
const FOR_PEOPLE = /^doors may lock again(: |$)| says that it is over$/;

/** `policies`: the site's, for the names of their sources. */
export function alertIn(alert: Alert, language: Language, policies: readonly Policy[] = []): Alert {
  const { closedBy, history, limit } = alert;
  const read = (by: string, text: string) =>
    GATEWAY.includes(by) || FOR_PEOPLE.test(text) ? inLanguage(text, language) : text;
  return {
    ...alert,
    ...(limit === undefined ? {} : { limit: limitIn(limit, language, policies) }),
    ...(closedBy === undefined ? {} : { closedBy: { ...closedBy, proof: read(closedBy.how, closedBy.proof) } }),
    history: history.map((entry) =>
      entry.note === undefined ? entry : { ...entry, note: read(entry.by, entry.note) },
    ),
  };
}
