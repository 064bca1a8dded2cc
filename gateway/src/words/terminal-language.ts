/** The language of a terminal: Chinese where the system says so, else English. */
import type { Language } from "./said.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** As POSIX has it: the first of these that is set counts. */
export function terminalLanguage(env: Environment): Language {
  const locale = [env["LC_ALL"], env["LC_MESSAGES"], env["LANG"]].find((each) => each !== undefined && each !== "");
  return /^zh([_.@-]|$)/i.test(locale ?? "") ? "zh" : "en";
}
