import { expect, test } from "vitest";
import { type Place, partsOf, proposePlace } from "./number-match.ts";

const place = (id: string, ...names: string[]): Place => ({ id, names });
const doors = [place("door-3-302", "3号楼302", "QR-0033123"), place("door-3-303"), place("door-2-302"), place("gate")];

test("names fall into words and numbers, without leading zeros and in any width of digits", () => {
  expect(partsOf("Lock_B1-0302")).toEqual(["lock", "b", "1", "302"]);
  expect(partsOf("３号楼302")).toEqual(["3", "号楼", "302"]);
});

test("a device that names building and room belongs to that door for sure", () => {
  expect(proposePlace(["lock-3-302"], doors)).toMatchObject({ place: "door-3-302", sure: true });
  expect(proposePlace(["0x00158d0001", "Lock 3号楼302"], doors)).toMatchObject({ place: "door-3-302", sure: true });
});

test("numbers that are written in one also count", () => {
  expect(proposePlace(["lock-3303"], doors)).toMatchObject({ place: "door-3-303", sure: true });
});

test("a room number that only one building has is proposed, and is not sure", () => {
  expect(proposePlace(["lock-303"], doors)).toEqual({ place: "door-3-303", sure: false, others: [] });
});

test("a room number that two buildings have is left to the person, with both to choose from", () => {
  expect(proposePlace(["lock-302"], doors)).toEqual({
    place: undefined,
    sure: false,
    others: ["door-3-302", "door-2-302"],
  });
});

test("the number of the plate finds the door", () => {
  expect(proposePlace(["0033123"], doors)).toMatchObject({ place: "door-3-302" });
});

test("what has no number in common is not guessed", () => {
  expect(proposePlace(["radar-hall"], doors)).toEqual({ place: undefined, sure: false, others: [] });
  expect(proposePlace(["lock-1302"], doors)).toEqual({ place: undefined, sure: false, others: [] });
});

test("a small number in a room's name draws no devices to it that have that number too", () => {
  const odd = [...doors, place("door-x", "<script>alert(1)</script>"), place("1"), place("shed-7")];
  expect(proposePlace(["lock-1-105"], odd)).toEqual({ place: undefined, sure: false, others: [] });
  expect(proposePlace(["lock-7"], odd)).toMatchObject({ place: "shed-7", sure: true });
  expect(proposePlace(["count-shed-7-2"], odd)).toMatchObject({ place: "shed-7", sure: true });
});

test("digits within a serial number are no room's", () => {
  const rooms = [place("door-1-204", "1-204"), place("door-1-105")];
  expect(partsOf("sl-88a204")).toEqual(["sl", "88a204"]);
  expect(proposePlace(["sl-88a204"], rooms).place).toBeUndefined();
  expect(proposePlace(["0x00158d0000000204ab1"], rooms).place).toBeUndefined();
  expect(proposePlace(["lock204"], rooms)).toMatchObject({ place: "door-1-204", sure: false });
});
