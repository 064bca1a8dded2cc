/** JSON as indented text in pieces, each with the pointer (RFC 6901) of the value it shows, so that single values can be marked. */

export interface Piece {
  /** Unique; of brackets and commas it is no pointer of a value. */
  readonly path: string;
  readonly text: string;
}

const escaped = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");

export function envelopeLines(value: unknown, path = "", indent = ""): Piece[] {
  if (typeof value !== "object" || value === null) return [{ path, text: JSON.stringify(value) ?? "null" }];
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return [{ path, text: isList ? "[]" : "{}" }];
  const inner = `${indent}  `;
  const pieces = entries.flatMap(([key, item], index): Piece[] => {
    const own = `${path}/${escaped(key)}`;
    const name = isList ? "" : `${JSON.stringify(key)}: `;
    const before = index === 0 ? "" : ",";
    return [{ path: `${own}#`, text: `${before}\n${inner}${name}` }, ...envelopeLines(item, own, inner)];
  });
  return [
    { path: `${path}#open`, text: isList ? "[" : "{" },
    ...pieces,
    { path: `${path}#close`, text: `\n${indent}${isList ? "]" : "}"}` },
  ];
}
