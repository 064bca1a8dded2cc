/** Value templates of Home Assistant: a payload to a text, by a safe subset of Jinja that computes as Python does. */

import { TemplateError } from "./template-tokens.ts";
import { type Expression, type Node, parseTemplate } from "./template-tree.ts";

export interface Template {
  /** Undefined: the payload has nothing of what the template asks for, and is to be passed over. */
  render(payload: string): string | undefined;
}

type Value = unknown;
/** Not there at all, as Jinja has it; null is there. */
const ABSENT = Symbol("absent");
const MAX_OUTPUT = 10_000;

/** Parsed once. Throws TemplateError for what is not in the subset. */
export function compileTemplate(source: string): Template {
  const nodes = parseTemplate(source);
  return {
    render: (payload) => {
      try {
        const text = new Evaluation(payload).nodes(nodes).trim();
        return text.length > MAX_OUTPUT ? undefined : text;
      } catch (error) {
        if (error instanceof TemplateError) return undefined;
        throw error;
      }
    },
  };
}

class Evaluation {
  readonly #payload: string;
  #json: { readonly value: Value } | undefined;

  constructor(payload: string) {
    this.#payload = payload;
  }

  nodes(nodes: readonly Node[]): string {
    return nodes.map((node) => this.#node(node)).join("");
  }

  #node(node: Node): string {
    if (node.what === "text") return node.text;
    if (node.what === "output") return asText(this.#of(node.of));
    const arm = node.arms.find(({ when }) => when === undefined || isTrue(this.#of(when)));
    return arm === undefined ? "" : this.nodes(arm.yes);
  }

  #of(expression: Expression): Value {
    switch (expression.what) {
      case "literal":
        return expression.value;
      case "list":
        return expression.items.map((item) => this.#of(item));
      case "name":
        return expression.name === "value" ? this.#payload : this.#parsed();
      case "member":
        return memberOf(this.#of(expression.of), this.#of(expression.key));
      case "filter":
        return this.#filter(expression);
      case "test":
        return testOf(expression.name, this.#of(expression.of)) !== expression.negated;
      case "unary":
        return expression.sign === "not" ? !isTrue(this.#of(expression.of)) : -numberOf(this.#of(expression.of));
      case "choice":
        if (isTrue(this.#of(expression.when))) return this.#of(expression.yes);
        return expression.otherwise === undefined ? ABSENT : this.#of(expression.otherwise);
      case "binary":
        return this.#binary(expression);
    }
  }

  #parsed(): Value {
    if (this.#json === undefined) {
      try {
        this.#json = { value: JSON.parse(this.#payload) };
      } catch {
        this.#json = { value: ABSENT };
      }
    }
    return this.#json.value;
  }

  #binary({ sign, left, right }: Extract<Expression, { what: "binary" }>): Value {
    const first = this.#of(left);
    if (sign === "and") return isTrue(first) ? this.#of(right) : first;
    if (sign === "or") return isTrue(first) ? first : this.#of(right);
    const second = this.#of(right);
    if (sign === "in") return contains(second, first);
    if (sign === "not in") return !contains(second, first);
    if (sign === "~") return (asText(first) + asText(second)).slice(0, MAX_OUTPUT);
    if (sign === "==") return isEqual(first, second);
    if (sign === "!=") return !isEqual(first, second);
    if (sign === "+" && typeof first === "string" && typeof second === "string") return first + second;
    return typeof first === "string" && typeof second === "string"
      ? compareTexts(sign, first, second)
      : compute(sign, numberOf(first), numberOf(second));
  }

  #filter({ of, name, args }: Extract<Expression, { what: "filter" }>): Value {
    const value = this.#of(of);
    const [first, second] = args.map((arg) => this.#of(arg));
    switch (name) {
      case "default":
      case "d":
        return value === ABSENT || (isTrue(second) && !isTrue(value)) ? (first ?? "") : value;
      case "int":
      case "float":
        return castNumber(name, value, first);
      case "bool":
        return castBool(value, first);
      case "round":
        return roundTo(numberOf(value), first === undefined ? 0 : numberOf(first), second);
      case "abs":
        return Math.abs(numberOf(value));
      case "iif":
        return iif(
          value,
          args.map((arg) => this.#of(arg)),
        );
      default:
        return textFilter(name, value, first, second);
    }
  }
}

function textFilter(name: string, value: Value, first: Value, second: Value): Value {
  if (name === "is_defined") {
    if (value === ABSENT) throw new TemplateError("the payload has nothing of it");
    return value;
  }
  if (name === "length") return lengthOf(value);
  if (name === "first" || name === "last")
    return (
      (Array.isArray(value) || typeof value === "string" ? value.at(name === "first" ? 0 : -1) : undefined) ?? ABSENT
    );
  const text = asText(value);
  if (name === "upper") return text.toUpperCase();
  if (name === "lower") return text.toLowerCase();
  if (name === "trim") return text.trim();
  if (name === "replace") return text.replaceAll(asText(first), asText(second).slice(0, 100)).slice(0, MAX_OUTPUT);
  return text;
}

function memberOf(of: Value, key: Value): Value {
  if (Array.isArray(of) && typeof key === "number") return of.at(key) ?? ABSENT;
  if (typeof of === "string" && typeof key === "number") return of.at(key) ?? ABSENT;
  if (of === null || typeof of !== "object" || Array.isArray(of)) return ABSENT;
  const name = String(key);
  return Object.hasOwn(of, name) ? (of as Record<string, unknown>)[name] : ABSENT;
}

function testOf(name: string, value: Value): boolean {
  if (name === "defined") return value !== ABSENT;
  if (name === "none") return value === null;
  if (name === "number") return typeof value === "number";
  if (name === "string") return typeof value === "string";
  return value === (name === "true");
}

function isTrue(value: Value): boolean {
  if (value === ABSENT || value === undefined || value === null || value === false || value === 0 || value === "")
    return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

/** Python has 1 == True and 0 == False. */
function isEqual(a: Value, b: Value): boolean {
  const plain = (value: Value) => (typeof value === "boolean" ? Number(value) : value);
  return plain(a) === plain(b);
}

function contains(where: Value, what: Value): boolean {
  if (typeof where === "string") return where.includes(asText(what));
  if (Array.isArray(where)) return where.some((item) => isEqual(item, what));
  return where !== null && typeof where === "object" && Object.hasOwn(where, String(what));
}

function lengthOf(value: Value): number {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  return value !== null && typeof value === "object" ? Object.keys(value).length : 0;
}

function compareTexts(sign: string, a: string, b: string): boolean {
  if (sign === "<") return a < b;
  if (sign === ">") return a > b;
  if (sign === "<=") return a <= b;
  if (sign === ">=") return a >= b;
  throw new TemplateError(`${sign} of texts is not known`);
}

function compute(sign: string, a: number, b: number): number | boolean {
  const results: Readonly<Record<string, () => number | boolean>> = {
    "<": () => a < b,
    ">": () => a > b,
    "<=": () => a <= b,
    ">=": () => a >= b,
    "+": () => a + b,
    "-": () => a - b,
    "*": () => a * b,
    "/": () => a / b,
    "//": () => Math.floor(a / b),
    "%": () => a - b * Math.floor(a / b),
  };
  const result = results[sign]?.();
  if (result === undefined || (typeof result === "number" && !Number.isFinite(result)))
    throw new TemplateError(`${a} ${sign} ${b} has no result`);
  return result;
}

function numberOf(value: Value): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  throw new TemplateError("a number is expected");
}

const NUMBER = /^\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*$/;

function castNumber(name: "int" | "float", value: Value, otherwise: Value): Value {
  const number =
    typeof value === "string"
      ? NUMBER.test(value)
        ? Number(value)
        : Number.NaN
      : typeof value === "boolean"
        ? Number(value)
        : value;
  if (typeof number === "number" && Number.isFinite(number)) return name === "int" ? Math.trunc(number) : number;
  if (otherwise === undefined) throw new TemplateError(`${name} of what is no number`);
  return otherwise;
}

function castBool(value: Value, otherwise: Value): Value {
  if (typeof value === "boolean") return value;
  const word = asText(value).toLowerCase();
  if (["true", "yes", "on", "enable", "1"].includes(word)) return true;
  if (["false", "no", "off", "disable", "0"].includes(word)) return false;
  if (otherwise === undefined) throw new TemplateError("bool of what is neither");
  return otherwise;
}

/** Half to even, as Python rounds. */
function roundTo(value: number, digits: number, way: Value): number {
  const factor = 10 ** Math.max(-10, Math.min(10, Math.trunc(digits)));
  const scaled = value * factor;
  if (way === "floor") return Math.floor(scaled) / factor;
  if (way === "ceil") return Math.ceil(scaled) / factor;
  const near = Math.round(scaled);
  const isHalf = Math.abs(scaled - Math.trunc(scaled)) === 0.5;
  return (isHalf && near % 2 !== 0 ? near - 1 : near) / factor;
}

function iif(value: Value, [yes = true, otherwise = false, whenNone]: readonly Value[]): Value {
  if (value === null && whenNone !== undefined) return whenNone;
  return isTrue(value) ? yes : otherwise;
}

/** As Python writes it. */
function asText(value: Value): string {
  if (value === ABSENT || value === undefined) return "";
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : JSON.stringify(value).slice(0, MAX_OUTPUT);
}
