/** What is due by when, and how long the site and each room have been within their limits. */
import { useAnswer } from "../../client/use-answer.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { complianceWords } from "../../words/duties.ts";
import { fill, useWords } from "../../words/language.ts";
import { useDay } from "./day.ts";
import { Duties } from "./duty-list.tsx";
import { Rooms } from "./room-streaks.tsx";
import "../room/room.css";
import "./duties.css";

export function CompliancePage() {
  const words = useWords(complianceWords);
  const overview = useAnswer("GET /api/1/compliance", { query: { limit: 1 } }, { reloadOn: ["alerts"] });
  const day = useDay();
  return (
    <>
      <PageHead title={words.title} under={words.says} />
      <Loaded of={overview}>
        {({ site, rules }) => (
          <>
            <section className="card figures">
              <Figure
                name={words.siteDays}
                value={fill(words.days, { n: site.days })}
                under={site.since === null ? "" : fill(words.sinceDate, { at: day(site.since) })}
              />
              <Figure name={words.best} value={fill(words.days, { n: site.best })} />
              <Figure name={words.lastOver} value={site.lastOver === null ? words.noneYet : day(site.lastOver)} />
              <Figure
                name={words.onList}
                value={String(site.listed)}
                under={site.late === 0 ? "" : fill(words.lateOnes, { n: site.late })}
              />
            </section>
            <Duties delistAfterDays={rules.delistAfterDays} />
          </>
        )}
      </Loaded>
      <Rooms />
    </>
  );
}

function Figure({
  name,
  value,
  under = "",
}: {
  readonly name: string;
  readonly value: string;
  readonly under?: string;
}) {
  return (
    <div className="figure">
      <div className="soft">{name}</div>
      <div className="figure-value">{value}</div>
      <div className="under">{under}</div>
    </div>
  );
}
