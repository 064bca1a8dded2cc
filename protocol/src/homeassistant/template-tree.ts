/** Tokens of a template to a tree: a safe subset of Jinja. What is not in it is named in the TemplateError. */
import { cutTemplate, type Piece, TemplateError, type Token } from "./template-tokens.ts";

export type Expression =
  | { readonly what: "literal"; readonly value: string | number | boolean | null }
  | { readonly what: "list"; readonly items: readonly Expression[] }
  | { readonly what: "name"; readonly name: "value" | "value_json" }
  | { readonly what: "member"; readonly of: Expression; readonly key: Expression }
  | { readonly what: "filter"; readonly of: Expression; readonly name: string; readonly args: readonly Expression[] }
  | { readonly what: "test"; readonly of: Expression; readonly name: string; readonly negated: boolean }
  | { readonly what: "unary"; readonly sign: "not" | "-"; readonly of: Expression }
  | { readonly what: "binary"; readonly sign: string; readonly left: Expression; readonly right: Expression }
  | {
      readonly what: "choice";
      readonly when: Expression;
      readonly yes: Expression;
      readonly otherwise: Expression | undefined;
    };

export type Node =
  | { readonly what: "text"; readonly text: string }
  | { readonly what: "output"; readonly of: Expression }
  | {
      readonly what: "if";
      readonly arms: readonly { readonly when: Expression | undefined; readonly yes: readonly Node[] }[];
    };

/** Filters, with the number of arguments they may have. */
export const FILTERS: Readonly<Record<string, number>> = {
  int: 2,
  float: 1,
  round: 2,
  default: 2,
  d: 2,
  upper: 0,
  lower: 0,
  trim: 0,
  string: 0,
  bool: 1,
  abs: 0,
  length: 0,
  first: 0,
  last: 0,
  is_defined: 0,
  replace: 2,
  iif: 3,
};
const TESTS: readonly string[] = ["defined", "none", "number", "string", "true", "false"];
const CASTS: readonly string[] = ["int", "float", "bool", "iif"];
const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
  ["none", null],
  ["None", null],
]);
const MAX_DEPTH = 25;

/** Throws TemplateError for what is not in the subset. */
export function parseTemplate(template: string): readonly Node[] {
  const pieces = [...cutTemplate(template)];
  const nodes = readNodes(pieces, false);
  if (pieces.length > 0) throw new TemplateError("a tag without its beginning");
  return nodes;
}

/** Until the tag that ends the block, which stays; `pieces` are taken away. */
function readNodes(pieces: Piece[], inside: boolean, depth = 0): Node[] {
  if (depth > MAX_DEPTH) throw new TemplateError("nested too deeply");
  const nodes: Node[] = [];
  for (let piece = pieces[0]; piece !== undefined; piece = pieces[0]) {
    if (piece.what === "text") nodes.push(piece);
    else if (piece.what === "output") nodes.push({ what: "output", of: readWhole(piece.tokens) });
    else {
      const word = wordOf(piece.tokens);
      if (inside && ["elif", "else", "endif"].includes(word)) return nodes;
      if (word !== "if") throw new TemplateError(`the tag {% ${word} %} is not known`);
      nodes.push(readIf(pieces, depth));
      continue;
    }
    pieces.shift();
  }
  if (inside) throw new TemplateError("{% if %} without {% endif %}");
  return nodes;
}

function readIf(pieces: Piece[], depth: number): Node {
  const arms: { readonly when: Expression | undefined; readonly yes: readonly Node[] }[] = [];
  for (;;) {
    const piece = pieces.shift();
    if (piece?.what !== "tag") throw new TemplateError("{% if %} without {% endif %}");
    const word = wordOf(piece.tokens);
    if (word === "endif") return { what: "if", arms };
    const when = word === "else" ? undefined : readWhole(piece.tokens.slice(1));
    arms.push({ when, yes: readNodes(pieces, true, depth + 1) });
  }
}

const wordOf = ([first]: readonly Token[]): string => (first?.what === "name" ? first.value : "");

function readWhole(tokens: readonly Token[]): Expression {
  const reader = new Reader(tokens);
  const expression = reader.expression();
  reader.end();
  return expression;
}

