import { Site, Space } from "@gatehouse/protocol";
import { expect, it } from "vitest";
import { roomEdits } from "./room-edits.ts";

const room = (id: string, more: object = {}) => Space.parse({ id, kind: "flat", ...more });

it("adds new rooms with a door, changes those that differ, and leaves the others", () => {
  const site = {
    spaces: [room("1-101", { name: "a" }), room("1-102"), Space.parse({ id: "C1", kind: "corridor", parent: "F1" })],
    portals: Site.shape.portals.parse([{ id: "door-1-103", kind: "door", from: "outside", to: "1-101" }]),
  };
  const rooms = [
    room("1-101", { name: "a" }),
    room("1-102", { registered: 2 }),
    room("1-103", { parent: "F1" }),
    room("1-104"),
  ];
  expect(roomEdits(site, rooms, true)).toEqual({
    added: 2,
    changed: 1,
    edits: [
      { op: "set", path: "spaces/1-102", value: { id: "1-102", kind: "flat", registered: 2 } },
      { op: "add", path: "spaces", value: { id: "1-103", kind: "flat", parent: "F1" } },
      { op: "add", path: "spaces", value: { id: "1-104", kind: "flat" } },
      { op: "add", path: "portals", value: { id: "door-1-102", kind: "door", from: "outside", to: "1-102" } },
      // The name it would have is taken, and it lies at a corridor.
      { op: "add", path: "portals", value: { id: "door-1-103-2", kind: "door", from: "C1", to: "1-103" } },
      { op: "add", path: "portals", value: { id: "door-1-104", kind: "door", from: "outside", to: "1-104" } },
    ],
  });
  expect(roomEdits({}, [room("1-101")], false)).toMatchObject({ added: 1, edits: [{ op: "add", path: "spaces" }] });
});
