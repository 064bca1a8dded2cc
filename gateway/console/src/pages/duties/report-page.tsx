/** The monthly report: a month is chosen, seen, printed, saved. Where very many alerts are kept it is made as a job. */
import { DownloadOutlined, PrinterOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactNode } from "react";
import type { MonthFigures } from "../../../../src/console/table/duties.ts";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { addressOf } from "../../client/client.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Choose } from "../../parts/choose.tsx";
import { Failed } from "../../parts/failed.tsx";
import { JobProgress } from "../../parts/job.tsx";
import { useLatestJob } from "../../parts/latest-job.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { go, linkTo, usePlace } from "../../shell/route.ts";
import { reportWords } from "../../words/duties.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { shellWords } from "../../words/shell.ts";
import { monthName } from "./month-name.ts";
import { MonthSheet } from "./month-sheet.tsx";
import "./duties.css";

type Months = AnswerOf<"GET /api/1/reports">;

export function MonthReportPage() {
  const words = useWords(reportWords);
  const months = useAnswer("GET /api/1/reports", {});
  const asked = usePlace().query.get("month");
  if (months.answer === undefined)
    return (
      <>
        <PageHead title={words.title} />
        <Loaded of={months}>{() => null}</Loaded>
      </>
    );
  const { months: all, long } = months.answer;
  // As on the command line: the latest month that has ended.
  const chosen = all.find(({ month }) => month === asked) ?? all.find(({ running }) => !running) ?? all[0];
  if (chosen === undefined) return <PageHead title={words.title} />;
  const props = { all, month: chosen.month, running: chosen.running };
  return long ? <AsJob key={chosen.month} {...props} /> : <AtOnce key={chosen.month} {...props} />;
}

interface MonthProps {
  readonly all: Months["months"];
  readonly month: string;
  readonly running: boolean;
}

function AtOnce({ all, month, running }: MonthProps) {
  const language = useLanguage();
  const figures = useAnswer("GET /api/1/reports/month/figures", { query: { month } });
  const file = addressOf("GET /api/1/reports/month", { query: { month, lang: language, save: "true" } });
  return (
    <>
      <Head all={all} month={month} file={figures.answer === undefined ? undefined : file} />
      <Loaded of={figures}>{(answer) => <MonthSheet figures={answer} running={running} />}</Loaded>
    </>
  );
}

function AsJob({ all, month, running }: MonthProps) {
  const words = useWords(reportWords);
  const language = useLanguage();
  const latest = useLatestJob(({ kind, about }) => kind === "report" && about === month);
  const job = latest.seen || latest.job?.state === "done" ? latest.job : undefined;
  const { busy, problem, run } = useDoing();
  const make = () =>
    run(async () => {
      latest.begun(await call("POST /api/1/reports", { body: { month, lang: language } }));
    });
  const file =
    job === undefined || job.file === null
      ? undefined
      : addressOf("GET /api/1/jobs/:id/file", { params: { id: job.id } });
  return (
    <>
      <Head all={all} month={month} file={file}>
        <Button type="primary" loading={busy || latest.running} onClick={() => void make()}>
          {words.make}
        </Button>
      </Head>
      {job === undefined ? <p className="soft">{words.long}</p> : null}
      {problem === undefined ? null : <Failed problem={problem} />}
      {job === undefined ? null : (
        <JobProgress key={job.id} id={job.id}>
          {(result) => <MonthSheet figures={result as MonthFigures} running={running} />}
        </JobProgress>
      )}
    </>
  );
}

interface HeadProps {
  readonly all: Months["months"];
  readonly month: string;
  /** Where the page to print is saved from; undefined until there is one. */
  readonly file: string | undefined;
  readonly children?: ReactNode;
}

function Head({ all, month, file, children }: HeadProps) {
  const words = useWords(reportWords);
  const shell = useWords(shellWords);
  const language = useLanguage();
  const named = (each: Months["months"][number]) => {
    const name = monthName(each.month, language);
    return each.running ? fill(words.running, { month: name }) : name;
  };
  return (
    <div className="no-print">
      <PageHead title={words.title}>
        <Choose
          label={words.month}
          value={month}
          onChange={(next) => go(linkTo("/report", {}, { month: next }))}
          options={all.map((each) => [each.month, named(each)] as const)}
        />
        {children}
        {file === undefined ? null : (
          <>
            <Button icon={<DownloadOutlined />} href={file} download>
              {words.download}
            </Button>
            <Button icon={<PrinterOutlined />} onClick={() => globalThis.print()}>
              {shell.print}
            </Button>
          </>
        )}
      </PageHead>
    </div>
  );
}
