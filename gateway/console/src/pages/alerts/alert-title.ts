/** What an alert is called. */
import { ALERT_KIND_WORDS, type Alert } from "@gatehouse/protocol";
import type { Language } from "../../words/language.ts";

export const titleOf = ({ kind, title }: Pick<Alert, "kind" | "title">, language: Language): string =>
  title?.[language] ?? ALERT_KIND_WORDS[kind][language];
