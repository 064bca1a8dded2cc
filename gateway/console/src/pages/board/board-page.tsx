/** The board: every room of the site at a glance, live. */
import { Button, Segmented } from "antd";
import { useDeferredValue, useMemo, useState } from "react";
import { useAnswer, useLive } from "../../client/use-answer.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { useMay } from "../../shell/session.ts";
import { useSite } from "../../shell/site.tsx";
import { boardWords } from "../../words/board.ts";
import { fill, useWords } from "../../words/language.ts";
import { setUpWords } from "../../words/set-up.ts";
import "./board.css";
import { BoardTools } from "./board-tools.tsx";
import { type BoardFilter, countStates, isOnBoard, mergeRows, NO_FILTER, passes } from "./filter.ts";
import { Grid } from "./grid.tsx";
import type { SpaceRow } from "./room-state.ts";
import type { Colouring } from "./tile.tsx";

const ALL_SPACES = { query: { limit: 5_000 } };

export function BoardPage() {
  const spaces = useAnswer("GET /api/1/spaces", ALL_SPACES);
  useLive({ watch: ["spaces"] }, (message) => {
    if (message.about === "spaces")
      spaces.change((page) => ({ ...page, items: mergeRows(page.items, message.spaces) }));
  });
  return <Loaded of={spaces}>{({ items }) => <Board spaces={items} />}</Loaded>;
}

/** Whoever may set the site up is led there. */
function Empty({ noRooms }: { readonly noRooms: boolean }) {
  const words = useWords(boardWords);
  const setUp = useWords(setUpWords);
  const technician = useMay("technician");
  if (!noRooms || !technician) return <Nothing text={noRooms ? words.noRooms : words.none} />;
  return (
    <div className="empty">
      <p>{words.noRoomsYet}</p>
      <Button type="primary" href="#/set-up">
        {setUp.toSetUp}
      </Button>
    </div>
  );
}

function Board({ spaces }: { readonly spaces: readonly SpaceRow[] }) {
  const words = useWords(boardWords);
  const site = useSite();
  const [filter, setFilter] = useState<BoardFilter>(NO_FILTER);
  const [colouring, setColouring] = useState<Colouring>("people");
  const wanted = useDeferredValue(filter);
  const rooms = useMemo(() => spaces.filter(isOnBoard), [spaces]);
  const shown = useMemo(() => rooms.filter((row) => passes(row, wanted)), [rooms, wanted]);
  const counts = useMemo(() => countStates(rooms), [rooms]);
  return (
    <div className="board">
      <PageHead title={site?.name ?? words.title} under={fill(words.summary, { n: rooms.length, over: counts.over })}>
        <Segmented<Colouring>
          aria-label={words.colourBy}
          value={colouring}
          onChange={setColouring}
          options={[
            { value: "people", label: words.byPeople },
            { value: "risk", label: words.byRisk },
          ]}
        />
      </PageHead>
      <BoardTools rooms={rooms} counts={counts} filter={filter} change={setFilter} />
      {shown.length === 0 ? <Empty noRooms={rooms.length === 0} /> : <Grid rows={shown} colouring={colouring} />}
    </div>
  );
}
