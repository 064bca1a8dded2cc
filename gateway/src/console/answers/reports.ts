/** Answers about the monthly report: which months there are, its figures, at once or as a job, the page to print. */
import type { Clock } from "@gatehouse/protocol";
import type { Core } from "../../core/core.ts";
import type { Store } from "../../core/ports.ts";
import { isEmptyMonth, type MonthFacts } from "../../monthly/facts.ts";
import { monthsOf } from "../../monthly/months.ts";
import { monthPage } from "../../monthly/page.ts";
import type { MonthProgress } from "../../monthly/request.ts";
import type { Answers } from "../table/index.ts";
import type { JobDesk, Jobs } from "./jobs.ts";

export interface ReportParts {
  readonly core: Pick<Core, "state">;
  readonly store: Pick<Store, "alertPage">;
  readonly jobs: Pick<Jobs, "begin">;
  readonly clock: Clock;
  /** `month` as 2026-11. Throws ConfigError. */
  monthFacts(month: string, progress?: MonthProgress): Promise<MonthFacts>;
}

type Keys =
  | "GET /api/1/reports"
  | "POST /api/1/reports"
  | "GET /api/1/reports/month"
  | "GET /api/1/reports/month/figures";

/** All are read for each report: with more of them on the disk it takes longer than a person waits without a word. */
const MANY_ALERTS = 10_000;
const HTML = "text/html; charset=utf-8";

export function reportAnswers({ core, store, jobs, clock, monthFacts }: ReportParts): Answers<Keys> {
  return {
    "GET /api/1/reports": async () => ({
      months: monthsOf(core.state, clock.nowMs()).map((month, n) => ({ month, running: n === 0 })),
      long: (await store.alertPage({ limit: 1 })).total > MANY_ALERTS,
    }),
    "POST /api/1/reports": async ({ body: { month, lang } }, { name }) => {
      const says = { zh: `正在统计${month}`, en: `Counting ${month}` };
      const work = async ({ at, signal }: JobDesk) => {
        const facts = await monthFacts(month, { at: (share) => at(share, says), signal });
        const body = monthPage(facts, lang);
        return {
          says: { zh: `${month}月报已生成`, en: `The report of ${month} is there` },
          result: { empty: isEmptyMonth(facts), facts },
          file: { type: HTML, name: `report-${month}.html`, open: () => body },
        };
      };
      return jobs.begin("report", name, says, work, { about: month });
    },
    "GET /api/1/reports/month": async ({ query: { month, lang, save } }) => ({
      type: HTML,
      ...(save ? { name: `report-${month}.html` } : {}),
      body: monthPage(await monthFacts(month), lang),
    }),
    "GET /api/1/reports/month/figures": async ({ query: { month } }) => {
      const facts = await monthFacts(month);
      return { empty: isEmptyMonth(facts), facts };
    },
  };
}
