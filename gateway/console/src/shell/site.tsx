/** The site for all pages: its name, its time zone. */
import { createContext, type ReactNode, useCallback, useContext } from "react";
import type { AnswerOf } from "../../../src/console/table/index.ts";
import { type Loading, useAnswer } from "../client/use-answer.ts";
import { formatDate, formatTime } from "../parts/time.ts";
import { useLanguage } from "../words/language.ts";

export type Site = AnswerOf<"GET /api/1/site">;

const SiteContext = createContext<Loading<Site> | undefined>(undefined);

export function SiteWatch({ children }: { readonly children: ReactNode }) {
  return <SiteContext value={useAnswer("GET /api/1/site", {})}>{children}</SiteContext>;
}

/** Undefined until the box has said it. */
export const useSite = (): Site | undefined => useContext(SiteContext)?.answer;
export const useSiteReload = (): (() => void) => {
  const reload = useContext(SiteContext)?.reload;
  return useCallback(() => reload?.(), [reload]);
};

/** Times as the site's clocks show them, wherever the reader sits. */
export function useTimes() {
  const zone = useSite()?.timezone;
  const language = useLanguage();
  return {
    time: (at: string) => formatTime(at, language, zone),
    date: (at: string) => formatDate(at, language, zone),
  };
}
