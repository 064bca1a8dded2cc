/** The rooms as a grid that draws only what is on the screen, however many there are. */
import { type KeyboardEvent, memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { go, linkTo } from "../../shell/route.ts";
import { boardWords } from "../../words/board.ts";
import { fill, useWords } from "../../words/language.ts";
import { type Layout, type Line, layOut, roomBy, seenLines, spotOf } from "./layout.ts";
import type { SpaceRow } from "./room-state.ts";
import { type Colouring, Tile } from "./tile.tsx";

const TILE = { tileHeight: 66, gap: 8, headHeight: 30 };
/** Drawn beyond the edges, so that scrolling shows no gaps. */
const BEYOND = 240;
/** So far it scrolls before anything is drawn anew. */
const STEP = 60;
const NARROW = 560;

interface Box {
  readonly width: number;
  readonly height: number;
  readonly top: number;
}

/** Coming back from a room's page, the board stands where it was left. */
const left: { top: number; room: string | undefined } = { top: 0, room: undefined };

function useBox() {
  const place = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState<Box>({ width: 0, height: 0, top: 0 });
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return;
    const measure = () => {
      const { clientWidth: width, clientHeight: height, scrollTop } = element;
      left.top = scrollTop;
      const top = Math.floor(scrollTop / STEP) * STEP;
      setBox((was) => (was.width === width && was.height === height && was.top === top ? was : { width, height, top }));
    };
    const changed = new ResizeObserver(measure);
    changed.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    measure();
    return () => {
      changed.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);
  return { place, box };
}

export interface GridProps {
  readonly rows: readonly SpaceRow[];
  readonly colouring: Colouring;
}

export function Grid({ rows, colouring }: GridProps) {
  const words = useWords(boardWords);
  const [wantedTop] = useState(left.top);
  const { place, box } = useBox();
  const [current, setCurrent] = useState<string | undefined>(left.room);
  const focusing = useRef(false);
  const narrow = box.width < NARROW;
  const layout = useMemo(
    () => layOut(rows, { ...TILE, width: box.width, tileWidth: narrow ? 80 : 96, floorWidth: narrow ? 0 : 76 }),
    [rows, box.width, narrow],
  );
  const reached =
    current !== undefined && rows.some(({ id }) => id === current) ? current : roomBy(layout, undefined, "Home");

  useEffect(() => {
    if (box.width > 0 && place.current !== null && wantedTop > 0) place.current.scrollTop = wantedTop;
  }, [box.width, wantedTop, place]);
  // The tile is drawn only after the grid has scrolled to it.
  useEffect(() => {
    if (!focusing.current || current === undefined) return;
    const tile = place.current?.querySelector<HTMLElement>(`[data-room="${CSS.escape(current)}"]`);
    if (tile === null || tile === undefined) return;
    focusing.current = false;
    tile.focus({ preventScroll: true });
  });

  const move = (event: KeyboardEvent) => {
    if (event.key === "Enter" && reached !== undefined) return go(linkTo("/rooms/:id", { id: reached }));
    const next = roomBy(layout, reached, event.key);
    if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    left.room = next;
    focusing.current = true;
    setCurrent(next);
    show(layout, next, place.current);
  };
  return (
    <div className="board-scroll" ref={place}>
      <div
        role="grid"
        tabIndex={-1}
        aria-label={words.grid}
        aria-rowcount={layout.lines.length}
        aria-colcount={layout.columns + 1}
        className="board-grid"
        style={{ height: layout.height }}
        onKeyDown={move}
        onFocus={({ target }) => {
          const room = (target as HTMLElement).dataset["room"];
          if (room !== undefined) left.room = room;
          if (room !== undefined && room !== current) setCurrent(room);
        }}
      >
        {box.width === 0
          ? null
          : seenLines(layout, box.top, box.height, BEYOND).map((line) => (
              <GridLine
                key={line.key}
                line={line}
                columns={layout.columns}
                narrow={narrow}
                colouring={colouring}
                reached={line.rooms.some(({ id }) => id === reached) ? reached : undefined}
              />
            ))}
      </div>
    </div>
  );
}

function show(layout: Layout, id: string, element: HTMLElement | null): void {
  const spot = spotOf(layout, id);
  if (spot === undefined || element === null) return;
  const { top, height } = spot.line;
  if (top < element.scrollTop + TILE.headHeight) element.scrollTop = Math.max(0, top - TILE.headHeight - TILE.gap);
  else if (top + height > element.scrollTop + element.clientHeight)
    element.scrollTop = top + height - element.clientHeight;
}

interface LineProps {
  readonly line: Line;
  readonly columns: number;
  readonly narrow: boolean;
  readonly colouring: Colouring;
  /** The room of this line that the tabulator key reaches. */
  readonly reached: string | undefined;
}

const GridLine = memo(function GridLine({ line, columns, narrow, colouring, reached }: LineProps) {
  const words = useWords(boardWords);
  const place = { transform: `translateY(${line.top}px)`, height: line.height };
  const row = { role: "row", "aria-rowindex": line.index + 1, style: place } as const;
  if (line.is !== "rooms")
    return (
      <div {...row} className={`line line-${line.is}`}>
        <div role="rowheader" className="line-name">
          <bdi>{headingOf(line, words)}</bdi> <span className="under">{fill(words.rooms, { n: line.count })}</span>
        </div>
      </div>
    );
  return (
    <div {...row} className="line line-rooms">
      {narrow ? null : <FloorName floor={line.floor} />}
      <div role="presentation" className="cells" style={{ gridTemplateColumns: `repeat(${columns}, 1fr)` }}>
        {line.rooms.map((room, column) => (
          <Tile key={room.id} row={room} colouring={colouring} current={room.id === reached} index={column} />
        ))}
      </div>
    </div>
  );
});

function FloorName({ floor }: { readonly floor: string | null }) {
  const words = useWords(boardWords);
  if (floor === null || floor === "") return <div role="presentation" className="floor-name" />;
  return (
    <div role="rowheader" className="floor-name">
      <bdi>{fill(words.floorNamed, { name: floor })}</bdi>
    </div>
  );
}

function headingOf(
  line: Line,
  words: { readonly buildingNamed: string; readonly floorNamed: string; readonly noBuilding: string },
): string {
  if (line.is === "floor") return fill(words.floorNamed, { name: line.floor ?? "" });
  if (line.building === "") return words.noBuilding;
  // A building that has a name of its own does not need to be called one.
  return /^[\w-]{1,4}$/.test(line.building) ? fill(words.buildingNamed, { name: line.building }) : line.building;
}
