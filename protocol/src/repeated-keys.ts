/** Whether JSON text names a member twice: readers disagree about which one counts, so nothing signed may. Pure. */

/** `text` has been parsed without a fault. */
export function hasRepeatedKeys(text: string): boolean {
  /** Names seen in each open object; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') {
      const end = endOfString(text, at);
      if (isName && !isNew(open.at(-1), text.slice(at, end + 1))) return true;
      at = end;
    } else if (sign === "{" || sign === "[") open.push(sign === "{" ? new Set() : undefined);
    else if (sign === "}" || sign === "]") open.pop();
    if (sign === "{" || sign === ",") isName = open.at(-1) !== undefined;
    else if (sign === ":" || sign === "[") isName = false;
  }
  return false;
}

function isNew(names: Set<string> | undefined, quoted: string): boolean {
  const name = JSON.parse(quoted) as string;
  if (names === undefined || names.has(name)) return names === undefined;
  names.add(name);
  return true;
}

function endOfString(text: string, begin: number): number {
  let at = begin + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
