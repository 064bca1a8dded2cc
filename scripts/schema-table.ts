// A zod schema as a Markdown table: path, type, default, meaning. What a schema does not say stays empty.
import { z } from "zod";

interface Node {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly additionalProperties?: Node | boolean;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

interface Row {
  readonly path: string;
  readonly type: string;
  readonly fallback: string;
  readonly meaning: string;
}

/** Patterns and shapes that have a name of their own. */
const ID = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";
const NAMED_PATTERNS: readonly (readonly [string, string])[] = [
  [`^${ID}$`, "id"],
  ["^c_[0-9a-f]{10}$", "pseudonym"],
  ["^\\d{16}$", "16 digits"],
  ["^\\d{1,16}$", "digits"],
  ["^([01]\\d|2[0-3]):[0-5]\\d$", "HH:MM"],
];

export function schemaTable(schema: z.ZodType, side: "input" | "output", skip: readonly string[] = []): string {
  const json = z.toJSONSchema(schema, { io: side, unrepresentable: "any" }) as Node;
  const rows = rowsOf(json, "").filter((row) => !skip.includes(row.path));
  const lines = rows.map((row) => `| \`${row.path}\` | ${row.type} | ${row.fallback} | ${row.meaning} |`);
  return ["| path | type | default | meaning |", "| --- | --- | --- | --- |", ...lines].join("\n");
}

/** The type of a single value, for the table of kinds. */
export function schemaType(schema: z.ZodType): string {
  return typeOf(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Node);
}

function rowsOf(node: Node, path: string): Row[] {
  const inner = node.items ?? node;
  const properties = inner.properties ?? nullable(inner)?.properties ?? {};
  const required = new Set(inner.required ?? nullable(inner)?.required ?? []);
  const below = node.items === undefined ? path : `${path}[]`;
  return Object.entries(properties).flatMap(([key, child]) => {
    const at = below === "" ? key : `${below}.${key}`;
    return [rowOf(child, at, required.has(key)), ...(isSecret(child) ? [] : rowsOf(child, at))];
  });
}

/** The block of `block | null`. */
const nullable = (node: Node): Node | undefined =>
  isSecret(node) ? undefined : node.anyOf?.find((branch) => branch.properties !== undefined);

const isSecret = (node: Node): boolean =>
  node.anyOf?.some((branch) => branch.properties?.["env"] !== undefined) ?? false;

function rowOf(node: Node, path: string, required: boolean): Row {
  return { path, type: typeOf(node), fallback: fallbackOf(node, required), meaning: node.description ?? "" };
}

function fallbackOf(node: Node, required: boolean): string {
  if (node.default === undefined) return required ? "**required**" : "";
  const text = JSON.stringify(node.default);
  return text === "{}" ? "" : `\`${text}\``;
}

function typeOf(node: Node): string {
  if (isSecret(node)) return "`{ file }` or `{ env }`";
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(typeOf))].join(" or ");
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${value}\``).join(" ");
  if (node.type === "array")
    return node.items?.properties === undefined ? `list of ${typeOf(node.items ?? {})}` : "list";
  if (node.type === "object") return node.properties === undefined ? "any keys" : "block";
  if (node.type === "string") return textType(node);
  if (node.type === "integer" || node.type === "number") return numberType(node);
  if (node.type === "boolean") return "`true` `false`";
  return node.type ?? "anything";
}

function textType(node: Node): string {
  const named = NAMED_PATTERNS.find(([pattern]) => pattern === node.pattern);
  if (named !== undefined) return named[1];
  if (node.format === "date-time") return "time";
  if (node.format === "date") return "date";
  return "text";
}

function numberType(node: Node): string {
  const word = node.type === "integer" ? "whole number" : "number";
  const low = node.exclusiveMinimum === undefined ? node.minimum : `more than ${node.exclusiveMinimum}`;
  const high = node.maximum === undefined || node.maximum >= Number.MAX_SAFE_INTEGER ? undefined : node.maximum;
  const isOpen = low === undefined || (typeof low === "number" && low <= Number.MIN_SAFE_INTEGER);
  if (isOpen) return high === undefined ? word : `${word}, at most ${high}`;
  const from = typeof low === "number" ? `from ${low}` : low;
  return high === undefined ? `${word}, ${from}` : `${word}, ${from} to ${high}`;
}
