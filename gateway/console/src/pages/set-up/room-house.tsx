/** Rooms drawn as the house: buildings, floors from the top down; a room with something wrong stands out. */
import { Typography } from "antd";
import { fill, useWords } from "../../words/language.ts";
import { setUpRoomsWords } from "../../words/set-up-rooms.ts";
import { type GridBuilding, roomGrid } from "./room-grid.ts";
import type { RoomRow } from "./rooms-csv.ts";

/** So many rooms are drawn; a person who makes more has seen by then how they come out. */
const DRAWN = 400;

export function RoomHouse({ rows }: { readonly rows: readonly RoomRow[] }) {
  const grid = roomGrid(rows.slice(0, DRAWN));
  return (
    <div className="gh-houses">
      {grid.map((building) => (
        <House key={building.building} {...building} />
      ))}
      {rows.length > DRAWN && <Typography.Text type="secondary">… +{rows.length - DRAWN}</Typography.Text>}
    </div>
  );
}

function House({ building, floors }: GridBuilding) {
  const words = useWords(setUpRoomsWords);
  const name = building === "" ? words.noBuilding : `${words.building} ${building}`;
  return (
    <section className="gh-house" aria-label={name}>
      <strong dir="auto">{name}</strong>
      {floors.map(({ floor, rooms }) => (
        <div key={floor} className="gh-house-floor">
          <span className="gh-house-name">{floor === "" ? "" : fill(words.floorName, { n: floor })}</span>
          <span className="gh-house-rooms">
            {rooms.map(({ line, id, bad }) => {
              const name = id === "" ? fill(words.lineName, { n: line }) : id;
              return (
                <span key={line} className={bad ? "gh-house-room gh-bad" : "gh-house-room"} title={name} dir="auto">
                  {name}
                </span>
              );
            })}
          </span>
        </div>
      ))}
    </section>
  );
}
