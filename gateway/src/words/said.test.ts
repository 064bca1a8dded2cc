import { CommandAction, ConfigError } from "@gatehouse/protocol";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { inLanguage, problemIn, said, wholeIn } from "./said.ts";
import { check } from "./schema-issues.ts";

const zh = (text: string) => inLanguage(text, "zh");

describe("a sentence", () => {
  test("has its values in their places, as they were written", () => {
    expect(zh('there is no file "secrets/口令.txt"')).toBe("没有文件“secrets/口令.txt”");
    expect(zh("must be one of {1}, {2*}")).toBe("必须是以下之一：{1}, {2*}");
    expect(zh('there is no file "is missing"')).toBe("没有文件“is missing”");
  });

  test("within another is Chinese too", () => {
    expect(zh("driver bus: the line is down")).toBe("驱动bus：线路不通");
    expect(zh("cannot be written: ENOSPC: no space left on device, write")).toBe(
      "无法写入：磁盘已满：请腾出空间（ENOSPC: no space left on device, write）",
    );
  });

  test("about a command a device does not know is said without the command's name", () => {
    for (const action of CommandAction.options) expect(zh(`not supported: ${action}`)).not.toMatch(/[a-z]/);
  });

  test("that nobody knows stays as it is, however odd", () => {
    for (const odd of ["", "nobody said this", "a: b; c (d)", "（中文）", "\u202e: {}", "a (".repeat(600)])
      expect(zh(odd)).toBe(odd);
  });

  test("of any length costs little", () => {
    const texts = ["a: ", "a (b) ", "must be, not ", "x; "].map((part) => part.repeat(10_000));
    // Of this process: on a busy machine the clock on the wall says little.
    const begun = process.cpuUsage();
    for (const text of texts) expect(zh(text)).toBe(text);
    for (const text of texts) zh(text.slice(0, 1_999));
    const mixed = ["a\n b, c: d; ", "a (b, c) d: ", "x: y; z, (w "].map((part) => part.repeat(200).slice(0, 1_900));
    for (let n = 0; n < 3; n++) for (const text of mixed) zh(text);
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1_000).toBeLessThan(2_500);
  });
});

describe("what broke a line", () => {
  test.each([
    [
      "10.0.0.5:502: nothing listens there: check the port, and whether somebody else holds its only connection",
      "10.0.0.5:502：该地址没有程序监听：请检查端口，以及是否有其他程序占用了它唯一的连接",
    ],
    [
      "/dev/ttyUSB0: there is no such port; no serial port is plugged in",
      "/dev/ttyUSB0：没有这个串口；没有插入任何串口",
    ],
    [
      "https://town.example/: its certificate has expired (renew its certificate, unless the clock of this machine is wrong)",
      "https://town.example/：对方的证书已过期（请更新证书；也可能是本机时钟不对）",
    ],
    ["town: no answer within 5000 ms", "town：5000毫秒内没有应答"],
    [
      "mqtt mqtts://h:8883: connect ECONNREFUSED 10.0.0.1:8883",
      "MQTT mqtts://h:8883：对方没有程序监听：请检查地址和端口（connect ECONNREFUSED 10.0.0.1:8883）",
    ],
    [
      "mqtt mqtt://h: Connection refused: Not authorized",
      "MQTT mqtt://h：此账号没有权限：请联系对方管理员（Connection refused: Not authorized）",
    ],
  ])("%s", (en, expected) => {
    expect(zh(en)).toBe(expected);
  });

  test("says what to do in English too, where the system alone spoke", () => {
    expect(said("connect ECONNREFUSED 10.0.0.1:8883").en).toBe(
      "connect ECONNREFUSED 10.0.0.1:8883 (nothing listens there: check address and port)",
    );
    for (const ours of ["the line is down", "there is no such file", "cannot be read: ENOENT"])
      expect(said(ours).en).toBe(ours);
  });
});

