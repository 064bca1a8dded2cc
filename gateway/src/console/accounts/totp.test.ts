import { expect, test } from "vitest";
import { base32, codeAt, otpauthUri, stepOf } from "./totp.ts";

/** RFC 6238, appendix B, for SHA-1. */
const SECRET = Buffer.from("12345678901234567890");

test.each([
  [59, "94287082"],
  [1_111_111_109, "07081804"],
  [1_111_111_111, "14050471"],
  [1_234_567_890, "89005924"],
  [2_000_000_000, "69279037"],
  [20_000_000_000, "65353130"],
])("the code of RFC 6238 at %i s", (seconds, code) => {
  expect(codeAt(SECRET, Math.floor(seconds / 30), 8)).toBe(code);
});

test("a code counts one step early and late, and no further", () => {
  const nowMs = 59_000;
  const [step] = [Math.floor(nowMs / 30_000)];
  for (const drift of [-1, 0, 1]) expect(stepOf(SECRET, codeAt(SECRET, step + drift), nowMs, -1)).toBe(step + drift);
  expect(stepOf(SECRET, codeAt(SECRET, step + 2), nowMs, -1)).toBeUndefined();
  expect(stepOf(SECRET, "", nowMs, -1)).toBeUndefined();
});

test("a code that was used, and those before it, count no more", () => {
  expect(stepOf(SECRET, codeAt(SECRET, 100), 3_000_000, 100)).toBeUndefined();
  expect(stepOf(SECRET, codeAt(SECRET, 99), 3_000_000, 100)).toBeUndefined();
  expect(stepOf(SECRET, codeAt(SECRET, 101), 3_000_000, 100)).toBe(101);
});

test("secrets are written as RFC 4648 has it", () => {
  expect(["f", "fo", "foo", "foob", "fooba", "foobar"].map((text) => base32(Buffer.from(text)))).toEqual([
    "MY",
    "MZXQ",
    "MZXW6",
    "MZXW6YQ",
    "MZXW6YTB",
    "MZXW6YTBOI",
  ]);
  expect(otpauthUri(Buffer.from("foobar"), "Gatehouse 一号", "王 伟")).toBe(
    "otpauth://totp/Gatehouse%20%E4%B8%80%E5%8F%B7:%E7%8E%8B%20%E4%BC%9F?secret=MZXW6YTBOI&issuer=Gatehouse%20%E4%B8%80%E5%8F%B7&digits=6&period=30",
  );
});
