/** No sentence reaches a person in English alone: whatever a ConfigError, a lost line, a refusal or a health code says has its Chinese. */
import { CHINESE, findChinese, ofComposed, PARTS } from "gatehouse/testing";
import { describe, expect, test } from "vitest";
import { makersIn, sentencesIn } from "./sentences.ts";
import { files, read } from "./tree.ts";

const sources = files.filter(
  (path) =>
    /^(gateway|protocol|firmware-bridge)\/src\/.*\.ts$/.test(path) &&
    !/\.test\.ts$|\.d\.ts$|\/testing\/|^gateway\/src\/words\//.test(path),
);

/** Where texts of these names are no sentences for people: other languages' own texts, figures, reports with words of their own. */
const ELSEWHERE: readonly RegExp[] = [
  /^gateway\/src\/monitor\/(discovery-configs|gateway-metrics|log-ring)\.ts$/,
  /^gateway\/src\/(monthly\/page|replay\/report\/)/,
  /^gateway\/src\/uplinks\/(sparkplug\/site-metrics|wecom|post)\.ts$/,
];

/** Texts for machines, and pieces that are joined to a sentence whose Chinese holds them. */
const NO_SENTENCES: readonly string[] = [
  "at least",
  "at most",
  "unknown keys",
  "{}, not {}{}",
  "{}={}; Path=/; Secure; HttpOnly; SameSite=Strict{}",
  "{} {} for {}",
  "{} kWh",
  "--limit {}",
  "garbage {}",
  "20{}-{}-{} weekday {}",
  "Gatehouse {}",
  "WHERE {}",
  "it {}{}",
  "; only {}",
  '"{}" is {}',
  "is no {}{}",
  "; it could be: {}",
  "{} from {}{}{}",
  " (endpoint {})",
  "; takes lock and unlock",
  "an {}",
  "{} (from {})",
  " {}: {},{} mm {} cm/s",
  "what was found or done",
  "nothing waits\n",
  "{}: confirmed\n",
  "           … and {} more spaces",
  "--note <text>",
  "proved by sensors",
  "on a person's word",
  "{}\n{} mapped, {} unsupported, of them {} by the table of irregular devices\n",
];

const sample = (template: string): string => template.replaceAll("{}", "§");

/** Commands, names and examples stay as they are; other words side by side are a sentence that is half English. */
const SAME =
  /device_class \w+|yyyy [\w ]+|`[^`]*`|[\w-]+\.\w+|\{[^}]*\}|--?[a-z]\S*( \w+)?|(gatehouse|openssl|chmod|usermod) [\w -]+|"[^"]*"|[A-Z]\S*( [A-Z]\S*)*/g;
function isHalfEnglish(en: string, zh: string): boolean {
  const words = zh.replace(SAME, " · ").match(/[a-z]{2,} [a-z]{2,}/g) ?? [];
  return words.some((pair) => en.includes(pair));
}

function isUnsaid(text: string): boolean {
  const zh = findChinese(sample(text));
  return zh === undefined || isHalfEnglish(text, zh);
}

const makers = new Set(sources.flatMap((path) => makersIn(read(path), path)));
const missing = sources
  .filter((path) => !ELSEWHERE.some((pattern) => pattern.test(path)))
  .flatMap((path) => sentencesIn(read(path), path, makers).map(({ line, text }) => ({ at: `${path}:${line}`, text })))
  .filter(({ text }) => !NO_SENTENCES.includes(text) && isUnsaid(text));

test("every sentence for people has its Chinese in gateway/src/words/chinese", () => {
  expect(missing.map(({ at, text }) => `${at}: ${text}`)).toEqual([]);
});

test("one thing has one name on pages, on the command line and in what is sent: an alert is 预警, the most a room may hold 上限", () => {
  const others = /告警|警报|限额/;
  const texts = files.filter(
    (path) =>
      /^(gateway|protocol|docs|firmware-bridge)\/.*\.(tsx?|md)$|^README\.md$/.test(path) && others.test(read(path)),
  );
  expect(texts).toEqual([]);
});

describe("the walk", () => {
  const found = (source: string) => sentencesIn(source).map(({ text }) => text);

  test("finds what an error says, wherever it is put together", () => {
    expect(
      found('throw new ConfigError({ path: "a", reason: `there is no ${what} here`, fix: "add one of them" });'),
    ).toEqual(["there is no {} here", "add one of them"]);
    expect(found('const reason = odd ? "it is odd" : "it is even"; throw new ConfigError({ path, reason });')).toEqual([
      "it is odd",
      "it is even",
    ]);
    expect(found('reject(new LinkError("closed", `$' + "{what}: the line went away`, { cause }));")).toEqual([
      "{}: the line went away",
    ]);
    expect(found('z.string().regex(/a/, "must be an a");')).toEqual(["must be an a"]);
    expect(found('health.raise("driver-down", id, `$' + "{n} bytes are missing`);")).toEqual(["{} bytes are missing"]);
  });

  test("leaves logs, faults of the program and texts in two languages alone", () => {
    expect(found('log.warn({ reason: x }, "the line went away");')).toEqual([]);
    expect(found('throw new InvariantError("this cannot be so");')).toEqual([]);
    expect(found('const fix = { en: "do this or that", zh: "请这样做" };')).toEqual([]);
  });

  test("would see a sentence that has no Chinese", () => {
    expect(
      found('throw new ConfigError({ path: "", reason: "nobody has translated this" });').map(findChinese),
    ).toEqual([undefined]);
  });
});

describe("the dictionary", () => {
  const rows = Object.entries({ ...CHINESE, ...PARTS });

  test("keeps what is filled in, and is Chinese", () => {
    const bad = rows.filter(([en, zh]) => {
      const holes = en.split("{}").length - 1;
      const used = Array.from(zh.matchAll(/\{(\d+)\*?\}/g), ([, n]) => Number(n));
      const isWhole = en.includes("`console: {}`") || new Set(used).size === holes;
      return (
        !isWhole ||
        used.some((n) => n < 1 || n > holes) ||
        (!/\p{Script=Han}/u.test(zh) && /[a-z]{2}/.test(en) && used.length === 0)
      );
    });
    expect(bad).toEqual([]);
  });

  test("has nothing that nobody says any more", () => {
    // Their names are read by people too.
    const maps = files.filter((path) => /^gateway\/modbus-maps\//.test(path));
    const all = [...sources, ...maps]
      .map(read)
      .join("\n")
      .replaceAll(/\\(["`$])/g, "$1");
    const longest = (en: string) => en.split("{}").reduce((a, b) => (b.trim().length > a.length ? b.trim() : a), "");
    const stands = (en: string) => all.includes(longest(en).replaceAll("\n", "\\n"));
    const unsaid = Object.keys(CHINESE).filter((en) => !Object.hasOwn(ofComposed, en) && !stands(en));
    expect(unsaid).toEqual([]);
  });
});
