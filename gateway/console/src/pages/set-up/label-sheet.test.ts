import { expect, test } from "vitest";
import { LABEL_SIZES, pagesOf, plateOf, roomLink } from "./label-sheet.ts";

const [size] = LABEL_SIZES;
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test("labels fill a page and go on on the next", () => {
  expect(pagesOf(numbers(15), size)).toHaveLength(1);
  expect(pagesOf(numbers(16), size).map(({ labels }) => labels.length)).toEqual([15, 1]);
  expect(pagesOf([], size, 3)).toEqual([]);
});

test("places of the first sheet that were used before stay free", () => {
  expect(pagesOf(numbers(14), size, 2)).toEqual([
    { free: 2, labels: numbers(13) },
    { free: 0, labels: [14] },
  ]);
  expect(pagesOf(numbers(1), size, 99)).toEqual([{ free: 14, labels: [1] }]);
});

test("all sheets fit onto A4", () => {
  for (const { columns, rows, widthMm, heightMm } of LABEL_SIZES) {
    expect(columns * widthMm).toBeLessThanOrEqual(200);
    expect(rows * heightMm).toBeLessThanOrEqual(287);
  }
});

test("a room's link survives odd ids", () => {
  expect(roomLink("https://box", "3-302")).toBe("https://box/#/rooms/3-302");
  expect(roomLink("https://box", "a/b?c")).toBe("https://box/#/rooms/a%2Fb%3Fc");
});

test("a plate is its number, or an address that ends with it", () => {
  expect(plateOf(" QR-0033123 ")).toBe("QR-0033123");
  expect(plateOf("https://city.example/qr/0033123/?from=plate")).toBe("0033123");
  expect(plateOf("https://box/#/rooms/3%2D302")).toBe("3-302");
  expect(plateOf("https://city.example/%E0%A4%A")).toBe("%E0%A4%A");
});
