/** Sentences for people as they stand in the source, found by where they stand; `{}` for each value that is filled in. */
import { parseSync } from "vite";

export interface Sentence {
  readonly line: number;
  readonly text: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** Between two sentences that travel as one, see gateway/src/words/schema-issues.ts. */
const SPLIT = "\u001f";

/** Constants and keys of these names hold sentences. */
const SENTENCES =
  /^(missing|reason|fix|error|why|problem|advice|detail|message|unsupported|not|said|proof|note|remark)$|ADVICE|REASONS|_FIX$/;
/** Of these, pieces of sentences; on the command line words of its own tables and help too, which are not looked at. */
const PIECES =
  /^(about|text|what|where|who|by|known|seen|head|HINT|MENDED|WITHOUT_SECRETS|PASSPHRASE|WRITABLE|UNTOUCHED|STANDS_STILL|now|told|WORDS|ERRORS|NOT_BINARY|LINE|SERVER|SERIAL|BOARDS|FIX|LOST|KEEP|OPERATOR|UNSAVED|NOT_SIGNED|SEVERAL|SYNTAX_FIX_ELSE|KEYPAD_CONTACT|TAG|EADDRINUSE|EACCES|EADDRNOTAVAIL|found|expected|is|beside)$/;
/** Their arguments are sentences: errors, schemas, health codes, alerts that clear, and our own functions that make one of those. */
const MAKERS = new RegExp(
  `(^|\\.)#?(${[
    "ConfigError|LinkError|RejectedError|RangeError|TemplateError|Unreadable|deny|min|refused\\.set|refine|regex|raise|reject|clear|closing|remark|shut|onProgress",
    "(said|notes|problems|remarks|found)\\.push|damaged|wrong\\w*|unfit|refuse|refusal|fail|failed|failAfter|linkFailure",
    "report|broken|closed|no|problem|invalid|tooLarge|giveUp|abandon|bad|say|tell|odd|obstacle|judge|endAtOnce",
  ].join("|")})$`,
);
/** Functions that answer with a sentence. */
const TELLERS = new RegExp(
  [
    "^parse(Format|Link|Place)?$|^choice$|^shut$|problem|reason|^why|advice|refus|obstacle|complain|unfit|wrong|clash",
    "wishOf|objection|^placeOwed$|^insert$|^place$|^take$|readComponent|readLock|readBinary|readSensor|readEvent|^confirm$",
    "difference|wrongChip|^unknownKey$|^announce$|^describePoint$|^adviceFor$|^read$",
    "^twin|^says?|Text$|^findings$|aboutLine|aboutOf|totalOf|identityIn|offers|^no[A-Z]|^usedAs|checkArgs",
  ].join("|"),
  "i",
);
/** Logs, faults of the program, texts of schemas' documents, and comparisons. */
const SILENT =
  /(Error|^log|[.#]log|\.(describe|trace|debug|info|warn|error|fatal|prepare|test|startsWith|endsWith|includes|split|enum|literal|slice|replace\w*))$/;
/** Parameters. */
const GIVEN = /^(reason|fix|why|advice)$/;
const IN_TWO_LANGUAGES = /^(en|zh)$/;
const HAS_WORDS = /[A-Za-z]{2,}/;
const HAS_SEVERAL = /[a-z`'")\]}>,.:;-] \S/i;

const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === "string";
const isFunction = (node: unknown): boolean => /Function/.test((node as Node | null)?.type ?? "");

function nameOf(node: unknown): string {
  const { name, value } = (node ?? {}) as { readonly name?: unknown; readonly value?: unknown };
  return String(name ?? value ?? "");
}

/** Names of functions that are given a sentence: one of their parameters says so. */
export function makersIn(source: string, path = "x.ts"): string[] {
  const found: string[] = [];
  const walk = (node: Node): void => {
    const made = node.type === "VariableDeclarator" && isFunction(node["init"]) ? (node["init"] as Node) : node;
    const owner = nameOf(node["id"] ?? node["key"]);
    const params = (made["params"] ?? (made["value"] as Node | undefined)?.["params"]) as unknown;
    if (owner !== "" && Array.isArray(params) && params.some((each) => GIVEN.test(nameOf(each)))) found.push(owner);
    for (const value of Object.values(node))
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child);
  };
  walk(parseSync(path, source).program as unknown as Node);
  return found;
}

/** Reads TypeScript. `makers` are functions whose arguments are sentences, beside those that are known by their names. */
export function sentencesIn(source: string, path = "x.ts", makers: ReadonlySet<string> = new Set()): Sentence[] {
  const found: Sentence[] = [];
  const names = path.includes("/cli/") ? [SENTENCES] : [SENTENCES, PIECES];
  const holdsWords = (name: string) => names.some((pattern) => pattern.test(name));

  const walk = (node: Node, isSaid: boolean): void => {
    const text = textOf(node);
    if (text !== undefined) {
      const line = source.slice(0, node.start).split("\n").length;
      if (isSaid) for (const piece of text.split(SPLIT)) if (isSentence(piece)) found.push({ line, text: piece });
      for (const child of (node["expressions"] as Node[] | undefined) ?? []) walk(child, isSaid);
      return;
    }
    if (node.type === "ImportDeclaration" || /^TS(?!As|Sat|NonNull)/.test(node.type)) return;
    const inner = says(node) ?? isSaid;
    for (const [key, value] of Object.entries(node)) {
      if (isType(key) || (node.type === "Property" && key === "key")) continue;
      const isPart = !["test", "callee", "left"].includes(key) && node.type !== "MemberExpression" && !isCompared(node);
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, inner && isPart);
    }
  };

  /** Undefined: as around it. */
  const says = (node: Node): boolean | undefined => {
    switch (node.type) {
      case "Property":
      case "PropertyDefinition": {
        const name = nameOf(node["key"]);
        if (IN_TWO_LANGUAGES.test(name)) return false;
        return holdsWords(name) ? true : undefined;
      }
      case "VariableDeclarator": {
        const name = nameOf(node["id"]);
        return holdsWords(name) || (isFunction(node["init"]) && TELLERS.test(name));
      }
      case "FunctionDeclaration":
      case "MethodDefinition":
        return TELLERS.test(nameOf(node["id"] ?? node["key"]));
      case "NewExpression":
      case "CallExpression": {
        const callee = node["callee"] as Node;
        const name = source.slice(callee.start, callee.end).replace(/\s+/g, "");
        if (MAKERS.test(name) || makers.has(name.split(/[.#]/).at(-1) ?? "")) return true;
        return SILENT.test(name) ? false : undefined;
      }
      default:
        return undefined;
    }
  };

  walk(parseSync(path, source).program as unknown as Node, false);
  return found;
}

const isType = (key: string): boolean => ["typeAnnotation", "returnType", "typeArguments"].includes(key);
const isCompared = (node: Node): boolean => node.type === "BinaryExpression" && node["operator"] !== "+";

const isSentence = (text: string): boolean =>
  HAS_WORDS.test(text.replaceAll("{}", "")) && HAS_SEVERAL.test(text) && !/\p{Script=Han}/u.test(text);

function textOf(node: Node): string | undefined {
  if (node.type === "Literal" && typeof node["value"] === "string") return node["value"];
  if (node.type !== "TemplateLiteral") return undefined;
  const texts = node["quasis"] as { readonly value: { readonly cooked: string } }[];
  const holes = node["expressions"] as Node[];
  const holeAt = (i: number) => (i >= holes.length ? "" : nameOf(holes[i]) === "SPLIT" ? SPLIT : "{}");
  return texts.map(({ value }, i) => `${value.cooked}${holeAt(i)}`).join("");
}
