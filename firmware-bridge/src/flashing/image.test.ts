import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { RELEASED_FIRMWARE } from "./image.ts";

test("the released version is the one the firmware is built with", () => {
  const text = readFileSync(new URL("../../firmware/src/version.h", import.meta.url), "utf8");
  const number = (name: string) => new RegExp(`#define VERSION_${name} (\\d+)`).exec(text)?.[1];
  expect(`${number("MAJOR")}.${number("MINOR")}`).toBe(RELEASED_FIRMWARE);
});
