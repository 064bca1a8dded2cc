/** Sentences with holes: finds what stands in them, without ever trying twice. */

export interface Template {
  /** What stands around the holes, one more than there are holes. */
  readonly around: readonly string[];
  /** `{1}` is what stood in the first hole, `{2*}` the second, itself in Chinese where that is known. */
  readonly zh: string;
  /** Characters that must be there: the template with most of them says best what a sentence is. */
  readonly weight: number;
}

export const toTemplate = ([en, zh]: readonly [string, string]): Template => {
  const around = en.split("{}");
  return { around, zh, weight: around.join("").length };
};

/** What stands in the holes; undefined for another sentence. */
export function holesOf(text: string, { around }: Template): string[] | undefined {
  const [head = "", ...rest] = around;
  const tail = rest.pop();
  if (tail === undefined) return text === head ? [] : undefined;
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return undefined;
  const end = text.length - tail.length;
  const holes: string[] = [];
  let at = head.length;
  for (const literal of rest) {
    const next = text.indexOf(literal, at);
    if (next < 0 || next + literal.length > end) return undefined;
    holes.push(text.slice(at, next));
    at = next + literal.length;
  }
  holes.push(text.slice(at, end));
  return holes;
}

export const filled = (zh: string, holes: readonly string[], inner: (text: string) => string): string =>
  zh.replace(/\{(\d+)(\*?)\}/g, (_, n: string, isText: string) => {
    const value = holes[Number(n) - 1] ?? "";
    return isText === "" ? value : inner(value);
  });
