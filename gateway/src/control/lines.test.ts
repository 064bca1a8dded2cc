import fc from "fast-check";
import { expect, it } from "vitest";
import { linesOf } from "./lines.ts";

async function* stream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function collect(chunks: readonly Uint8Array[], maxBytes = 1_000): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(stream(chunks), maxBytes)) lines.push(line);
  return lines;
}

it("finds the same lines however the bytes are cut", async () => {
  const line = fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => text.replaceAll("\n", " "));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1 }), fc.array(fc.nat(30)), async (lines, cuts) => {
      const bytes = Buffer.from(`${lines.join("\n")}\n`);
      const chunks: Buffer[] = [];
      let at = 0;
      for (const cut of cuts) {
        chunks.push(bytes.subarray(at, at + cut));
        at += cut;
      }
      chunks.push(bytes.subarray(at));
      expect(await collect(chunks)).toEqual(lines);
    }),
  );
});

it("refuses a line that is too long, ended or not, and takes one that just fits", async () => {
  expect(await collect([Buffer.from(`${"x".repeat(10)}\n`)], 10)).toEqual(["x".repeat(10)]);
  for (const text of ["x".repeat(11), `${"x".repeat(11)}\n`])
    await expect(collect([Buffer.from(text)], 10)).rejects.toThrow("a line has at most 10 bytes");
});
