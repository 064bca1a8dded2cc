/** The board's rooms in their places, and only those on the screen. */
import { expect, test } from "vitest";
import { countStates, isOnBoard, mergeRows, NO_FILTER, passes } from "./filter.ts";
import { type Layout, layOut, type Measures, roomBy, seenLines, spotOf } from "./layout.ts";
import { figuresOf, type SpaceRow, stateOf } from "./room-state.ts";

const WIDE: Measures = { width: 1_000, tileWidth: 96, tileHeight: 66, gap: 8, headHeight: 30, floorWidth: 76 };
const NARROW: Measures = { ...WIDE, width: 366, tileWidth: 80, floorWidth: 0 };

const estimate = {
  present: 2,
  presentLow: 1,
  presentHigh: 3,
  residing: 2,
  low: 1,
  high: 3,
  pOver: 0.1,
  sign: "none" as const,
  abstains: null,
};

const room = (id: string, rest: Partial<SpaceRow> = {}): SpaceRow => ({
  id,
  kind: "flat",
  name: `room ${id}`,
  parent: null,
  building: id.split("-")[0] ?? null,
  floor: id.split("-")[1]?.slice(0, -2) ?? null,
  risk: "blue",
  judged: true,
  registered: null,
  limit: { persons: 4, policy: "p", basis: "b" },
  estimate,
  alerts: 0,
  worst: null,
  devices: 1,
  devicesDown: 0,
  ...rest,
});

/** `1-101` … in 20 buildings of 10 floors of 10 rooms. */
const many = Array.from({ length: 2_000 }, (_, n) =>
  room(`${1 + Math.floor(n / 100)}-${1 + (Math.floor(n / 10) % 10)}${String(1 + (n % 10)).padStart(2, "0")}`),
);

const idsOf = (layout: Layout) => layout.lines.flatMap(({ rooms }) => rooms.map(({ id }) => id));

test.each([WIDE, NARROW])("every room stands in exactly one place, in lines that do not overlap", (measures) => {
  const layout = layOut(many, measures);
  const ids = idsOf(layout);
  expect(new Set(ids).size).toBe(2_000);
  expect(ids).toHaveLength(2_000);
  let bottom = 0;
  for (const line of layout.lines) {
    expect(line.top).toBeGreaterThanOrEqual(bottom);
    expect(line.rooms.length).toBeLessThanOrEqual(layout.columns);
    bottom = line.top + line.height;
  }
  expect(layout.height).toBeGreaterThanOrEqual(bottom);
  expect(new Set(layout.lines.map(({ key }) => key)).size).toBe(layout.lines.length);
});

test("buildings, floors and rooms stand in the order people count", () => {
  const layout = layOut([room("10-101"), room("2-1001"), room("2-201"), room("2-200")], WIDE);
  expect(idsOf(layout)).toEqual(["2-200", "2-201", "2-1001", "10-101"]);
});

test("wherever it is scrolled to, what is on the screen is drawn, and not much more", () => {
  const layout = layOut(many, WIDE);
  for (let top = 0; top < layout.height; top += 377) {
    const seen = seenLines(layout, top, 700, 240);
    const needed = layout.lines.filter((line) => line.top < top + 700 && line.top + line.height > top);
    for (const line of needed) expect(seen).toContain(line);
    expect(seen.flatMap(({ rooms }) => rooms).length).toBeLessThan(200);
  }
});

test("the arrow keys lead to every room and stop at the ends", () => {
  const layout = layOut(many.slice(0, 95), WIDE);
  const ids = idsOf(layout);
  let at = roomBy(layout, undefined, "ArrowRight");
  const visited = [at];
  for (let n = 1; n < ids.length; n++) {
    at = roomBy(layout, at, "ArrowRight");
    visited.push(at);
  }
  expect(visited).toEqual(ids);
  expect(roomBy(layout, ids.at(-1), "ArrowRight")).toBe(ids.at(-1));
  expect(roomBy(layout, ids[0], "ArrowLeft")).toBe(ids[0]);
  expect(roomBy(layout, ids[0], "ArrowUp")).toBe(ids[0]);
  expect(roomBy(layout, "x", "End")).toBe(ids.at(-1));
  expect(roomBy(layout, ids[5], "a")).toBeUndefined();
});

test("down and up keep the column, or take the last room of a shorter line", () => {
  const layout = layOut(many.slice(0, 30), { ...WIDE, width: 76 + 3 * 104 });
  expect(layout.columns).toBe(3);
  expect(roomBy(layout, "1-102", "ArrowDown")).toBe("1-105");
  expect(roomBy(layout, "1-109", "ArrowDown")).toBe("1-110");
  expect(roomBy(layout, "1-105", "ArrowUp")).toBe("1-102");
  expect(spotOf(layout, "1-105")?.column).toBe(1);
  expect(spotOf(layout, "nobody")).toBeUndefined();
});

test.each([
  ["over", { estimate: { ...estimate, sign: "confirmed" as const } }],
  ["suspect", { estimate: { ...estimate, sign: "first" as const } }],
  ["suspect", { estimate: { ...estimate, pOver: 0.6 } }],
  ["within", {}],
  ["unknown", { estimate: null }],
  ["unknown", { estimate: { ...estimate, sign: "confirmed" as const, abstains: { en: "why", zh: "why" } } }],
  ["unjudged", { limit: null }],
  ["unjudged", { judged: false }],
] as const)("a room is %s", (state, rest) => {
  expect(stateOf(room("1-101", rest))).toBe(state);
});

test("nothing is claimed of a room of which nothing is known", () => {
  expect(figuresOf(room("1-101", { estimate: { ...estimate, residing: 5.6 } }))).toBe("6/4");
  expect(figuresOf(room("1-101", { estimate: null }))).toBe("–/4");
  expect(figuresOf(room("1-101", { limit: null }))).toBe("2");
});

test("the filter narrows, and its counts add up", () => {
  const rows = [
    room("1-101"),
    room("1-102", { estimate: null, risk: "red", alerts: 2 }),
    room("2-101", { devicesDown: 1 }),
  ];
  const ids = (filter: Partial<typeof NO_FILTER>) =>
    rows.filter((row) => passes(row, { ...NO_FILTER, ...filter })).map(({ id }) => id);
  expect(ids({})).toHaveLength(3);
  expect(ids({ search: " ROOM 2" })).toEqual(["2-101"]);
  expect(ids({ building: "1" })).toEqual(["1-101", "1-102"]);
  expect(ids({ states: ["unknown", "over"] })).toEqual(["1-102"]);
  expect(ids({ risk: "red" })).toEqual(["1-102"]);
  expect(ids({ only: "alerts" })).toEqual(["1-102"]);
  expect(ids({ only: "devices-down" })).toEqual(["2-101"]);
  expect(countStates(rows)).toEqual({ over: 0, suspect: 0, within: 2, unknown: 1, unjudged: 0 });
});

test("corridors are not on the board, unless they are judged", () => {
  expect(isOnBoard(room("c", { kind: "corridor", judged: false }))).toBe(false);
  expect(isOnBoard(room("c", { kind: "corridor", judged: true }))).toBe(true);
  expect(isOnBoard(room("c", { judged: false }))).toBe(true);
});

test("news of a room replaces it in its place; a new room is added", () => {
  const [a, b] = [room("1-101"), room("1-102")];
  const changed = room("1-101", { alerts: 1 });
  const merged = mergeRows([a, b], [changed, room("1-103")]);
  expect(merged.map(({ id, alerts }) => `${id} ${alerts}`)).toEqual(["1-101 1", "1-102 0", "1-103 0"]);
  expect(merged[1]).toBe(b);
});
