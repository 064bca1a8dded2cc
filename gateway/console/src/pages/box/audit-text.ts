/** Entries of the log of who did what, in the words of a reader. What has none stays as it stands in the log. */
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { auditPartWords, auditWords } from "../../words/audit.ts";
import { type Dictionary, fill, type Language } from "../../words/language.ts";
import { shellWords } from "../../words/shell.ts";

type Entry = AnswerOf<"GET /api/1/audit">["items"][number];

const wordOf = (words: Dictionary, key: string, language: Language): string | undefined =>
  Object.hasOwn(words, key) ? words[key]?.[language] : undefined;

const REFUSED = "command-refused ";

export function whatText(what: string, language: Language): string {
  if (!what.startsWith(REFUSED)) return wordOf(auditWords, what, language) ?? what;
  const command = whatText(`command ${what.slice(REFUSED.length)}`, language);
  return fill(auditWords["command-refused"][language], { command });
}

export interface By {
  readonly name: string;
  /** The way they came in. */
  readonly way: string | undefined;
}

export function byText(by: string, language: Language): By {
  const [, way, name] = /^(console|local|platform):(.+)$/s.exec(by) ?? [];
  if (way === undefined || name === undefined)
    return { name: wordOf(auditPartWords, by, language) ?? by, way: undefined };
  return { name, way: wordOf(auditPartWords, way, language) };
}

/** What the console itself noted of an account; all else comes in the reader's language already. */
export function detailText({ what, detail }: Pick<Entry, "what" | "detail">, language: Language): string {
  if (!what.includes("/api/1/accounts")) return detail;
  return detail
    .split("; ")
    .map((part) => {
      if (!part.startsWith("roles ")) return wordOf(auditPartWords, part, language) ?? part;
      const roles = part.slice("roles ".length).split(", ");
      const named = roles.map((role) => wordOf(shellWords, role, language) ?? role);
      return `${auditPartWords.roles[language]} ${named.join(", ")}`;
    })
    .join("; ");
}

/** The page of what an entry is about, where there is one. */
export const alertOf = ({ subject }: Pick<Entry, "subject">): string | undefined =>
  /^alr_[0-9a-z]+$/.test(subject) ? subject : undefined;

/** For a choice: each name of the log with its words, in their order. */
export const whatChoices = (language: Language): readonly (readonly [string, string])[] =>
  Object.keys(auditWords)
    .map((what) => [what, what === "command-refused" ? refusedAny(language) : whatText(what, language)] as const)
    .sort(([, a], [, b]) => a.localeCompare(b, language));

const refusedAny = (language: Language): string => fill(auditWords["command-refused"][language], { command: "…" });
