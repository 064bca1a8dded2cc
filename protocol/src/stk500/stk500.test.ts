import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../bytes.ts";
import { Splitter } from "../splitter.ts";
import { chipOfProgram, chipOfSignature, FLASH_CHIPS } from "./chips.ts";
import { encodeV1, pagesOf, readV1Answer } from "./v1.ts";
import { V1Target } from "./v1-target.ts";
import { encodeV2, readV2Answer } from "./v2.ts";
import { decodeV2Frame, encodeV2Frame, v2Framing } from "./v2-frame.ts";
import { V2Target } from "./v2-target.ts";

const { atmega328p: UNO, atmega2560: MEGA } = FLASH_CHIPS;
const erased = (bytes: number) => new Uint8Array(bytes).fill(0xff);
const said = (answers: readonly Uint8Array[]) => answers.map(toHex);

describe("version 1", () => {
  test("commands are the bytes of AVR061, addresses in words", () => {
    expect(toHex(encodeV1({ kind: "sync" }))).toBe("30 20");
    expect(toHex(encodeV1({ kind: "address", at: 0x7e00 }))).toBe("55 00 3F 20");
    expect(toHex(encodeV1({ kind: "program", page: Uint8Array.of(1, 2) }))).toBe("64 00 02 46 01 02 20");
    expect(toHex(encodeV1({ kind: "read", length: 128 }))).toBe("74 00 80 46 20");
  });

  test("an answer is waited for until it is whole, and anything else is damage", () => {
    expect(readV1Answer(fromHex("14 1E 95"), 3)).toEqual({ kind: "waiting" });
    expect(readV1Answer(fromHex("14 1E 95 0F 10"), 3)).toEqual({ kind: "ok", data: fromHex("1E 95 0F") });
    for (const odd of ["15", "14 1E 95 0F 11", "14 1E 95 0F 10 10", "00 14"])
      expect(readV1Answer(fromHex(odd), 3)).toEqual({ kind: "damaged" });
  });

  test("a bootloader tells its chip, writes a page and reads it back, whatever chunks the bytes come in", () => {
    const flash = erased(UNO.flashBytes);
    const target = new V1Target({ chip: UNO, flash });
    const page = Uint8Array.from({ length: 128 }, (_, at) => at ^ 0x20);
    const talk = [
      encodeV1({ kind: "signature" }),
      encodeV1({ kind: "address", at: 256 }),
      encodeV1({ kind: "program", page }),
      encodeV1({ kind: "read", length: 128 }),
    ];
    const answers = talk.flatMap((bytes) => [...bytes].flatMap((byte) => target.hear(Uint8Array.of(byte)).answers));
    expect(said(answers)).toEqual(["14 1E 95 0F 10", "14 10", "14 10", `14 ${toHex(page)} 10`]);
    expect(flash.subarray(256, 384)).toEqual(page);
    expect(flash.indexOf(0xff, 384)).toBe(384);
  });

  test("a lost byte ends it, as a real one; leaving is answered first", () => {
    const flash = erased(UNO.flashBytes);
    const target = new V1Target({ chip: UNO, flash });
    const lossy = encodeV1({ kind: "program", page: new Uint8Array(128) }).filter((_, at) => at !== 50);
    expect(target.hear(lossy)).toEqual({ answers: [], leaves: false });
    expect(target.hear(encodeV1({ kind: "sync" }))).toEqual({ answers: [], leaves: true });
    expect(flash.every((byte) => byte === 0xff)).toBe(true);
    const left = new V1Target({ chip: UNO, flash }).hear(encodeV1({ kind: "leave" }));
    expect({ ...left, answers: said(left.answers) }).toEqual({ answers: ["14 10"], leaves: true });
  });
});

