/** What a line counts, in words and with a unit; a name nobody knows here stays as it is. */
import { fill } from "../../words/language.ts";

type Words = Readonly<Record<string, string>>;
const OF_LINE = "line.";

/** Names that begin with `line.` are the line's own, among those of a device. */
export function figureName(name: string, words: Words): string {
  const own = name.startsWith(OF_LINE) ? name.slice(OF_LINE.length) : name;
  const what = words[own] ?? own;
  return own === name ? what : fill(words["ofLine"] ?? "{what}", { what });
}

export function figureValue(name: string, value: number): string {
  if (name.endsWith("Share")) return `${Math.round(value * 1_000) / 10} %`;
  if (!name.endsWith("Ms")) return String(Math.round(value * 100) / 100);
  return value < 1_000 ? `${Math.round(value)} ms` : `${Math.round(value / 100) / 10} s`;
}
