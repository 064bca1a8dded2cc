/** A template of Home Assistant (Jinja) cut into tokens. Bounded. */

/** The template cannot be used; the message names what is not known. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

export type Token =
  | { readonly what: "number"; readonly value: number }
  | { readonly what: "string"; readonly value: string }
  | { readonly what: "name"; readonly value: string }
  | { readonly what: "mark"; readonly value: string };

export type Piece =
  | { readonly what: "text"; readonly text: string }
  | { readonly what: "output" | "tag"; readonly tokens: readonly Token[] };

export const MAX_TEMPLATE = 2_000;
const MAX_TOKENS = 500;

const OPEN = /\{\{-?|\{%-?|\{#/;
const TOKEN =
  /\s+|(\d+(?:\.\d+)?)|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|([A-Za-z_][A-Za-z0-9_]*)|(==|!=|<=|>=|\/\/|\*\*|[-+*/%~<>|.,()[\]:{}=])/y;

/** Text, `{{ output }}` and `{% tag %}`; comments are left out. Throws TemplateError. */
export function cutTemplate(template: string): readonly Piece[] {
  if (template.length > MAX_TEMPLATE)
    throw new TemplateError(`a template of ${template.length} characters, at most ${MAX_TEMPLATE} are read`);
  const pieces: Piece[] = [];
  let rest = template;
  let tokens = 0;
  for (let open = OPEN.exec(rest); open !== null; open = OPEN.exec(rest)) {
    const text = rest.slice(0, open.index);
    const kept = open[0].endsWith("-") ? text.trimEnd() : text;
    if (kept !== "") pieces.push({ what: "text", text: kept });
    const { piece, after } = readPiece(rest.slice(open.index), open[0]);
    if (piece !== undefined) pieces.push(piece);
    tokens += piece?.tokens.length ?? 0;
    if (tokens > MAX_TOKENS) throw new TemplateError("the template is too long");
    rest = after;
  }
  if (rest !== "") pieces.push({ what: "text", text: rest });
  return pieces;
}

interface ReadPiece {
  /** Undefined for a comment. */
  readonly piece: Extract<Piece, { what: "output" | "tag" }> | undefined;
  readonly after: string;
}

function readPiece(source: string, open: string): ReadPiece {
  const kind = open.slice(0, 2);
  const end = kind === "{{" ? "}}" : kind === "{%" ? "%}" : "#}";
  const to = source.indexOf(end, open.length);
  if (to < 0) throw new TemplateError(`${kind} is not closed`);
  const inner = source.slice(open.length, to);
  const trims = inner.endsWith("-");
  const rest = source.slice(to + end.length);
  const after = trims ? rest.trimStart() : rest;
  if (kind === "{#") return { piece: undefined, after };
  const tokens = tokensOf(trims ? inner.slice(0, -1) : inner);
  return { piece: { what: kind === "{{" ? "output" : "tag", tokens }, after };
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (match === null) throw new TemplateError(`"${source.slice(at, at + 10)}" is not known`);
    const [, number, quoted, name, mark] = match;
    if (number !== undefined) tokens.push({ what: "number", value: Number(number) });
    else if (quoted !== undefined) tokens.push({ what: "string", value: unquote(quoted) });
    else if (name !== undefined) tokens.push({ what: "name", value: name });
    else if (mark !== undefined) tokens.push({ what: "mark", value: mark });
  }
  return tokens;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

const unquote = (quoted: string): string =>
  quoted.slice(1, -1).replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char);
