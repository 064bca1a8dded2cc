import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { DeviceBook } from "./device-book.ts";

it("keeps the value of what was taken, and of what was refused nothing: it may be a card number in the wrong place", async () => {
  const book = new DeviceBook(new FakeClock(), () => true);
  const accept = book.watched(async () => [{ index: 1, reason: "value: not for this kind" }]);
  await accept([
    { device: "meter-1", kind: "meter.energyWh", value: 1200 },
    { device: "meter-1", kind: "card.read", value: "04A1B2C3D4E5F6" },
  ]);
  expect(book.of("meter-1").recent).toMatchObject([{ value: 1200 }, { value: undefined, refused: expect.any(String) }]);
  expect(JSON.stringify(book.of("meter-1"))).not.toContain("04A1");
});