test("what a schema finds of itself is Chinese: types, sizes, choices, missing and unknown keys", () => {
  const schema = z.strictObject({
    text: z.string().min(3),
    count: z.int().min(1).max(9),
    kind: z.enum(["flat", "room"]),
    list: z.array(z.string()).min(1),
    gone: z.string(),
    match: z.string().regex(/^a$/),
    step: z.number().multipleOf(5),
    either: z.union([z.string(), z.strictObject({ a: z.string() })]),
  });
  const wrong = { text: "a", count: 12, kind: "flt", list: [], match: "b", step: 3, either: { b: 1 }, lst: true };
  const found = check(schema, wrong);
  if (found.ok) throw new ConfigError({ path: "", reason: "was taken" });
  const problems = found.problems.map((problem) => problemIn(problem, "zh"));
  for (const { path, reason, fix } of problems) {
    expect(`${path} ${reason}`).toMatch(/\p{Script=Han}/u);
    expect(`${path} ${fix ?? "无"}`).toMatch(/\p{Script=Han}/u);
  }
  expect(problems.map(({ path }) => path)).toEqual(found.problems.map(({ path }) => path));
  const reasonOf = (path: string) => problems.find((problem) => problem.path === path)?.reason;
  expect(reasonOf("text")).toBe('至少3个字符（现为"a"）');
  expect(reasonOf("count")).toBe("不能大于9（现为12）");
  expect(reasonOf("kind")).toBe('必须是以下之一：flat, room（现为"flt"）');
  expect(reasonOf("gone")).toBe("缺少此项");
  expect(reasonOf("lst")).toBe("未知的键“lst”");
});

test("the schema library's own words are Chinese too, behind their place", () => {
  const schema = z.strictObject({
    text: z.string().min(3),
    short: z.string().max(1),
    count: z.int().min(1).max(9),
    kind: z.enum(["flat", "room"]),
    one: z.literal(1),
    list: z.array(z.string()).min(1),
    gone: z.string(),
    match: z.string().regex(/^a$/),
    step: z.number().multipleOf(5),
    url: z.url(),
    either: z.union([z.string(), z.number()]),
  });
  const wrong = {
    text: "a",
    short: "ab",
    count: 12,
    kind: "flt",
    one: 2,
    list: [],
    match: "b",
    step: 3,
    url: "x",
    either: {},
  };
  const { error } = schema.safeParse({ ...wrong, lst: true, more: 1 });
  const words = (error?.issues ?? []).map(({ path, message }) => zh(`args.${path.join(".")}: ${message}`));
  expect(words).toHaveLength(12);
  for (const text of words) expect(text).toMatch(/^args\.\w*：.*\p{Script=Han}/u);
  expect(words).toContain("args.gone：应为文字，收到空");
  expect(words).toContain("args.list：列表至少1项");
});

test("types within a sentence are Chinese, whatever article stands before them", () => {
  expect(zh("must be a list, not 3")).toBe("必须是列表（现为3）");
  expect(zh('must be a whole number, not "x"')).toBe('必须是整数（现为"x"）');
  expect(zh("must be a block of keys, not a list")).toBe("必须是一组键（现为列表）");
});

test("what a replay notes says whose readings they are, and which come too late", () => {
  expect(zh("1 reading of devices that are not on this site (d1): is it the right one?")).toBe(
    "1个读数来自不属于此站点的设备（d1）：文件是否正确？",
  );
  expect(
    zh(
      "none of its 3 readings could be used: line 1: is missing; 3 readings of devices that are not on this site (a): is it the right one?",
    ),
  ).toBe("其中3个读数都不能使用：第1行：缺少此项；3个读数来自不属于此站点的设备（a）：文件是否正确？");
});

test("somebody else's words are translated as a whole or not at all", () => {
  expect(wholeIn("70000 bytes, at most 65536 are taken", "zh")).toMatch(/\p{Script=Han}/u);
  expect(wholeIn("field persons, is missing", "zh")).toBe("field persons, is missing");
  expect(zh("field persons, is missing")).not.toBe("field persons, is missing");
});
