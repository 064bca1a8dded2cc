/** How long each room has been within its limit, and which are on the list. */
import { Button, Checkbox, Input } from "antd";
import { useDeferredValue, useState } from "react";
import type { ComplianceRow } from "../../../../src/console/table/duties.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { Pill } from "../../parts/pill.tsx";
import { linkTo } from "../../shell/route.ts";
import { complianceWords } from "../../words/duties.ts";
import { fill, useWords } from "../../words/language.ts";
import { useDay } from "./day.ts";

export function Rooms() {
  const words = useWords(complianceWords);
  const [search, setSearch] = useState("");
  const [listed, setListed] = useState(false);
  const wanted = { search: useDeferredValue(search.trim()), listed };
  return (
    <section className="card">
      <h2>{words.rooms}</h2>
      <div className="duty-tools">
        <Input
          className="duty-search"
          allowClear
          aria-label={words.search}
          placeholder={words.search}
          maxLength={100}
          value={search}
          onChange={({ target }) => setSearch(target.value)}
        />
        <Checkbox checked={listed} onChange={({ target }) => setListed(target.checked)}>
          {words.onlyListed}
        </Checkbox>
      </div>
      <RoomPage key={JSON.stringify(wanted)} {...wanted} />
    </section>
  );
}

interface RoomPageProps {
  readonly search: string;
  readonly listed: boolean;
  /** Where the page begins. */
  readonly after?: string;
}

const PAGE = 100;

function RoomPage({ search, listed, after }: RoomPageProps) {
  const words = useWords(complianceWords);
  const [open, setOpen] = useState(false);
  const query = {
    limit: PAGE,
    ...(search === "" ? {} : { search }),
    ...(listed ? { listed: "true" } : {}),
    ...(after === undefined ? {} : { after }),
  };
  const rooms = useAnswer("GET /api/1/compliance", { query }, { reloadOn: ["alerts"] });
  const filtered = search !== "" || listed;
  return (
    <Loaded of={rooms}>
      {({ items, next }) => (
        <>
          {items.length === 0 && after === undefined ? (
            <Nothing text={filtered ? words.noSuch : words.noRooms} />
          ) : null}
          <ul className="rows">
            {items.map((row) => (
              <Room key={row.space} row={row} />
            ))}
          </ul>
          {next === null ? null : open ? (
            <RoomPage search={search} listed={listed} after={next} />
          ) : (
            <Button onClick={() => setOpen(true)}>{words.more}</Button>
          )}
        </>
      )}
    </Loaded>
  );
}

function Room({ row }: { readonly row: ComplianceRow }) {
  const words = useWords(complianceWords);
  const day = useDay();
  const { space, name, days, best, judged, lastOver, listed, delisted } = row;
  return (
    <li className="row" data-streak={space}>
      <div className="row-text">
        <a className="clip" href={linkTo("/rooms/:id", { id: space })} dir="auto" title={name}>
          {name}
        </a>
        <div className="under fact-line">
          <span>{fill(words.figures, { best, judged })}</span>
          {lastOver === null ? null : <span>{fill(words.overOn, { at: day(lastOver) })}</span>}
        </div>
        {listed === null ? null : (
          <div className={listed.late ? "late" : "under"}>
            {fill(words.listedSince, { since: day(listed.since), by: day(listed.dueBy) })}
          </div>
        )}
        {listed !== null || delisted === null ? null : (
          <div className="under">{fill(words.delisted, { at: day(delisted.at), n: delisted.afterDays })}</div>
        )}
      </div>
      {listed === null ? (
        <span className="streak">{fill(words.inRow, { n: days })}</span>
      ) : (
        <Pill is={listed.late ? "urgent" : "alert"}>{listed.late ? words.listedLate : words.listed}</Pill>
      )}
    </li>
  );
}
