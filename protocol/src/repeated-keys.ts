/** Whether JSON text names a member twice: readers disagree about which one counts, so nothing signed may. Pure. */

/** `text` has been parsed without a fault. */
export function hasRepeatedKeys(text: string): boolean {
  /** Names seen in each open object; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? "";
    if (sign === '"') {
      const end = endOfString(text, at);
      if (isName && !isNew(open.at(-1), text.slice(at, end + 1))) return true;
      at = end;
      continue;
    }
    nest(open, sign);
    if ("{[,:".includes(sign)) isName = sign !== ":" && open.at(-1) !== undefined;
  }
  return false;
}

function nest(open: (Set<string> | undefined)[], sign: string): void {
  if (sign === "{") open.push(new Set());
  else if (sign === "[") open.push(undefined);
  else if (sign === "}" || sign === "]") open.pop();
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
