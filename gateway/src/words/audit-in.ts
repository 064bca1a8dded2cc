/** What an entry of the audit log says, as a reader sees it: the gateway's own words come in the reader's language, what people and platforms gave stays. */
import { inLanguage, type Language, wholeIn } from "./said.ts";

/** Who gives no words of their own. */
const GATEWAY: readonly string[] = ["gateway", "console"];
/** `c1; expired: why` or `refused: why`: the why is a sentence, what stands before it names things. */
const WHY = /^((?:[^;]*; )?[a-z-]+: )(.+)$/s;

export function auditIn(entry: { readonly by: string; readonly detail: string }, language: Language): string {
  const { by, detail } = entry;
  if (GATEWAY.includes(by)) return inLanguage(detail, language);
  const [, before, why] = WHY.exec(detail) ?? [];
  // Names and outcomes, each by itself.
  if (detail.includes("; ") && why === undefined) return detail;
  if (before === undefined || why === undefined) return wholeIn(detail, language);
  return `${before}${wholeIn(why, language)}`;
}
