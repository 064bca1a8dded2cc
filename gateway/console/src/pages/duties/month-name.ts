/** `2026-11` as people write it. */
import type { Language } from "../../words/language.ts";

export function monthName(month: string, language: Language): string {
  const date = Date.parse(`${month}-15T00:00:00Z`);
  if (Number.isNaN(date)) return month;
  const format = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    year: "numeric",
    month: "long",
    timeZone: "UTC",
  });
  return format.format(date);
}
