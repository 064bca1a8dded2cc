/**
 * Expressions in CEL: checked whole when they are loaded, and cheap by construction. There are no loops, no regular expressions and no lists but
 * literal ones, so an evaluation costs at most one visit to each of its at most 200 nodes.
 */

import { didYouMean } from "@gatehouse/protocol";
import { type ASTNode, Environment, ParseError, TypeError as TypeFault } from "@marcbachmann/cel-js";
import {
  type Facts,
  isVariable,
  type Moment,
  type Scalar,
  VARIABLES,
  type VariableName,
  variablesFor,
} from "./variables.ts";

export const MAX_NODES = 200;
export const MAX_DEPTH = 24;
const LIMITS = {
  maxAstNodes: MAX_NODES,
  maxDepth: MAX_DEPTH,
  maxListElements: 64,
  maxMapEntries: 0,
  maxCallArguments: 2,
};

export interface Expression {
  readonly text: string;
  readonly names: readonly VariableName[];
  /** Undefined when a name it uses is not known here: the expression says nothing. Throws what the evaluation throws, as a division by zero. */
  evaluate(facts: Facts): boolean | undefined;
}

export interface Complaint {
  /** From 1, in the text of the expression. */
  readonly column: number;
  readonly reason: string;
  readonly fix: string;
}

export type Compiled =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly complaint: Complaint };

const environments = new Map<Moment, Environment>();

function environmentFor(when: Moment): Environment {
  const known = environments.get(when);
  if (known !== undefined) return known;
  const env = new Environment({ limits: LIMITS });
  for (const name of variablesFor(when)) env.registerVariable(name, VARIABLES[name].type);
  // CEL compares whole numbers with others but does not reckon with them; nobody who writes a rule should have to know.
  const reckon = { "+": add, "-": subtract, "*": multiply, "/": divide } as const;
  for (const [operator, reckoning] of Object.entries(reckon)) {
    env.registerOperator(`double ${operator} int`, reckoning);
    env.registerOperator(`int ${operator} double`, reckoning);
  }
  environments.set(when, env);
  return env;
}

type Amount = number | bigint;
const add = (a: Amount, b: Amount) => Number(a) + Number(b);
const subtract = (a: Amount, b: Amount) => Number(a) - Number(b);
const multiply = (a: Amount, b: Amount) => Number(a) * Number(b);
const divide = (a: Amount, b: Amount) => Number(a) / Number(b);

/** Never throws: what is wrong is the answer. */
export function compileExpression(text: string, when: Moment): Compiled {
  try {
    const program = environmentFor(when).parse(text);
    const forbidden = findForbidden(program.ast);
    if (forbidden !== undefined) return { ok: false, complaint: forbidden };
    const checked = program.check();
    if (!checked.valid) return { ok: false, complaint: complaintOf(checked.error, text, when) };
    if (checked.type !== "bool") {
      const fix = "compare it with something, as in `present > limit`";
      return {
        ok: false,
        complaint: { column: 1, reason: `is ${checked.type ?? "something else"}, not true or false`, fix },
      };
    }
    const names = [...namesIn(program.ast)];
    const evaluate = (facts: Facts): boolean | undefined => {
      const context: Record<string, Scalar | bigint> = {};
      for (const name of names) {
        const value = facts[name];
        if (value === undefined) return undefined;
        context[name] = VARIABLES[name].type === "int" ? BigInt(Math.round(value as number)) : value;
      }
      return program(context) === true;
    };
    return { ok: true, expression: { text, names, evaluate } };
  } catch (error) {
    return { ok: false, complaint: complaintOf(error, text, when) };
  }
}

const METHODS = ["startsWith", "endsWith", "contains"];
const OPERATORS = [
  "value",
  "id",
  "list",
  "in",
  "?:",
  "&&",
  "||",
  "!_",
  "-_",
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "+",
  "-",
  "*",
  "/",
  "%",
];

function findForbidden(node: ASTNode): Complaint | undefined {
  const column = node.start + 1;
  if (node.op === "call" || node.op === "rcall") {
    const name = node.args[0] as string;
    if (node.op === "call" || !METHODS.includes(name)) {
      const fix = `allowed are comparisons, && || ! ?: in, + - * / %, and ${METHODS.map((method) => `text.${method}("…")`).join(", ")}`;
      return { column, reason: `\`${name}(…)\` cannot be used here`, fix };
    }
  } else if (!OPERATORS.includes(node.op)) {
    const fix = "use the names of docs/rules.md as they stand there, and compare them";
    return { column, reason: `\`${textOf(node)}\` cannot be used here`, fix };
  }
  for (const child of childrenOf(node)) {
    const found = findForbidden(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

const textOf = (node: ASTNode): string => node.input.slice(node.start, node.end).slice(0, 40);

const isNode = (value: unknown): value is ASTNode => typeof value === "object" && value !== null && "op" in value;

function childrenOf(node: ASTNode): ASTNode[] {
  const args: readonly unknown[] = Array.isArray(node.args) ? node.args : [node.args];
  return args.flat().filter(isNode);
}

function namesIn(node: ASTNode): Set<VariableName> {
  const names = new Set(childrenOf(node).flatMap((child) => [...namesIn(child)]));
  if (node.op === "id" && isVariable(node.args)) names.add(node.args);
  return names;
}

function complaintOf(error: unknown, text: string, when: Moment): Complaint {
  const known = error instanceof ParseError || error instanceof TypeFault ? error : undefined;
  const column = (known?.range?.start ?? 0) + 1;
  const summary = known?.summary ?? String(error);
  const unknown = /^Unknown variable: (.+)$/.exec(summary)?.[1];
  if (unknown !== undefined) return unknownName(unknown, column, when);
  if (/limit|maximum|exceed/i.test(summary)) {
    const fix = `an expression has at most ${MAX_NODES} parts, ${MAX_DEPTH} levels and lists of ${LIMITS.maxListElements}: make two rules of it`;
    return { column, reason: `is too large (${summary})`, fix };
  }
  if (known instanceof TypeFault) {
    const fix = 'compare like with like: numbers with numbers, text with text in quotes, as in kind == "door.opened"';
    return { column, reason: summary, fix };
  }
  const near = text.slice(column - 1, column + 11).trim();
  return { column, reason: `cannot be read: ${summary}${near === "" ? "" : ` near \`${near}\``}`, fix: SYNTAX_FIX };
}

const SYNTAX_FIX = 'write && for "and", || for "or", ! for "not", == for "is", and text in quotes';

function unknownName(name: string, column: number, when: Moment): Complaint {
  if (isVariable(name)) {
    const fix = "write `when: reading`, or leave it out";
    return { column, reason: `\`${name}\` belongs to a reading, and this rule is judged by ${when}`, fix };
  }
  if (["and", "or", "not", "is"].includes(name))
    return { column, reason: `there is no word "${name}"`, fix: SYNTAX_FIX };
  const names = variablesFor(when);
  return { column, reason: `there is no "${name}"`, fix: didYouMean(name, names) ?? `known: ${names.join(", ")}` };
}
