import { expect, test } from "vitest";
import { placeByPlate } from "./plate-place.ts";

const places = {
  gates: [],
  portals: [{ id: "door-302", names: ["3-302", "QR-0033"] }],
  spaces: [
    { id: "3-302", names: ["QR-0033"] },
    { id: "hall", names: [] },
  ],
};

test("a plate means the door for a lock, and the room for a meter", () => {
  expect(placeByPlate("qr-0033", places, true)).toBe("portal:door-302");
  expect(placeByPlate("QR-0033", places, false)).toBe("space:3-302");
});

test("the number of a room will do, also where it has no door of its own", () => {
  expect(placeByPlate("3-302", places, true)).toBe("portal:door-302");
  expect(placeByPlate("hall", places, true)).toBe("space:hall");
  expect(placeByPlate("9-999", places, true)).toBeUndefined();
});
