import { expect, test } from "vitest";
import { readKey } from "./config.ts";

const KEY = "00112233445566778899aabbccddeeff";

test("a key is hex, in groups or not, or its 16 bytes", () => {
  const bytes = Uint8Array.from(Buffer.from(KEY, "hex"));
  const grouped = KEY.toUpperCase().replace(/(..)(?=.)/g, "$1:");
  for (const text of [KEY, `${KEY}\n`, grouped]) expect(readKey(Buffer.from(text))).toEqual(bytes);
  expect(readKey(Buffer.from(bytes))).toEqual(bytes);
  for (const text of ["", KEY.slice(1), `${KEY}00`, KEY.replace("0", "g")])
    expect(readKey(Buffer.from(text))).toBeUndefined();
});
