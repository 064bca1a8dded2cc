import { expect, it } from "vitest";
import { readRooms } from "../../../src/console/rooms/read-rooms.ts";
import { setUpRoomsWords } from "./set-up-rooms.ts";

it("a list of rooms takes the words that the set-up itself has for kinds, in both languages", () => {
  const kinds = ["flat", "room", "shed", "corridor", "yard", "building", "floor"] as const;
  for (const kind of kinds)
    for (const word of Object.values(setUpRoomsWords[kind])) {
      const list = readRooms(Buffer.from(`room,kind\n1-1,${word}\n`), new Set());
      expect(list.rows[0]?.space?.kind, word).toBe(kind);
    }
});