describe("version 2", () => {
  test("frames are those of AVR068: sign on and its answer", () => {
    const frame = encodeV2Frame({ sequence: 1, body: encodeV2({ kind: "sign-on" }) });
    expect(toHex(frame)).toBe("1B 01 00 01 0E 01 14");
    const [answer = new Uint8Array()] = new V2Target({ chip: MEGA, flash: erased(MEGA.flashBytes) }).hear(
      frame,
    ).answers;
    const { sequence, body } = decodeV2Frame(answer);
    expect(sequence).toBe(1);
    expect(toHex(body)).toBe("01 00 08 41 56 52 49 53 50 5F 32");
  });

  test("a damaged frame is noise, and the next one is found", () => {
    const good = encodeV2Frame({ sequence: 7, body: encodeV2({ kind: "enter" }) });
    for (let at = 0; at < good.length; at++) {
      const bad = good.map((byte, index) => (index === at ? byte ^ 0x40 : byte));
      const splitter = new Splitter(v2Framing);
      const pieces = [...splitter.push(bad), ...splitter.flush(), ...splitter.push(good)];
      expect(pieces.filter(({ kind }) => kind === "frame").map(({ bytes }) => toHex(bytes))).toEqual([toHex(good)]);
    }
  });

  test("addresses reach beyond 64 K words; a page moves the address on", () => {
    const flash = erased(MEGA.flashBytes);
    const target = new V2Target({ chip: MEGA, flash });
    const page = new Uint8Array(256).fill(0x5a);
    const ask = (command: Parameters<typeof encodeV2>[0]) => {
      const [answer = new Uint8Array()] = target.hear(encodeV2Frame({ sequence: 3, body: encodeV2(command) })).answers;
      return readV2Answer(command, decodeV2Frame(answer).body);
    };
    expect(ask({ kind: "address", at: 0x3_0000 }).kind).toBe("ok");
    expect(ask({ kind: "program", page }).kind).toBe("ok");
    expect(ask({ kind: "program", page: page.fill(0x11) }).kind).toBe("ok");
    expect(flash.subarray(0x3_0000, 0x3_0100).every((byte) => byte === 0x5a)).toBe(true);
    expect(ask({ kind: "address", at: 0x3_0100 }).kind).toBe("ok");
    expect(ask({ kind: "read", length: 256 })).toEqual({ kind: "ok", data: page });
    expect([0, 1, 2].map((index) => ask({ kind: "signature", index }))).toEqual(
      [0x1e, 0x98, 0x01].map((byte) => ({ kind: "ok", data: Uint8Array.of(byte) })),
    );
  });

  test("the bootloader leaves its own pages as they are", () => {
    const flash = erased(MEGA.flashBytes);
    const target = new V2Target({ chip: MEGA, flash });
    const at = MEGA.flashBytes - MEGA.bootBytes;
    target.hear(encodeV2Frame({ sequence: 1, body: encodeV2({ kind: "address", at }) }));
    target.hear(encodeV2Frame({ sequence: 2, body: encodeV2({ kind: "program", page: new Uint8Array(256) }) }));
    expect(flash.every((byte) => byte === 0xff)).toBe(true);
  });
});

test("a chip is known by its signature, and a program's by its vectors", () => {
  expect(chipOfSignature(0x1e950f)).toBe(UNO);
  expect(chipOfSignature(0x1e9514)).toBeUndefined();
  const program = (vectors: number) => {
    const flash = erased(1_024);
    for (let at = 0; at < vectors * 4; at += 4)
      flash.set(at % 8 === 0 ? [0x0c, 0x94, 0x34, 0x00] : [0x51, 0xc0, 0, 0], at);
    return flash;
  };
  expect(chipOfProgram(program(26))).toBe(UNO);
  expect(chipOfProgram(program(57))).toBe(MEGA);
  expect(chipOfProgram(program(25))).toBeUndefined();
  expect(chipOfProgram(erased(64))).toBeUndefined();
});

test("a program is cut into whole pages up to its last byte", () => {
  const flash = erased(UNO.flashBytes);
  flash[300] = 1;
  expect(pagesOf(flash, UNO).map(({ length }) => length)).toEqual([128, 128, 128]);
  expect(pagesOf(erased(256), UNO)).toEqual([]);
});
