import { expect, it } from "vitest";
import { formatBytes } from "./bytes.ts";

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1.0 kB"],
  [2_000_000_000, "2.0 GB"],
  [123_456_789, "123 MB"],
  [5e15, "5000 TB"],
])("%i bytes are %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));
