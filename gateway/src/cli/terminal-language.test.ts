import { expect, test } from "vitest";
import { terminalLanguage } from "./terminal-language.ts";

test.each([
  [{ LANG: "zh_CN.UTF-8" }, "zh"],
  [{ LANG: "zh_CN.UTF-8", LC_ALL: "C" }, "en"],
  [{ LANG: "en_GB.UTF-8", LC_MESSAGES: "zh_TW" }, "zh"],
  [{ LANG: "zha_CN" }, "en"],
  [{}, "en"],
])("a terminal with %j reads %s", (env, language) => {
  expect(terminalLanguage(env)).toBe(language);
});
