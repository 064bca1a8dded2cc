/** The language of a terminal: Chinese where the system says so, else English. */
import { inLanguage, type Language } from "../words/said.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** As POSIX has it: the first of these that is set counts. */
export function terminalLanguage(env: Environment): Language {
  const locale = [env["LC_ALL"], env["LC_MESSAGES"], env["LANG"]].find((each) => each !== undefined && each !== "");
  return /^zh([_.@-]|$)/i.test(locale ?? "") ? "zh" : "en";
}

/** A sentence for whoever sits before this one. */
export const inTerminal = (text: string): string => inLanguage(text, terminalLanguage(process.env));