const LEVELS: readonly (readonly string[])[] = [
  ["or"],
  ["and"],
  ["not"],
  ["==", "!=", "<", ">", "<=", ">=", "in", "not in"],
  ["~"],
  ["+", "-"],
  ["*", "/", "//", "%"],
];

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  end(): void {
    const left = this.#tokens[this.#at];
    if (left !== undefined) throw new TemplateError(`"${left.value}" is not expected`);
  }

  expression(): Expression {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new TemplateError("nested too deeply");
    let result = this.#level(0);
    if (this.#takeName("if")) {
      const when = this.#level(0);
      const otherwise = this.#takeName("else") ? this.expression() : undefined;
      result = { what: "choice", when, yes: result, otherwise };
    }
    this.#depth -= 1;
    return result;
  }

  #level(index: number): Expression {
    const signs = LEVELS[index];
    if (signs === undefined) return this.#unary();
    if (signs[0] === "not") {
      if (!this.#takeName("not")) return this.#level(index + 1);
      this.#depth += 1;
      if (this.#depth > MAX_DEPTH) throw new TemplateError("nested too deeply");
      const of = this.#level(index);
      this.#depth -= 1;
      return { what: "unary", sign: "not", of };
    }
    let left = this.#level(index + 1);
    for (let sign = this.#takeSign(signs); sign !== undefined; sign = this.#takeSign(signs))
      left = { what: "binary", sign, left, right: this.#level(index + 1) };
    return left;
  }

  #unary(): Expression {
    if (!this.#takeMark("-")) return this.#postfix(this.#primary());
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new TemplateError("nested too deeply");
    const of = this.#unary();
    this.#depth -= 1;
    return { what: "unary", sign: "-", of };
  }

  #postfix(base: Expression): Expression {
    let of = base;
    for (;;) {
      if (this.#takeMark(".")) of = this.#memberByName(of);
      else if (this.#takeMark("[")) {
        const key = this.expression();
        this.#need("]");
        of = { what: "member", of, key };
      } else if (this.#takeMark("|")) of = this.#filter(of);
      else if (this.#takeName("is")) of = this.#test(of);
      else return of;
    }
  }

  #memberByName(of: Expression): Expression {
    const name = this.#name();
    if (this.#peekMark("(")) throw new TemplateError(`the method .${name}() is not known`);
    return { what: "member", of, key: { what: "literal", value: name } };
  }

  #filter(of: Expression): Expression {
    const name = this.#name();
    const most = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
    if (most === undefined) throw new TemplateError(`the filter ${name} is not known`);
    const args = this.#peekMark("(") ? this.#args() : [];
    if (args.length > most) throw new TemplateError(`the filter ${name} has too many arguments`);
    return { what: "filter", of, name, args };
  }

  #test(of: Expression): Expression {
    const negated = this.#takeName("not");
    const name = this.#name();
    if (!TESTS.includes(name)) throw new TemplateError(`the test \`is ${name}\` is not known`);
    return { what: "test", of, name, negated };
  }

  /** Names of arguments are left out: `default=0`. */
  #args(): Expression[] {
    this.#need("(");
    const args: Expression[] = [];
    while (!this.#takeMark(")")) {
      if (args.length > 0) this.#need(",");
      if (this.#isNamed()) this.#at += 2;
      args.push(this.expression());
    }
    return args;
  }

  #isNamed(): boolean {
    const next = this.#tokens[this.#at + 1];
    return this.#tokens[this.#at]?.what === "name" && next?.what === "mark" && next.value === "=";
  }

  #primary(): Expression {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new TemplateError("an expression ends too early");
    this.#at += 1;
    if (token.what === "number" || token.what === "string") return { what: "literal", value: token.value };
    if (token.what === "name") return this.#named(token.value);
    if (token.value === "(") {
      const inner = this.expression();
      this.#need(")");
      return inner;
    }
    if (token.value === "[") {
      const items: Expression[] = [];
      while (!this.#takeMark("]")) {
        if (items.length > 0) this.#need(",");
        items.push(this.expression());
      }
      return { what: "list", items };
    }
    throw new TemplateError(`"${token.value}" is not expected`);
  }

  #named(name: string): Expression {
    if (name === "value" || name === "value_json") return { what: "name", name };
    const constant = CONSTANTS.get(name);
    if (constant !== undefined) return { what: "literal", value: constant };
    if (!this.#peekMark("(")) throw new TemplateError(`the name ${name} is not known`);
    if (!CASTS.includes(name)) throw new TemplateError(`the function ${name}() is not known`);
    const [of, ...args] = this.#args();
    if (of === undefined || args.length > (FILTERS[name] ?? 0))
      throw new TemplateError(`the function ${name}() has a wrong number of arguments`);
    return { what: "filter", of, name, args };
  }

  #takeSign(signs: readonly string[]): string | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined || (token.what !== "mark" && token.what !== "name")) return undefined;
    const next = this.#tokens[this.#at + 1];
    if (
      token.what === "name" &&
      token.value === "not" &&
      next?.what === "name" &&
      next.value === "in" &&
      signs.includes("not in")
    ) {
      this.#at += 2;
      return "not in";
    }
    if (!signs.includes(token.value)) return undefined;
    this.#at += 1;
    return token.value;
  }

  #name(): string {
    const token = this.#tokens[this.#at];
    if (token?.what !== "name") throw new TemplateError("a name is expected");
    this.#at += 1;
    return token.value;
  }

  #takeName(word: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.what !== "name" || token.value !== word) return false;
    this.#at += 1;
    return true;
  }

  #peekMark(mark: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.what === "mark" && token.value === mark;
  }

  #takeMark(mark: string): boolean {
    if (!this.#peekMark(mark)) return false;
    this.#at += 1;
    return true;
  }

  #need(mark: string): void {
    if (!this.#takeMark(mark)) throw new TemplateError(`"${mark}" is missing`);
  }
}
