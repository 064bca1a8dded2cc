/** One room on the board: a colour, a shape, a number. */
import { memo } from "react";
import { linkTo } from "../../shell/route.ts";
import { boardWords } from "../../words/board.ts";
import { fill, useWords, type WordsOf } from "../../words/language.ts";
import { figuresOf, type RoomState, SHAPES, type SpaceRow, stateOf } from "./room-state.ts";

export type Colouring = "people" | "risk";

export interface TileProps {
  readonly row: SpaceRow;
  readonly colouring: Colouring;
  /** The one that is reached with the tabulator key. */
  readonly current: boolean;
  readonly index: number;
}

/** In a sentence, for those who hear the page. */
function sayTile(row: SpaceRow, state: RoomState, words: WordsOf<typeof boardWords>): string {
  const { estimate, limit, alerts, devicesDown } = row;
  return [
    words[state],
    estimate === null || estimate.abstains !== null ? [] : fill(words.people, { n: Math.round(estimate.residing) }),
    limit === null ? [] : fill(words.limit, { n: limit.persons }),
    fill(words.riskIs, { level: words[row.risk] }),
    alerts === 0 ? [] : fill(words.alerts, { n: alerts }),
    devicesDown === 0 ? [] : fill(words.down, { n: devicesDown }),
  ]
    .flat()
    .join(", ");
}

export const Tile = memo(function Tile({ row, colouring, current, index }: TileProps) {
  const words = useWords(boardWords);
  const state = stateOf(row);
  const colour = colouring === "people" ? `state-${state}` : `risk-${row.risk}`;
  const said = sayTile(row, state, words);
  return (
    <div role="gridcell" aria-colindex={index + 2} className="cell">
      <a
        className={`tile ${colour}`}
        href={linkTo("/rooms/:id", { id: row.id })}
        tabIndex={current ? 0 : -1}
        data-room={row.id}
        title={`${row.name}: ${said}`}
      >
        <span className="tile-name" dir="auto">
          {row.name}
        </span>
        <span className="tile-figures">
          <span className="tile-shape" aria-hidden="true">
            {colouring === "people" ? SHAPES[state] : words[row.risk]}
          </span>
          {figuresOf(row)}
        </span>
        <span className="unseen">{said}</span>
        <span className="tile-marks" aria-hidden="true">
          {row.alerts === 0 ? null : <span className={`mark mark-${row.worst ?? "blue"}`}>! {row.alerts}</span>}
          {row.devicesDown === 0 ? null : <span className="mark mark-down">✕ {row.devicesDown}</span>}
        </span>
      </a>
    </div>
  );
});
