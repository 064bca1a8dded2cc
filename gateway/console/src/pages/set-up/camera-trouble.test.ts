import { expect, it } from "vitest";
import { cameraTrouble } from "./camera-trouble.ts";

it.each([
  ["NotFoundError", "none"],
  ["OverconstrainedError", "none"],
  ["NotAllowedError", "forbidden"],
  ["NotReadableError", "busy"],
  ["TypeError", "other"],
] as const)("says of %s what a person can do about it", (name, says) => {
  expect(cameraTrouble(new DOMException("Requested device not found", name))).toBe(says);
});

it("takes what is no error for something else", () => expect(cameraTrouble("gone")).toBe("other"));
