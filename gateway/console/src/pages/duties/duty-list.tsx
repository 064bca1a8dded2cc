/** What has to be done by when, the first due first; dealt with where it stands. */
import { Button, Segmented } from "antd";
import { useState } from "react";
import type { Duty } from "../../../../src/console/table/duties.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Choose } from "../../parts/choose.tsx";
import { Fold } from "../../parts/fold.tsx";
import { LevelMark } from "../../parts/level-mark.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { formatLength, useNow } from "../../parts/time.ts";
import { linkTo } from "../../shell/route.ts";
import { useMay } from "../../shell/session.ts";
import { useTimes } from "../../shell/site.tsx";
import { complianceWords } from "../../words/duties.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { AlertDeeds } from "../alerts/alert-deeds.tsx";
import "../alerts/alerts.css";

const KINDS = ["acknowledge", "resolve", "repair", "delist"] as const satisfies readonly Duty["about"][];

interface Filter {
  readonly show: "all" | "late";
  readonly about: "" | Duty["about"];
}

export function Duties({ delistAfterDays }: { readonly delistAfterDays: number }) {
  const words = useWords(complianceWords);
  const [filter, setFilter] = useState<Filter>({ show: "all", about: "" });
  return (
    <section className="duty-part">
      <h2>{words.due}</h2>
      <div className="duty-tools">
        <Segmented<Filter["show"]>
          aria-label={words.show}
          value={filter.show}
          onChange={(show) => setFilter({ ...filter, show })}
          options={[
            { value: "all", label: words.all },
            { value: "late", label: words.late },
          ]}
        />
        <Choose<Filter["about"]>
          label={words.about}
          value={filter.about}
          onChange={(about) => setFilter({ ...filter, about })}
          options={[["", words.allAbout], ...KINDS.map((kind) => [kind, words[kind]] as const)]}
        />
      </div>
      <DutyPage key={JSON.stringify(filter)} filter={filter} delistAfterDays={delistAfterDays} />
    </section>
  );
}

interface DutyPageProps {
  readonly filter: Filter;
  readonly delistAfterDays: number;
  /** Where the page begins. */
  readonly after?: string;
}

const PAGE = 60;

function DutyPage({ filter, delistAfterDays, after }: DutyPageProps) {
  const words = useWords(complianceWords);
  const [open, setOpen] = useState(false);
  const query = {
    limit: PAGE,
    ...(filter.show === "late" ? { late: "true" } : {}),
    ...(filter.about === "" ? {} : { about: filter.about }),
    ...(after === undefined ? {} : { after }),
  };
  const duties = useAnswer("GET /api/1/duties", { query }, { reloadOn: ["alerts"] });
  return (
    <Loaded of={duties}>
      {({ items, next }) => (
        <>
          {items.length === 0 && after === undefined ? <Nothing text={words.nothingDue} /> : null}
          <div className="alert-list duty-grid">
            {items.map((duty) => (
              <DutyCard key={duty.id} duty={duty} delistAfterDays={delistAfterDays} onDone={duties.reload} />
            ))}
          </div>
          {next === null ? null : open ? (
            <DutyPage filter={filter} delistAfterDays={delistAfterDays} after={next} />
          ) : (
            <Button onClick={() => setOpen(true)}>{words.more}</Button>
          )}
        </>
      )}
    </Loaded>
  );
}

interface DutyCardProps {
  readonly duty: Duty;
  readonly delistAfterDays: number;
  readonly onDone: () => void;
}

function DutyCard({ duty, delistAfterDays, onDone }: DutyCardProps) {
  const words = useWords(complianceWords);
  const language = useLanguage();
  const may = useMay("manager", "technician");
  const { time } = useTimes();
  const now = useNow();
  const { id, about, level, title, space, name, device, dueBy, alert, can } = duty;
  const left = Date.parse(dueBy) - now;
  const values = { left: formatLength(left, language), at: time(dueBy) };
  return (
    <section className={`card duty-card edge-${level}`} data-duty={id}>
      <div className="alert-head">
        <LevelMark level={level} />
        <strong>{words[about]}</strong>
        <a className="duty-name" href={linkTo("/rooms/:id", { id: space })} dir="auto" title={name}>
          {name}
        </a>
      </div>
      <div className={left < 0 ? "deadline late" : "deadline"}>
        {fill(left < 0 ? words.dueLate : words.dueIn, values)}
      </div>
      <div className="under">
        {about === "delist" ? fill(words.delistHow, { n: delistAfterDays }) : <bdi>{title[language]}</bdi>}
        {device === null ? null : (
          <>
            {" · "}
            {words.device}:{" "}
            <a href={linkTo("/devices/:id", { id: device })} dir="auto">
              {device}
            </a>
          </>
        )}
        {alert === null ? null : (
          <>
            {" · "}
            <a href={linkTo("/alerts/:id", { id: alert })}>{words.alert}</a>
          </>
        )}
      </div>
      {alert === null || can.length === 0 || !may ? null : (
        <Fold title={words.act}>{() => <AlertDeeds alert={{ id: alert }} can={can} onDone={onDone} />}</Fold>
      )}
    </section>
  );
}
