/** Which of the console's two languages a reader wants. */

import type { Language } from "../words/said.ts";

export type { Language };

/** `lang` of the query wins over the browser's list, whose first known language counts; Chinese when neither says anything. */
export function languageOf(asked: string | undefined, acceptLanguage: string | undefined): Language {
  if (asked === "zh" || asked === "en") return asked;
  const wanted = (acceptLanguage ?? "")
    .slice(0, 1_000)
    .split(",")
    .map((part, index) => {
      const [tag = "", ...params] = part.trim().toLowerCase().split(";");
      const q = Number(
        params
          .find((param) => param.trim().startsWith("q="))
          ?.trim()
          .slice(2) ?? 1,
      );
      return { language: tag.split("-")[0], q: Number.isFinite(q) ? q : 0, index };
    })
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q || a.index - b.index)
    .find(({ language }) => language === "zh" || language === "en");
  return wanted?.language === "en" ? "en" : "zh";
}
