/** Sentences for people, as they stand in the source: `{}` for each value that is filled in. */
import { parseSync } from "vite";

export interface Sentence {
  readonly line: number;
  readonly text: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** Two sentences that travel as one, see config/issues.ts. */
const SPLIT = "\u001f";

/** What a text is when it is the value of a key, a constant or a field of one of these names. */
const NAMES =
  /^(reason|fix|error|why|problem|advice|detail|message|unsupported|not|said|proof|note|remark|about|text|what|where|who|by|known|HINT|MENDED|WITHOUT_SECRETS|PASSPHRASE|WRITABLE|UNTOUCHED|STANDS_STILL|seen|head|FIX|LOST|KEEP|OPERATOR)$|ADVICE|_FIX$|REASONS/;
/** Whose first texts are sentences. */
const MAKERS = /(^|\.)(ConfigError|LinkError|RejectedError|RangeError)$/;
const CALLS =
  /(^|\.)(#?((said|notes|problems|remarks|found)\.push|damaged|wrong\w*|unfit|refuse|refusal|fail|broken|no|problem|invalid|tooLarge|giveUp|linkFailure|failAfter|abandon|failed|bad|say|tell|odd|onProgress|obstacle|judge|endAtOnce)|raise|refine|regex|startsWithSU|closed|reject)$/;
/** Functions that answer with a reason. */
const TELLERS =
  /^parse(Format|Link|Place)?$|^choice$|^shut$|problem|reason|^why|advice|refus|obstacle|complain|unfit|wrong|clash|^twin|^says?|Text$|^findings$|aboutLine|aboutOf|totalOf|identityIn|offers|^no[A-Z]|^usedAs|checkArgs/i;
const NOT =
  /^(log|.*\.log|.*#log|.*Error|describe|.*\.describe|.*\.(trace|debug|info|warn|error|fatal|prepare|test|startsWith|endsWith|includes|split|enum|literal|slice|replace\w*))$/;

const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === "string";
const nameOf = (node: unknown): string =>
  String(
    (node as { name?: string; value?: string } | undefined)?.name ??
      (node as { value?: string } | undefined)?.value ??
      "",
  );

/** Reads TypeScript. */
export function sentencesIn(source: string, path = "x.ts"): Sentence[] {
  const found: Sentence[] = [];
  const lineOf = (at: number) => source.slice(0, at).split("\n").length;
  const take = (node: Node, text: string) => {
    if (/\p{Script=Han}/u.test(text)) return;
    const bare = text.replaceAll("{}", "").trim();
    if (/[A-Za-z]{2,}/.test(bare) && /[a-z`'")\]}>,.:;-] \S/i.test(text))
      found.push({ line: lineOf(node.start), text });
  };
  const walk = (node: Node, isSaid: boolean): void => {
    const text = textOf(node);
    if (text !== undefined) {
      if (isSaid) for (const piece of text.split(SPLIT)) take(node, piece);
      for (const child of (node["expressions"] as Node[] | undefined) ?? []) walk(child, isSaid);
      return;
    }
    if (node.type === "ImportDeclaration" || /^TS(?!As|Sat|NonNull)/.test(node.type)) return;
    const says = isSentence(node, source);
    const inner = says ?? isSaid;
    for (const [key, value] of Object.entries(node)) {
      if (key === "typeAnnotation" || key === "returnType" || key === "typeArguments") continue;
      if (node.type === "Property" && key === "key") continue;
      const isPart = key !== "test" && key !== "callee" && key !== "left" && !(node.type === "MemberExpression");
      for (const child of Array.isArray(value) ? value : [value])
        if (isNode(child)) walk(child, inner && isPart && !isComparison(node));
    }
  };
  walk(parseSync(path, source).program as unknown as Node, false);
  return found;
}

const isFunction = (node: unknown) => /Function/.test((node as Node | null)?.type ?? "");
const isComparison = (node: Node) => node.type === "BinaryExpression" && node["operator"] !== "+";

/** Undefined: as around it. */
function isSentence(node: Node, source: string): boolean | undefined {
  switch (node.type) {
    case "Property":
    case "PropertyDefinition":
      return /^(en|zh)$/.test(nameOf(node["key"])) ? false : NAMES.test(nameOf(node["key"])) ? true : undefined;
    case "VariableDeclarator":
      return NAMES.test(nameOf(node["id"])) || (isFunction(node["init"]) && TELLERS.test(nameOf(node["id"])));
    case "AssignmentExpression":
      return undefined;
    case "ReturnStatement":
      return undefined;
    case "FunctionDeclaration":
    case "MethodDefinition":
      return TELLERS.test(nameOf(node["id"] ?? node["key"]));
    case "NewExpression":
    case "CallExpression": {
      const callee = node["callee"] as Node & { end: number };
      const name = source.slice(callee.start, callee.end).replace(/\s+/g, "");
      if (MAKERS.test(name) || CALLS.test(name)) return true;
      return NOT.test(name) ? false : undefined;
    }
    default:
      return undefined;
  }
}

function textOf(node: Node): string | undefined {
  if (node.type === "Literal" && typeof node["value"] === "string") return node["value"];
  if (node.type !== "TemplateLiteral") return undefined;
  const quasis = node["quasis"] as { readonly value: { readonly cooked: string } }[];
  const holes = node["expressions"] as Node[];
  return quasis
    .map(({ value }, i) => `${value.cooked}${i < holes.length ? (nameOf(holes[i]) === "SPLIT" ? SPLIT : "{}") : ""}`)
    .join("");
}
