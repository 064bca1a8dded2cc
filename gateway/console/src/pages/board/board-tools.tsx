/** Legend and filter of the board in one: each state with its shape, its colour and how many there are. */
import { Button, Input } from "antd";
import { useMemo } from "react";
import { Choose } from "../../parts/choose.tsx";
import { boardWords } from "../../words/board.ts";
import { useWords } from "../../words/language.ts";
import { type BoardFilter, NO_FILTER } from "./filter.ts";
import { ROOM_STATES, type RoomState, SHAPES, type SpaceRow } from "./room-state.ts";

export interface BoardToolsProps {
  readonly rooms: readonly SpaceRow[];
  readonly counts: Readonly<Record<RoomState, number>>;
  readonly filter: BoardFilter;
  readonly change: (filter: BoardFilter) => void;
}

export function BoardTools({ rooms, counts, filter, change }: BoardToolsProps) {
  const words = useWords(boardWords);
  const buildings = useMemo(
    () => [...new Set(rooms.map(({ building }) => building ?? ""))].filter((name) => name !== "").sort(),
    [rooms],
  );
  const set = (part: Partial<BoardFilter>) => change({ ...filter, ...part });
  return (
    <div className="board-tools no-print">
      <div className="tools">
        <Input.Search
          className="tool-search"
          allowClear
          placeholder={words.search}
          aria-label={words.search}
          value={filter.search}
          onChange={({ target }) => set({ search: target.value })}
        />
        {buildings.length < 2 ? null : (
          <Choose
            label={words.building}
            value={filter.building}
            onChange={(building) => set({ building })}
            options={[["", words.allBuildings], ...buildings.map((name) => [name, name] as const)]}
          />
        )}
        <Choose
          label={words.risk}
          value={filter.risk}
          onChange={(risk) => set({ risk })}
          options={[
            ["", words.allRisks],
            ...(["red", "yellow", "blue"] as const).map((risk) => [risk, words[risk]] as const),
          ]}
        />
        <Choose
          label={words.only}
          value={filter.only}
          onChange={(only) => set({ only })}
          options={[
            ["all", words.onlyAll],
            ["alerts", words.onlyAlerts],
            ["devices-down", words.onlyDown],
          ]}
        />
        {filter === NO_FILTER ? null : <Button onClick={() => change(NO_FILTER)}>{words.clear}</Button>}
      </div>
      <Legend counts={counts} filter={filter} set={set} />
    </div>
  );
}

interface LegendProps {
  readonly counts: BoardToolsProps["counts"];
  readonly filter: BoardFilter;
  readonly set: (part: Partial<BoardFilter>) => void;
}

function Legend({ counts, filter, set }: LegendProps) {
  const words = useWords(boardWords);
  const toggle = (state: RoomState) =>
    set({
      states: filter.states.includes(state) ? filter.states.filter((one) => one !== state) : [...filter.states, state],
    });
  return (
    <div className="legend">
      {ROOM_STATES.map((state) => (
        <button
          key={state}
          type="button"
          className={`chip state-${state}`}
          aria-pressed={filter.states.includes(state)}
          onClick={() => toggle(state)}
        >
          <span aria-hidden="true">{SHAPES[state]}</span> {words[state]} <b>{counts[state]}</b>
        </button>
      ))}
      <span className="under">{words.legend}</span>
    </div>
  );
}
