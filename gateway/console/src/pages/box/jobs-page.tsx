/** What the box is at: long work of everybody, with how far it is, an end to it, and what became of the latest. */
import { useAnswer } from "../../client/use-answer.ts";
import { JobFile, JobState } from "../../parts/job.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { useTimes } from "../../shell/site.tsx";
import { boxTitles } from "../../words/box-titles.ts";
import { jobWords } from "../../words/jobs.ts";
import { useWords } from "../../words/language.ts";

export function JobsPage() {
  const words = useWords(jobWords);
  const titles = useWords(boxTitles);
  const { time } = useTimes();
  const jobs = useAnswer("GET /api/1/jobs", {}, { reloadOn: ["jobs"] });
  return (
    <>
      <PageHead title={titles.jobs} under={words.under} />
      <Loaded of={jobs}>
        {({ jobs: all }) =>
          all.length === 0 ? (
            <Nothing text={words.none} />
          ) : (
            <ul className="rows">
              {all.map((job) => (
                <li key={job.id} className="card">
                  <strong>{words[job.kind]}</strong> <bdi>{job.about ?? ""}</bdi>{" "}
                  <span className="under">
                    <bdi>{job.by}</bdi> · <time dateTime={job.startedAt}>{time(job.startedAt)}</time>
                  </span>
                  <JobState job={job} />
                  <JobFile job={job} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </>
  );
}
