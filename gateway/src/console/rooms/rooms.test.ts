import { ConfigError, systemClock } from "@gatehouse/protocol";
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { ROOM_COLUMNS } from "../table/setup.ts";
import { COLUMNS, columnOf, EXAMPLES } from "./columns.ts";
import { readRooms } from "./read-rooms.ts";
import { readRoomsApart } from "./reader-thread.ts";
import { roomsOfScheme } from "./scheme.ts";
import { csvTemplate, xlsxTemplate } from "./template.ts";
import { readXlsx, writeXlsx } from "./xlsx.ts";

const read = (text: string | Uint8Array, known: readonly string[] = []) =>
  readRooms(typeof text === "string" ? Buffer.from(text) : text, new Set(known));

const spaces = (text: string | Uint8Array, known: readonly string[] = []) =>
  read(text, known).rows.map(
    ({ space, problems }) => space ?? problems.map(({ column, reason }) => [column, reason.en]),
  );

describe("a list of rooms", () => {
  it("is read with Chinese and with English titles, and with the columns' ids", () => {
    const wanted = {
      id: "3-302",
      kind: "flat",
      name: "三零二",
      rooms: [{ areaM2: 14.2 }, { areaM2: 11 }],
      registered: 2,
      familyExempt: true,
    };
    expect(spaces("房间编号,名称,居室面积（平方米）,登记人数,家庭\n3-302,三零二,14.2 11,2,是\n")).toEqual([wanted]);
    expect(spaces("room,name,areas (m2),registered,family\n3-302,三零二,14.2;11,2,yes\n")).toEqual([wanted]);
    expect(spaces("id,name,areas,registered,family\n3-302,三零二,14.2、11㎡,2人,TRUE\n")).toEqual([wanted]);
  });

  it("may have semicolons, tabs, quotes, line feeds in cells, a mark, and lines above the titles", () => {
    expect(spaces('\uFEFFroom;name\r\n3-302;"a; ""b""\nc"\r\n')).toEqual([
      { id: "3-302", kind: "flat", name: 'a; "b"\nc', familyExempt: false },
    ]);
    expect(spaces("Rooms of the house\n\nroom\tkind\n1-101\troom\n")).toEqual([
      { id: "1-101", kind: "room", familyExempt: false },
    ]);
  });

  it("may be in GB 18030 or UTF-16, as office programs write it", () => {
    // 房间编号,名称 / 3-302,三 in GB 18030
    const gb = Buffer.from([
      0xb7, 0xbf, 0xbc, 0xe4, 0xb1, 0xe0, 0xba, 0xc5, 0x2c, 0xc3, 0xfb, 0xb3, 0xc6, 0x0a, 0x33, 0x2d, 0x33, 0x30, 0x32,
      0x2c, 0xc8, 0xfd, 0x0a,
    ]);
    expect(spaces(gb)).toEqual([{ id: "3-302", kind: "flat", name: "三", familyExempt: false }]);
    const utf16 = Buffer.from("\uFEFF房间编号\n3-302\n", "utf16le");
    expect(spaces(utf16)).toEqual([{ id: "3-302", kind: "flat", familyExempt: false }]);
  });

  it("tells row by row what is wrong, in both languages, with what stands there", () => {
    const list = read(
      "room,kind,areas,registered,risk,in,family\n三零二,flat,,,,,\n3-303,castle,big,-1,green,9,maybe\n3-304,,,,,,\n3-304,,,,,,\n,room,,,,,\n",
    );
    expect(list).toMatchObject({ good: 1, bad: 4 });
    expect(list.rows.map(({ line, problems }) => [line, problems.map(({ column }) => column)])).toEqual([
      [2, ["id"]],
      [3, ["kind", "parent", "areas", "registered", "family", "risk"]],
      [4, []],
      [5, ["id"]],
      [6, ["id"]],
    ]);
    expect(list.rows[1]?.cells).toEqual({
      id: "3-303",
      kind: "castle",
      areas: "big",
      registered: "-1",
      risk: "green",
      parent: "9",
      family: "maybe",
    });
    for (const { problems } of list.rows)
      for (const { reason } of problems) {
        expect(reason.zh).toMatch(/\p{Script=Han}/u);
        expect(reason.en).not.toMatch(/\p{Script=Han}(?!.*")/u);
      }
  });

  it("knows floors of the list and of the site", () => {
    expect(read("room,in\nF3,\n3-302,F3\n3-303,F4\n", ["F4"])).toMatchObject({ good: 3, bad: 0 });
  });

  it("takes areas as the console asks for them, and asks back where a comma may be a fraction", () => {
    const areas = (text: string) => {
      const [row] = read(`room,areas\n1-1,"${text}"\n`).rows;
      return row?.space?.rooms?.map(({ areaM2 }) => areaM2) ?? row?.problems.map(({ reason }) => reason.en);
    };
    for (const both of [
      "14.2, 11",
      "14.2,11",
      "14.2，11",
      "14.2 11",
      "14.2、11",
      "14,2 11",
      "14.2 m², 11 m²",
      "14.2㎡,11㎡",
    ])
      expect(areas(both)).toEqual([14.2, 11]);
    expect(areas("14, 11")).toEqual([14, 11]);
    expect(areas("14，11")).toEqual([14, 11]);
    expect(areas("14㎡,11㎡")).toEqual([14, 11]);
    expect(areas("14,11,9")).toEqual([14, 11, 9]);
    expect(areas("14,11")).toEqual(['"14,11": one room or two? Write 14, 11 for two, 14.11 for one']);
    expect(areas("1,200")).toEqual([1200]);
    expect(areas("1,200.5 9")).toEqual([1200.5, 9]);
    expect(areas("1,200, 1,300")).toEqual([1200, 1300]);
    expect(areas("14.2,110,120")).toEqual([14.2, 110, 120]);
    expect(areas("12,3456")).toEqual([12.3456]);
    expect(areas("1,200,300")).toEqual([expect.stringContaining("is no list of areas")]);
    expect(areas("14,x")).toEqual([expect.stringContaining("is no list of areas")]);
  });

  it("takes commas between thousands of people as that, and nothing else", () => {
    const people = (text: string) => {
      const [row] = read(`room,registered\n1-1,"${text}"\n`).rows;
      return row?.space === undefined ? row?.problems.map(({ column }) => column) : row.space.registered;
    };
    expect(["1,200", "1，200人", "12", "1,2", "1.5", "12,00"].map(people)).toEqual([
      1200,
      1200,
      12,
      ["registered"],
      ["registered"],
      ["registered"],
    ]);
  });

  it("keeps the number a row bears in a column of its own, which counts upwards", () => {
    const lines = (...numbers: string[]) =>
      read(`#line,room\n${numbers.map((line, n) => `${line},1-${n}\n`).join("")}`).rows.map(({ line }) => line);
    expect(lines("7", "1048576")).toEqual([7, 1048576]);
    for (const wrong of [["7", "7"], ["x"], [""], ["0"], ["1.5"], ["99999999999"]])
      expect(() => lines(...wrong)).toThrow('"#line" does not count upwards');
  });

  it("names the row and the room whose number stands twice", () => {
    const [, second] = read("room,name\n1-1,东\n1-1,西\n").rows;
    expect(second?.problems).toEqual([
      { column: "id", reason: { zh: "编号“1-1”与第2行（东）重复", en: '"1-1" stands in row 2 already (东)' } },
    ]);
  });

  it.each(["zh", "en"] as const)("leaves out the template's example in %s unless it was changed", (language) => {
    const template = csvTemplate(language);
    expect(template.trim().split("\r\n")).toHaveLength(1 + EXAMPLES[language].length);
    expect(read(template)).toEqual({ rows: [], good: 0, bad: 0 });
    expect(read(xlsxTemplate(language))).toEqual({ rows: [], good: 0, bad: 0 });
    const [first] = EXAMPLES[language];
    const forgotten = read(template.replace("12.5", "13"));
    expect(forgotten).toMatchObject({ good: 0, bad: 1 });
    expect(forgotten.rows[0]?.problems[0]?.reason.en).toContain("example");
    const mended = read(template.replace(first?.id ?? "", "3-302"));
    expect(mended).toMatchObject({ good: 1, bad: 0 });
    expect(mended.rows[0]?.space).toMatchObject({
      id: "3-302",
      kind: "flat",
      rooms: [{ areaM2: 14.2 }, { areaM2: 11 }],
    });
  });

  it("is refused whole where it is none", () => {
    for (const bad of [
      "",
      "a,b\n1,2\n",
      'room\n"3-302\n',
      Buffer.from([0xff, 0xff, 0xff, 0x00]),
      `room\n${"x\n".repeat(6_000)}`,
      `room${",".repeat(100)}\n`,
    ])
      expect(() => read(bad)).toThrow(ConfigError);
  });
});

describe("a workbook", () => {
  const sheet = (rows: string, more: Record<string, string> = {}) =>
    zipSync(
      Object.fromEntries(
        Object.entries({
          "xl/workbook.xml":
            '<workbook xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="rId7"/></sheets></workbook>',
          "xl/_rels/workbook.xml.rels":
            '<Relationships><Relationship Id="rId7" Target="/xl/worksheets/second.xml"/></Relationships>',
          "xl/worksheets/second.xml": `<worksheet><sheetData>${rows}</sheetData></worksheet>`,
          ...more,
        }).map(([name, xml]) => [name, strToU8(xml)]),
      ),
    );

  it("is read with shared strings, rich text, numbers, gaps, and values of formulas, which are not worked out", () => {
    const file = sheet(
      '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>areas</t></is></c></row><row r="3"><c r="A3" t="s"><v>1</v></c><c r="C3"><f>WEBSERVICE("http://x")</f><v>14.199999999999999</v></c></row>',
      {
        "xl/sharedStrings.xml":
          '<sst><si><t>房间</t><rPh sb="0" eb="1"><t>ヘヤ</t></rPh></si><si><r><t>3-</t></r><r><t>302</t></r></si></sst>',
      },
    );
    expect(readXlsx(file)).toEqual([
      { line: 1, cells: ["房间", "", "areas"] },
      { line: 3, cells: ["3-302", "", "14.2"] },
    ]);
    expect(spaces(file)).toEqual([{ id: "3-302", kind: "flat", rooms: [{ areaM2: 14.2 }], familyExempt: false }]);
  });

  it("that unpacks to too much is refused before it is unpacked, and one that lies about it stays small", () => {
    const bomb = sheet("", { "xl/sharedStrings.xml": " ".repeat(60_000_000) });
    expect(bomb.length).toBeLessThan(200_000);
    expect(() => readXlsx(bomb)).toThrow(/unpacks to more/);
    const lying = Buffer.from(sheet(`<row>${" ".repeat(8_000_000)}</row>`));
    // Sizes in the local header and in the directory: told as 100 bytes.
    for (let at = 0; at + 4 < lying.length; at++) {
      if (lying.readUInt32LE(at) !== 8_000_000 + "<worksheet><sheetData><row></row></sheetData></worksheet>".length)
        continue;
      lying.writeUInt32LE(100, at);
    }
    expect(() => readXlsx(lying)).toThrow(ConfigError);
  });

  it("that is damaged, or has entities of its own, is refused or read without them", () => {
    const whole = Buffer.from(sheet('<row><c t="inlineStr"><is><t>room</t></is></c></row>'));
    expect(() => readXlsx(whole.subarray(0, whole.length - 30))).toThrow(ConfigError);
    const entity = sheet("", {
      "xl/worksheets/second.xml":
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet><row r="1"><c t="inlineStr"><is><t>room&a;</t></is></c></row></worksheet>',
    });
    try {
      expect(JSON.stringify(readXlsx(entity))).not.toContain("root:");
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
    }
  });

  it("comes out of the template as it went in, in both languages", () => {
    for (const language of ["zh", "en"] as const) {
      const titles = ROOM_COLUMNS.map((column) => COLUMNS[column].title[language]);
      expect(titles.map(columnOf)).toEqual([...ROOM_COLUMNS]);
      expect(readXlsx(xlsxTemplate(language))[0]).toEqual({ line: 1, cells: titles });
    }
    const rows = [
      ["room", "name"],
      ["3-02", '=cmd|"/c" & <b>\u202e'],
    ];
    expect(readXlsx(writeXlsx([{ name: "x<>", rows }])).map(({ cells }) => cells)).toEqual(rows);
  });
});

describe("a list in a thread of its own", () => {
  it("gives the same, and its refusals", async () => {
    const never = new AbortController().signal;
    const list = Buffer.from("room\n3-302\n");
    expect(await readRoomsApart(list, [], systemClock, never)).toEqual(read("room\n3-302\n"));
    await expect(readRoomsApart(Buffer.from("a\n"), [], systemClock, never)).rejects.toThrow(ConfigError);
  });

  it("that says one long text again and again is refused, and quotes little of what is wrong", () => {
    const long = "x".repeat(1_000);
    const rows = Array.from({ length: 3_000 }, (_, n) => [`1-${n}`, long, long]);
    const book = writeXlsx([{ name: "x", rows: [["room", "name", "parent"], ...rows] }]);
    expect(() => read(book)).toThrow("more text than a list of rooms can have");
    const [{ problems } = { problems: [] }] = read(`room,parent\n1-1,${long}\n`).rows;
    expect(problems[0]?.reason.en.length).toBeLessThanOrEqual(200);
  });

  it("of 5,000 rows holds nobody up", async () => {
    const rows = Array.from({ length: 5_000 }, (_, n) => [`1-${n}`, "房间", "14.2 11"]);
    const book = writeXlsx([{ name: "x", rows: [["room", "name", "areas"], ...rows] }]);
    const startedMs = systemClock.monoMs();
    readRooms(book, new Set());
    const hereMs = systemClock.monoMs() - startedMs;
    let late = 0;
    const stop = new AbortController();
    const watch = (async () => {
      while (!stop.signal.aborted) {
        const fromMs = systemClock.monoMs();
        await systemClock.sleep(2, stop.signal).catch(() => {});
        late = Math.max(late, systemClock.monoMs() - fromMs - 2);
      }
    })();
    const { good } = await readRoomsApart(book, [], systemClock, stop.signal);
    stop.abort();
    await watch;
    expect(good).toBe(5_000);
    expect(late).toBeLessThan(hereMs / 2);
  });
});

describe("a scheme", () => {
  const scheme = (change: object) =>
    roomsOfScheme(
      {
        buildings: ["3"],
        floors: { from: 1, to: 2, without: [] },
        roomsPerFloor: 2,
        without: [],
        pattern: "{building}-{floor}{room:02}",
        kind: "flat",
        doors: true,
        ...change,
      },
      new Set(),
    );

  it("numbers rooms floor by floor, without unlucky numbers, basements as B1", () => {
    const ids = (change: object) => scheme(change).rows.map(({ cells }) => cells.id);
    expect(ids({})).toEqual(["3-101", "3-102", "3-201", "3-202"]);
    expect(ids({ floors: { from: -1, to: 5, without: [4] }, roomsPerFloor: 1 })).toEqual([
      "3-B101",
      "3-101",
      "3-201",
      "3-301",
      "3-501",
    ]);
    expect(ids({ floors: { from: 1, to: 1, without: [] }, roomsPerFloor: 14, without: ["4", "13"] })).toEqual(
      [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12].map((room) => `3-1${String(room).padStart(2, "0")}`),
    );
  });

  it("gives them areas and risk, and says where a number cannot be one", () => {
    expect(scheme({ areaM2: 12, risk: "red", roomsPerFloor: 1 }).rows[0]?.space).toMatchObject({
      rooms: [{ areaM2: 12 }],
      risk: "red",
    });
    expect(scheme({ buildings: ["东楼"] })).toMatchObject({ good: 0, bad: 4 });
  });

  it("that makes none or too many is refused", () => {
    for (const change of [
      { floors: { from: 3, to: 1, without: [] } },
      { pattern: "{house}" },
      { buildings: Array(50).fill("x"), roomsPerFloor: 99 },
    ])
      expect(() => scheme(change)).toThrow(ConfigError);
  });
});
