/** Checkpoints, a page at a time; each page is read anew when the feed tells of a visit. */
import { Button } from "antd";
import { useState } from "react";
import type { PatrolRow } from "../../../../src/console/table/duties.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { LevelMark } from "../../parts/level-mark.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { personOf } from "../../parts/person.ts";
import { Pill } from "../../parts/pill.tsx";
import { formatLength, useNow } from "../../parts/time.ts";
import { linkTo } from "../../shell/route.ts";
import { useMay } from "../../shell/session.ts";
import { useTimes } from "../../shell/site.tsx";
import { patrolWords } from "../../words/duties.ts";
import { fill, useLanguage, useWords } from "../../words/language.ts";
import { Visit } from "./visit.tsx";
import "../alerts/alerts.css";

export interface PatrolFilter {
  readonly state: "" | PatrolRow["state"];
  readonly risk: "" | PatrolRow["risk"];
  readonly search: string;
}

export interface PatrolListProps {
  readonly filter: PatrolFilter;
  /** Where the page begins. */
  readonly after?: string;
}

const PAGE = 60;

export function PatrolList({ filter, after }: PatrolListProps) {
  const words = useWords(patrolWords);
  const [open, setOpen] = useState(false);
  const { state, risk, search } = filter;
  const query = {
    limit: PAGE,
    ...(state === "" ? {} : { state }),
    ...(risk === "" ? {} : { risk }),
    ...(search === "" ? {} : { search }),
    ...(after === undefined ? {} : { after }),
  };
  const patrols = useAnswer("GET /api/1/patrols", { query }, { reloadOn: ["patrols", "alerts"] });
  return (
    <Loaded of={patrols}>
      {({ items, next, counts }) => (
        <>
          {items.length === 0 && after === undefined ? (
            <Nothing text={counts.overdue + counts.due + counts.ahead === 0 ? words.notSet : words.none} />
          ) : null}
          <div className="alert-list duty-grid">
            {items.map((row) => (
              <Checkpoint key={row.space} row={row} onDone={patrols.reload} />
            ))}
          </div>
          {next === null ? null : open ? (
            <PatrolList filter={filter} after={next} />
          ) : (
            <Button onClick={() => setOpen(true)}>{words.more}</Button>
          )}
        </>
      )}
    </Loaded>
  );
}

const PILLS = { overdue: "urgent", due: "alert", ahead: "fine" } as const;

function Checkpoint({ row, onDone }: { readonly row: PatrolRow; readonly onDone: () => void }) {
  const words = useWords(patrolWords);
  const language = useLanguage();
  const may = useMay("manager", "technician");
  const { time } = useTimes();
  const now = useNow();
  const { space, name, risk, everyDays, state, dueBy, alert, readers } = row;
  const left = Date.parse(dueBy) - now;
  const values = { left: formatLength(left, language), at: time(dueBy) };
  const period = everyDays < 1 ? words.everyHours : words.every;
  const every = fill(period, { n: everyDays < 1 ? Math.round(everyDays * 24) : Math.round(everyDays * 10) / 10 });
  return (
    <section className={`card duty-card edge-${risk}`} data-patrol={space} data-state={state}>
      <div className="alert-head">
        <LevelMark level={risk} />
        <a className="duty-name" href={linkTo("/rooms/:id", { id: space })} dir="auto" title={name}>
          {name}
        </a>
        <span className="duty-state">
          <Pill is={PILLS[state]}>{words[state]}</Pill>
        </span>
      </div>
      <div className="fact-line">
        <span className={left < 0 ? "deadline late" : "deadline"}>
          {fill(left < 0 ? words.dueLate : words.dueIn, values)}
        </span>
        <span className="under">{every}</span>
      </div>
      <Last row={row} />
      {readers.length === 0 ? null : (
        <div className="under">
          {words.readers}: <bdi>{readers.join(", ")}</bdi>
        </div>
      )}
      {alert === null ? null : (
        <div>
          <a href={linkTo("/alerts/:id", { id: alert })}>{words.alert}</a>
        </div>
      )}
      {may ? <Visit row={row} onDone={onDone} /> : null}
    </section>
  );
}

function Last({ row: { last, done, missed } }: { readonly row: PatrolRow }) {
  const words = useWords(patrolWords);
  const { time } = useTimes();
  const all = done + missed;
  return (
    <div className="under">
      {last === null ? (
        words.never
      ) : (
        <>
          {words.last}: {time(last.at)} ·{" "}
          <bdi>{fill(last.how === "tag" ? words.byTag : words.byPlate, { by: personOf(last.by) })}</bdi>
        </>
      )}
      {all === 0 ? null : <div>{fill(words.punctual, { done, missed, share: Math.round((done / all) * 100) })}</div>}
      {last?.note === undefined ? null : (
        <div className="note" dir="auto">
          {words.note}: {last.note}
        </div>
      )}
    </div>
  );
}
