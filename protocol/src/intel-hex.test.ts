import { expect, test } from "vitest";
import { FrameError } from "./errors.ts";
import { readIntelHex } from "./intel-hex.ts";

const END = ":00000001FF";

/** A record with its checksum. */
function record(address: number, type: number, ...data: number[]): string {
  const bytes = [data.length, address >> 8, address & 0xff, type, ...data];
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return `:${Buffer.from([...bytes, -sum & 0xff]).toString("hex")}`;
}

const failure = (text: string, sizeBytes = 64): string => {
  try {
    readIntelHex(text, sizeBytes);
  } catch (error) {
    if (error instanceof FrameError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "none";
};

test("bytes land where their record says, the rest stays erased", () => {
  const memory = readIntelHex([record(4, 0, 1, 2, 3), record(0, 0, 9), END, ""].join("\r\n"), 8);
  expect([...memory]).toEqual([9, 0xff, 0xff, 0xff, 1, 2, 3, 0xff]);
});

test("a record of a compiler is read as it stands", () => {
  expect([...readIntelHex(`:100000000C9434000C943E000C943E000C943E0082\n${END}`, 16)]).toEqual([
    0x0c, 0x94, 0x34, 0, 0x0c, 0x94, 0x3e, 0, 0x0c, 0x94, 0x3e, 0, 0x0c, 0x94, 0x3e, 0,
  ]);
});

test("the origin moves by segments and beyond 64 KB", () => {
  const text = [
    record(0, 2, 0x10, 0),
    record(1, 0, 7),
    record(0, 4, 0, 1),
    record(2, 0, 8),
    record(0, 3, 0, 0, 0, 0),
    END,
  ];
  const memory = readIntelHex(text.join("\n"), 0x2_0000);
  expect(memory[0x1_0001]).toBe(7);
  expect(memory[0x1_0002]).toBe(8);
});

test("what is wrong is named with its line", () => {
  expect(failure(`${record(0, 0, 1).slice(0, -2)}00\n${END}`)).toMatch(/^checksum: line 1 /);
  expect(failure(`${END.slice(0, 5)}\n`)).toMatch(/^truncated: line 1 of the hex file has 2 bytes/);
  expect(failure(record(0, 0, 1))).toMatch(/^truncated: .*no end record/);
  expect(failure("")).toMatch(/^truncated/);
  expect(failure(`${record(63, 0, 1, 2)}\n${END}`)).toMatch(/^payload: line 1 .* reaches byte 65/);
  expect(failure(`${record(0, 0, 1, 2)}\n${record(1, 0, 3)}\n${END}`)).toMatch(/^payload: line 2 .* second time/);
  expect(failure(`${END}\n${record(0, 0, 1)}`)).toMatch(/^payload: line 2 .*behind the end/);
  expect(failure(`${record(0, 9, 1)}\n${END}`)).toMatch(/^unknown: line 1 .*type 9/);
  expect(failure(`\u007fELF\n${END}`)).toMatch(/^payload: line 1 /);
  expect(failure(`${record(0, 4, 1)}\n${END}`)).toMatch(/^payload: line 1 .*moves the origin by 1 bytes/);
});

test("no damaged byte of an image goes unseen", () => {
  const line = record(0, 0, 0x0c, 0x94, 0x34, 0x00);
  for (let at = 1; at < line.length; at++) {
    const digit = line[at] === "5" ? "6" : "5";
    expect(failure(`${line.slice(0, at)}${digit}${line.slice(at + 1)}\n${END}`)).not.toBe("none");
  }
});
